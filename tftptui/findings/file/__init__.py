"""Findings about the file or its location."""
