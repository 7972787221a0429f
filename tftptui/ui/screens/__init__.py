"""Screens: the four panes, help, questions, and pages to read."""
