"""What an engine writes while it runs: journal, capture, metrics."""
