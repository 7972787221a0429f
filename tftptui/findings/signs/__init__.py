"""Judgments shared by several findings: silence, stalls, errors, places."""
