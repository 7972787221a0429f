"""Scenario files: read and validated before the demo starts."""
