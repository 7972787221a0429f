"""The server as a thing to hold: frames out, commands in, here or in a child."""
