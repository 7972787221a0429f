"""One transfer: its session, sockets, report and file."""
