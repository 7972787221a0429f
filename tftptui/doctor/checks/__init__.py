"""Checks of the facts about this host; nothing here queries the system."""
