"""Addresses and sockets for both ends of a transfer."""
