"""The Files pane."""
