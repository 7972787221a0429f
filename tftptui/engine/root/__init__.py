"""What the engine finds out about files: contents, hashes, missing names."""
