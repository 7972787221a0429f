"""Lines above and below the panes: header, notices, findings, tabs, footer."""
