"""ICMP errors as evidence: which count, and when they are more than one forged packet.

One error may be forged or left over; two, or one and a client that asks again, are
taken for what they say. Their absence proves nothing: most firewalls are silent.
"""

from collections.abc import Callable

from tftptui.findings.facts import Facts, Icmp

_AT_ONCE = 1.0
"""Seconds: an error that comes so soon after a request answers our first packet."""

_SETTLED = 1.0
"""Seconds after a repeated request: who got its reply has sent an ACK by then."""


def since_progress(facts: Facts, fits: Callable[[Icmp], bool]) -> list[Icmp]:
    """Return the errors that came after the last progress of their try."""
    moved = {one.number: one.moved for one in facts.tries if one.heard}
    return [
        one
        for one in facts.icmp
        if fits(one) and one.times[-1] > moved.get(one.transfer, 0.0)
    ]


def reporters(facts: Facts) -> str:
    """Return who reported errors: two machines that do so are two causes."""
    return " ".join(sorted({one.sender or "" for one in facts.icmp}))


def is_client(facts: Facts, one: Icmp) -> bool:
    """Whether the client itself sent an error."""
    return one.sender == facts.client


def is_firm(facts: Facts, found: list[Icmp]) -> bool:
    """Whether errors are more than one that may be forged."""
    count = sum(len(one.times) for one in found)
    if count != 1:
        return count > 1
    return facts.requests > 1 and facts.quiet >= _SETTLED


def insists(facts: Facts, closed: list[Icmp]) -> bool:
    """Whether the client asks again and again from ports that are said to be closed.

    Late errors are none: a ROM that has moved on to its next port has closed the last.
    """
    asked = {one.number: one.asked_at for one in facts.tries}
    answered = {
        (one.transfer, moment)
        for one in closed
        for time in one.times
        for moment in asked.get(one.transfer, ())
        if 0 <= time - moment < _AT_ONCE
    }
    return len(answered) > 1
