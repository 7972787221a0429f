"""The stage of a demo."""
