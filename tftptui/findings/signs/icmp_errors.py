"""ICMP errors as evidence: which count, and when they are more than one forged packet.

A single error may be forged or stale; two, or one and a client that retries, are
believed. Missing errors prove nothing: most firewalls are silent.
"""

from collections.abc import Callable

from tftptui.findings.facts import Facts, Icmp

_AT_ONCE = 1.0
"""Seconds after a request within which an error is about our first packet."""

_SETTLED = 1.0
"""Seconds after a retry by which a client with a reply would have sent an ACK."""


def since_progress(facts: Facts, fits: Callable[[Icmp], bool]) -> list[Icmp]:
    """Return the errors after the last progress of their try."""
    moved = {one.number: one.moved for one in facts.tries if one.heard}
    return [
        one
        for one in facts.icmp
        if fits(one) and one.times[-1] > moved.get(one.transfer, 0.0)
    ]


def reporters(facts: Facts) -> str:
    """Return who reported errors: reports of two hosts are two causes."""
    return " ".join(sorted({one.sender or "" for one in facts.icmp}))


def is_client(facts: Facts, one: Icmp) -> bool:
    """Return whether the client itself sent an error."""
    return one.sender == facts.client


def is_firm(facts: Facts, found: list[Icmp]) -> bool:
    """Return whether there is more than a single error, which may be forged."""
    count = sum(len(one.times) for one in found)
    if count != 1:
        return count > 1
    return facts.requests > 1 and facts.quiet >= _SETTLED


def insists(facts: Facts, closed: list[Icmp]) -> bool:
    """Return whether the client keeps requesting from ports that are reported closed.

    Late errors don't count: a ROM that uses its next port has closed the last one.
    """
    times = {one.number: one.asked_at for one in facts.tries}
    answered = {
        (one.transfer, moment)
        for one in closed
        for time in one.times
        for moment in times.get(one.transfer, ())
        if 0 <= time - moment < _AT_ONCE
    }
    return len(answered) > 1
