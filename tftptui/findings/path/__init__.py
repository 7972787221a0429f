"""What stands between client and server."""
