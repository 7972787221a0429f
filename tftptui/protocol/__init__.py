"""TFTP without input or output: packets, options, timing and sessions (RFC 1350)."""
