"""What all commands say in the same way when they can't do what is asked."""

import difflib

EXIT_FAILED = 1
"""It made sense, and did not work."""

EXIT_UNREAD = 141
"""Nobody reads what is printed: 128 and SIGPIPE, as shells have it."""

EXIT_USAGE = 2
"""The command line makes no sense; nothing was done."""


COMMANDS = (
    *("serve", "attach", "demo", "analyze", "get", "put", "probe"),
    *("doctor", "explain", "firewall", "wire", "config", "completion"),
)
"""Words that stand first on a command line."""

_SWITCHED = frozenset({"yes", "no", "on", "off", "true", "false"})
"""What people write behind options that take nothing."""


def hint_at(word: str) -> str:
    """Return what WORD may have been meant as, where no file is called so."""
    if word in _SWITCHED:
        return "; options like --single-port take no value"
    near = difflib.get_close_matches(word, COMMANDS, n=1)
    return f"; or did you mean the command tftptui {near[0]}?" if near else ""


class UsageError(ValueError):
    """The command line makes no sense; the text says why and what to type."""
