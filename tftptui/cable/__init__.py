"""One board on one cable: what has to be known, changed and answered for it."""
