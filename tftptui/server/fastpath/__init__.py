"""What is quicker than the plain way. Each has one way in and one way out."""
