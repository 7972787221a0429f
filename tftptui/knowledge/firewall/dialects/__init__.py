"""One module per family of firewalls: turns a plan into rules."""
