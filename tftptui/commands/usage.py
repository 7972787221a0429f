"""What all commands say in the same way when they can't do what is asked."""

EXIT_FAILED = 1
"""It made sense, and did not work."""

EXIT_USAGE = 2
"""The command line makes no sense; nothing was done."""


class UsageError(ValueError):
    """The command line makes no sense; the text says why and what to type."""
