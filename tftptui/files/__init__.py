"""Files as both ends of a transfer need them: read by blocks, kept whole."""
