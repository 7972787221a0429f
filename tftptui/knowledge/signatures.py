"""Which program asks: told by its options, its port and how it asks again."""

import re
from collections.abc import Sequence
from functools import lru_cache

from tftptui.knowledge.clients import TABLE, Client

AskedOptions = Sequence[tuple[str, str]]
"""Options as asked, in order, as (name, value)."""

UNKNOWN_GAP = 10.0
"""Seconds until a client asks again at most, of all that are known."""

_RHYTHM_ERROR = 0.15
_FEW_PORTS = 4_096
"""Of so many, or fewer, chance would seldom take one."""
_SURER = 0.2


@lru_cache(maxsize=256)
def pattern(options: str) -> re.Pattern[str]:
    """Return the regular expression for a table's options.

    ``name=*`` is any value, ``name=REGEX`` one that fits; ``[…]`` may be missing.
    """
    parts = []
    for word in options.split():
        name, _, value = word.strip("[]").partition("=")
        one = f"{name}={'[^ ]*' if value == '*' else value} "
        parts.append(f"({one})?" if word.startswith("[") else one)
    return re.compile("".join(parts))


def recognise(asked: AskedOptions, client_tid: int, file: str = "") -> Client | None:
    """Return the program that a request comes from, or None.

    Args:
        asked: its options; names count in any case.
        client_tid: the UDP port that it left from.
        file: the name it asks for.
    """
    text = "".join(f"{name.lower()}={value} " for name, value in asked)
    return next((one for one in _asking(text) if _fits(one, client_tid, file)), None)


def known(kind: str) -> Client | None:
    """Return a program by its name, or None."""
    return next((one for one in TABLE if one.kind == kind), None)


KINDS = tuple(dict.fromkeys(client.kind for client in TABLE))
"""Names of all programs."""


def kinds_like(words: str) -> list[str]:
    """Return the programs that are called so, or by a longer name."""
    return [kind for kind in KINDS if words.strip().casefold() in kind.casefold()]


def unknown_kind(refuse: Sequence[str]) -> str:
    """Return what is wrong with ``OPTION@CLIENT`` words; "" when all name a client."""
    for word in refuse:
        _, is_narrow, client = word.partition("@")
        if is_narrow and not kinds_like(client):
            known = ", ".join(KINDS)
            return f"no client program is called {client!r}; known are {known}"
    return ""


def retry_gap(kind: str) -> float:
    """Return after how many seconds of silence a program asks again."""
    client = known(kind)
    return client.gap if client else UNKNOWN_GAP


def timeout_in(options: AskedOptions) -> float | None:
    """Return the seconds that a timeout option names (RFC 2349); None if none does."""
    value = {name.casefold(): value for name, value in options}.get("timeout", "")
    return float(value) if value.isascii() and value.isdecimal() else None


def may_ignore_repeats(kind: str) -> bool:
    """Whether a program now and then leaves what is sent again unanswered."""
    client = known(kind)
    return client is not None and client.ignores_repeats


def is_firmware(kind: str) -> bool:
    """Whether a program runs without an operating system around it."""
    client = known(kind)
    return client is not None and client.is_firmware


def is_habit(kind: str, client_tid: int) -> bool:
    """Whether a port is one of the few that a program asks from."""
    return any(
        one.ports[0] <= client_tid <= one.ports[1]
        and one.ports[1] - one.ports[0] < _FEW_PORTS
        for one in TABLE
        if one.kind == kind and one.ports is not None
    )


def surer(kind: str, sure: float, gap: float) -> float:
    """Return how sure a kind is, now that one knows how it asks again.

    Args:
        kind: as recognised from the request.
        sure: how sure that was (0 to 1).
        gap: seconds between its first two requests from one port.
    """
    client = known(kind)
    if client is None or client.steps:
        return sure
    fits = abs(gap - client.gap) <= max(0.1, _RHYTHM_ERROR * client.gap)
    return min(0.99, sure + _SURER) if fits else max(0.2, sure - _SURER)


@lru_cache(maxsize=256)
def _asking(options: str) -> tuple[Client, ...]:
    """Return the programs that ask with such OPTIONS: a rack of machines asks alike."""
    return tuple(one for one in TABLE if pattern(one.options).fullmatch(options))


def _fits(client: Client, client_tid: int, file: str) -> bool:
    if client.ports and not client.ports[0] <= client_tid <= client.ports[1]:
        return False
    return not client.name or re.fullmatch(client.name, file) is not None
