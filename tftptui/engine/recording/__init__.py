"""What an engine writes: journal, capture, metrics."""
