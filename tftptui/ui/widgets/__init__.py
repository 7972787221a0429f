"""The panes and the parts they share."""
