"""TFTP without input or output: packets, options, timing and the sessions (RFC 1350)."""
