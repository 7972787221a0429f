"""Settings that may change while the server runs."""
