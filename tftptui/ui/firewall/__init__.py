"""Firewall rules: what they are written for, and how they are drawn."""
