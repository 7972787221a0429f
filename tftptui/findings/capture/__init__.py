"""Findings that only a capture shows."""
