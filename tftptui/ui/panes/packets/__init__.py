"""The Packets pane."""
