"""The TFTP server: listeners, transfers, the port pool and the root it serves."""
