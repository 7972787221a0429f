"""Judgments of what was read of this machine; nothing here asks the system."""
