"""The Transfers pane."""
