"""From a requested name to an open file below the root, and never outside it."""
