"""The TFTP client: fetches and sends files."""
