"""What is wrong with the file or its place."""
