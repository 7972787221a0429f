"""What happened, kept for whoever asks: events, packet records, counters, the journal."""
