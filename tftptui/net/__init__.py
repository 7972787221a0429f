"""Addresses and sockets, as both ends of a transfer need them."""
