"""Shared by panes and screens: lists, fields, fitting text, keys."""
