"""What this host itself does or lacks."""
