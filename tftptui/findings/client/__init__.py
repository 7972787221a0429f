"""Findings about the client's behavior."""
