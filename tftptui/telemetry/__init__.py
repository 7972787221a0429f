"""What happened, kept for whoever asks: events, packets, counters, the journal."""
