"""Recording: journal, capture, metrics."""
