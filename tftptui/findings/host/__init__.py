"""Findings about this host itself."""
