"""One transfer as a ladder of its packets."""
