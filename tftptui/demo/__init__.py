"""A simulated network to learn and test with: clients, firewalls, packet loss."""
