"""The server as a thing to hold: frames out, commands in, in this process or a child."""
