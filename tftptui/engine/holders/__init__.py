"""The ways to hold an engine: in this loop, in a child process, by a socket."""
