"""The engine: a server with frames out and commands in, in process or in a child."""
