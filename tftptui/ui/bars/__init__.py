"""The lines above and below the panes: header, messages, tabs, footer."""
