"""One finding in words and as a drawing."""
