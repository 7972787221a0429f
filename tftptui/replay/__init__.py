"""Replays a capture: rebuilds its transfers and reports them like a live server."""
