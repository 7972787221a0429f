"""Packet records: the ring they are kept in, their columns, filters and export."""
