"""What only a capture shows."""
