"""Sans-I/O TFTP: packets, options, timing and sessions (RFC 1350)."""
