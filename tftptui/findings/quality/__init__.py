"""Findings about slow transfers that work; no alarm."""
