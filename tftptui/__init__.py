"""tftptui: the TFTP server that shows what is happening, and tells you why it isn't."""

__version__ = "0.1.0"
