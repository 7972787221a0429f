"""Whole screens: the four panes, help, questions."""
