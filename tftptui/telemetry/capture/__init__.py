"""Captures: packets as files that Wireshark reads, and such files read back."""
