"""Recognizes client programs by their options, ports and retry intervals."""

import re
from collections.abc import Sequence
from functools import lru_cache

from tftptui.knowledge.clients import TABLE, Client

RequestedOptions = Sequence[tuple[str, str]]
"""Options as requested, in order, as (name, value)."""

UNKNOWN_GAP = 10.0
"""Longest retry interval in seconds of all known clients."""

_RHYTHM_ERROR = 0.15
_FEW_PORTS = 4_096
"""A range of at most this size is rarely hit by chance."""
_SURER = 0.2


@lru_cache(maxsize=256)
def pattern(options: str) -> re.Pattern[str]:
    """Return the regular expression for a table's options.

    ``name=*`` is any value, ``name=REGEX`` a matching one; ``[…]`` is optional.
    """
    parts = []
    for word in options.split():
        name, _, value = word.strip("[]").partition("=")
        one = f"{name}={'[^ ]*' if value == '*' else value} "
        parts.append(f"({one})?" if word.startswith("[") else one)
    return re.compile("".join(parts))


def recognize(
    options: RequestedOptions, client_tid: int, file: str = ""
) -> Client | None:
    """Return the program that sent a request, or None.

    Args:
        options: of the request; names are case-insensitive.
        client_tid: its source UDP port.
        file: the requested name.
    """
    text = "".join(f"{name.lower()}={value} " for name, value in options)
    return next((one for one in _asking(text) if _fits(one, client_tid, file)), None)


def known(kind: str) -> Client | None:
    """Return a program by its name, or None."""
    return next((one for one in TABLE if one.kind == kind), None)


KINDS = tuple(dict.fromkeys(client.kind for client in TABLE))
"""Names of all programs."""


def kinds_like(words: str) -> list[str]:
    """Return the programs whose name contains these words."""
    return [kind for kind in KINDS if words.strip().casefold() in kind.casefold()]


def unknown_kind(refuse: Sequence[str]) -> str:
    """Return the error in ``OPTION@CLIENT`` words; "" if all name a known client."""
    for word in refuse:
        _, is_narrow, client = word.partition("@")
        if is_narrow and not kinds_like(client):
            known = ", ".join(KINDS)
            return f"no client program is called {client!r}; known are {known}"
    return ""


def retry_gap(kind: str) -> float:
    """Return the seconds of silence after which a program retries."""
    client = known(kind)
    return client.gap if client else UNKNOWN_GAP


def timeout_in(options: RequestedOptions) -> float | None:
    """Return the seconds of a timeout option (RFC 2349); None without one."""
    value = {name.casefold(): value for name, value in options}.get("timeout", "")
    return float(value) if value.isascii() and value.isdecimal() else None


def may_ignore_repeats(kind: str) -> bool:
    """Return whether a program sometimes ignores retransmissions."""
    client = known(kind)
    return client is not None and client.ignores_repeats


def is_firmware(kind: str) -> bool:
    """Return whether a program runs without an operating system."""
    client = known(kind)
    return client is not None and client.is_firmware


def is_habit(kind: str, client_tid: int) -> bool:
    """Return whether a port is one of the few that a program uses."""
    return any(
        one.ports[0] <= client_tid <= one.ports[1]
        and one.ports[1] - one.ports[0] < _FEW_PORTS
        for one in TABLE
        if one.kind == kind and one.ports is not None
    )


def surer(kind: str, sure: float, gap: float) -> float:
    """Return the confidence of a recognition, given the retry interval.

    Args:
        kind: as recognized from the request.
        sure: confidence so far (0 to 1).
        gap: seconds between its first two requests from one port.
    """
    client = known(kind)
    if client is None or client.steps:
        return sure
    fits = abs(gap - client.gap) <= max(0.1, _RHYTHM_ERROR * client.gap)
    return min(0.99, sure + _SURER) if fits else max(0.2, sure - _SURER)


@lru_cache(maxsize=256)
def _asking(options: str) -> tuple[Client, ...]:
    """Return the programs with such OPTIONS; cached, as a rack sends the same."""
    return tuple(one for one in TABLE if pattern(one.options).fullmatch(options))


def _fits(client: Client, client_tid: int, file: str) -> bool:
    if client.ports and not client.ports[0] <= client_tid <= client.ports[1]:
        return False
    return not client.name or re.fullmatch(client.name, file) is not None
