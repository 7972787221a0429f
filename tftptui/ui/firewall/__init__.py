"""Firewall rules: the choices they depend on, and how they are drawn."""
