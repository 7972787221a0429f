"""Exit statuses and hints shared by all commands."""

import difflib

EXIT_FAILED = 1
"""The command was valid and failed."""

EXIT_UNREAD = 141
"""The reader of stdout is gone: 128 + SIGPIPE, as in a shell."""

EXIT_USAGE = 2
"""The command line is invalid; nothing was done."""


COMMANDS = (
    *("serve", "attach", "demo", "analyze", "get", "put", "probe"),
    *("doctor", "explain", "firewall", "wire", "config", "completion"),
)
"""All commands, for near misses."""

_SWITCHED = frozenset({"yes", "no", "on", "off", "true", "false"})
"""Values that people give to options that take none."""


def hint_at(word: str) -> str:
    """Return a hint at what WORD was meant as, where there is no such file."""
    if word in _SWITCHED:
        return "; options like --single-port take no value"
    near = difflib.get_close_matches(word, COMMANDS, n=1)
    return f"; did you mean the command tftptui {near[0]}?" if near else ""


class UsageError(ValueError):
    """The command line is invalid; the text says why and what to type."""
