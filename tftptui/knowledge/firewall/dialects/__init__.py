"""One module for each family of firewalls: a plan becomes lines to type."""
