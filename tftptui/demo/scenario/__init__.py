"""What a scenario file may say, read and validated before the demo starts."""
