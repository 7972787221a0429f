"""Files for both ends of a transfer: read in blocks, written all or nothing."""
