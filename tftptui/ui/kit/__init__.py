"""What panes and screens share: lists, fields, fitting text, keys."""
