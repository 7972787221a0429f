"""A capture replayed: its transfers rebuilt, and told as a living server tells them."""
