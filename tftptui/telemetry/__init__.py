"""Records of what happened: events, packets, counters, the journal."""
