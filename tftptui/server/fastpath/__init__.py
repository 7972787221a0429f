"""Fast paths. Each has one way in and one way out."""
