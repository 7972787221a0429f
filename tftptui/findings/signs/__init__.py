"""What several findings judge alike: silence, stalls, errors, places."""
