"""Findings about the path between client and server."""
