"""The TFTP server: listeners, transfers, port pool and root."""
