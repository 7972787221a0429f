"""One transfer: its session, sockets, report and the file that it moves."""
