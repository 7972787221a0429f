"""What slows a transfer down that works; no alarm."""
