"""The Ports pane."""
