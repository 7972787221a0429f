"""A finding in words and as a picture."""
