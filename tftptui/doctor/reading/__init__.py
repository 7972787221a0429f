"""Reads the facts for the checks from this host; changes nothing."""
