"""Intake: admission, rate limits, and refusals of requests."""
