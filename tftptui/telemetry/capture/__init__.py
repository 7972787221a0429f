"""Captures: write packets as files for Wireshark, and read such files."""
