"""Knowledge about clients, firewalls and file names: pure functions."""
