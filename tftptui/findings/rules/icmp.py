"""Trouble that a named machine reports: ICMP errors for what we sent.

One error may be forged or left over; two, or one and a client that asks again, are
taken for what they say. Their absence proves nothing: most firewalls are silent.
"""

from collections.abc import Callable
from functools import partial

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.draft import Draft, LazyRemedies
from tftptui.findings.facts import Facts, Icmp
from tftptui.findings.helps import helps_for
from tftptui.findings.rules import beside, endings, sizes
from tftptui.findings.rules.quiet import is_quiet_after_one
from tftptui.telemetry.findings import FACT, LIKELY, Place
from tftptui.telemetry.views import TransferView
from tftptui.telemetry.words import joined, port_word, seconds

_MANY_UNHEEDED = 3
"""Packets in a row that a client took without a word, before it closed its port."""

_STALLS = (sizes.mtu, beside.acks_behind, endings.cut)
"""What a stall has shown before the client closed its port."""

_AT_ONCE = 1.0
"""Seconds: an error that comes so soon after a request answers our first packet."""


def refused(facts: Facts) -> Draft | None:
    """A firewall on the way refuses what goes to the client."""
    found = _of(facts, lambda one: one.is_prohibited or one.is_port_closed)
    found = [one for one in found if not _is_client(facts, one) and one.sender]
    if not _is_firm(facts, found):
        return None
    names = list(dict.fromkeys(one.sender or "" for one in found))
    code = "answers-refused"
    return Draft(
        code=code,
        headline=f"The firewall at {joined(names)} refuses packets from "
        f"{facts.words.server} to {port_word(facts.client_tids, 'UDP')} of "
        f"{facts.client}.",
        client_tids=tuple(facts.client_tids),
        confidence=FACT,
        stands_at="between",
        transfers=tuple(facts.numbers),
        since=found[0].times[0],
        evidence=evidence.refused(facts, found),
        remedies=LazyRemedies(partial(remedies.let_answers_through, facts)),
        ports=remedies.range_of(facts),
        helps=helps_for(code, facts),
        proof=proofs.fetch_from_ports(facts),
    )


def client_refuses(facts: Facts) -> Draft | None:
    """The client's own firewall, or an address translation before it, refuses."""
    prohibited = [
        one
        for one in _of(facts, lambda one: one.is_prohibited)
        if _is_client(facts, one)
    ]
    closed = [
        one
        for one in _of(facts, lambda one: one.is_port_closed)
        if _is_client(facts, one)
    ]
    if facts.heard:
        return None
    if _is_firm(facts, prohibited):
        return _client_firewall(facts, prohibited, is_sure=True)
    if _insists(facts, closed):
        if facts.has_no_firewall:
            return _translation(facts, closed)
        return _client_firewall(facts, closed, is_sure=False)
    return None


def _client_firewall(facts: Facts, found: list[Icmp], *, is_sure: bool) -> Draft:
    code = "client-firewall-refuses"
    return Draft(
        code=code,
        headline=f"{facts.client} itself refuses {facts.words.our} answers to its "
        f"{port_word(facts.client_tids, 'UDP')}: its own firewall, or an address "
        "translation before it.",
        client_tids=tuple(facts.client_tids),
        confidence=FACT if is_sure else LIKELY,
        stands_at="client",
        transfers=tuple(facts.numbers),
        since=found[0].times[0],
        evidence=evidence.refused(facts, found),
        remedies=LazyRemedies(partial(remedies.on_the_client, facts)),
        ports=remedies.range_of(facts),
        helps=helps_for(code, facts),
        proof=proofs.fetch_from_ports(facts),
    )


def _translation(facts: Facts, found: list[Icmp]) -> Draft:
    code = "nat-without-helper"
    return Draft(
        code=code,
        headline=f"{facts.client} asks from a port and says that it is closed: most "
        "likely it is an address translation that knows no answer from another port "
        "than the one that was asked.",
        confidence=LIKELY,
        stands_at="client",
        transfers=tuple(facts.numbers),
        since=found[0].times[0],
        evidence=evidence.refused(facts, found),
        remedies=LazyRemedies(partial(remedies.for_translation, facts)),
        ports=remedies.range_of(facts),
        helps=helps_for(code, facts),
        proof=proofs.tracked(facts),
    )


def port_closed(facts: Facts) -> Draft | None:
    """The client has closed its port, and does not ask again."""
    found = [
        one
        for one in _of(facts, lambda one: one.is_port_closed)
        if _is_client(facts, one)
    ]
    latest = facts.latest
    if not found or latest is None or found[-1].transfer != latest.number:
        return None
    if latest.phase != "abandoned" or (facts.requests > 1 and not latest.heard):
        return None
    if is_quiet_after_one(facts) or any(rule(facts) for rule in _STALLS):
        return None  # it waited, and left when nothing came of that
    words, place = _how_it_closed(facts, latest, found)
    return Draft(
        code="client-port-closed",
        headline=words,
        confidence=FACT if latest.heard and place == "nobody" else LIKELY,
        stands_at=place,
        is_alarm=False,
        transfers=(latest.number,),
        since=found[-1].times[0],
        evidence=(*evidence.complaints(found), evidence.asked(facts)),
        remedies=remedies.say("nothing; look at the client, or let it ask again"),
    )


def _how_it_closed(
    facts: Facts, one: TransferView, found: list[Icmp]
) -> tuple[str, Place]:
    """Return what a closed port tells, and where the cause may be.

    That ICMP comes shows that the way there is free. Of the way back it tells nothing,
    so that only who was heard, or left too early to say anything, clears it.
    """
    asked = f"The program on {facts.client} asked for {facts.file}"
    closed = f"its UDP port {one.client_tid} is closed"
    rounds = 1 + (one.timeouts if one.heard else one.retransmits)
    unheeded = rounds - sum(len(icmp.times) for icmp in found)
    if unheeded >= _MANY_UNHEEDED:
        waited = found[0].times[0] - (one.moved if one.heard else facts.last_asked)
        gave_up = f"and gave up: {closed}, after {seconds(waited)} without a word."
        lost = "blocks" if facts.is_upload else "ACKs"
        return f"{asked} {gave_up} Perhaps its {lost} were lost on the way.", "unknown"
    if one.heard:
        return f"{asked} and then stopped: {closed}. Nothing blocks the way.", "nobody"
    if unheeded > 0:
        gone = f"{asked} and was gone: {closed}."
        return f"{gone} Most likely nothing blocks the way.", "nobody"
    why = "an address translation takes no answer from another port"
    gone = f"{asked}, and at the first answer {closed}: most likely it was gone"
    return f"{gone}, or {why}.", "client"


def loop(facts: Facts) -> Draft | None:
    """Packets to the client go round in a circle."""
    found = _of(facts, lambda one: one.is_loop)
    if not _is_firm(facts, found):
        return None
    code = "routing-loop"
    return Draft(
        code=code,
        headline=f"Packets to {facts.client} go round in a circle, or too far: "
        f"{found[0].sender} says that their time to live has run out.",
        confidence=FACT,
        stands_at="between",
        transfers=tuple(facts.numbers),
        since=found[0].times[0],
        evidence=(*evidence.complaints(found), evidence.asked(facts)),
        remedies=remedies.say(
            f"look at the routing near {found[0].sender}, "
            f"and at {facts.words.host}'s default time to live"
        ),
        helps=helps_for(code, facts),
        proof=proofs.trace(facts),
    )


def no_route_there(facts: Facts) -> Draft | None:
    """A router on the way knows no way to the client."""
    found = _of(facts, lambda one: one.is_no_route)
    if not _is_firm(facts, found):
        return None
    code = "no-route"
    return Draft(
        code=code,
        headline=f"The router {found[0].sender} has no route back to {facts.client}.",
        confidence=FACT,
        stands_at="between",
        transfers=tuple(facts.numbers),
        since=found[0].times[0],
        evidence=(*evidence.complaints(found), evidence.asked(facts)),
        remedies=remedies.say(
            f"give {found[0].sender} a route to the network of {facts.client}"
        ),
        helps=helps_for(code, facts),
        proof=proofs.trace(facts),
    )


def host_gone(facts: Facts) -> Draft | None:
    """The last router, or this host on its own segment, finds the client no more."""
    found = _of(facts, lambda one: one.is_host_unreachable)
    if not facts.scene.on_link:
        found = [one for one in found if one.sender not in facts.scene.addresses]
    if not found:
        return None
    code = "client-gone"
    is_own = found[0].sender in facts.scene.addresses
    who = facts.words.server if is_own else found[0].sender
    return Draft(
        code=code,
        headline=f"{facts.client} is not there any more, says {who}: switched off, "
        "unplugged, or its address has changed.",
        confidence=FACT if _is_firm(facts, found) else LIKELY,
        stands_at="client",
        transfers=tuple(facts.numbers),
        since=found[0].times[0],
        evidence=(*evidence.complaints(found), evidence.asked(facts)),
        remedies=remedies.say("look at the client, its cable and its address"),
        helps=helps_for("client-away", facts),
        proof=f"ping -c 3 {facts.client}",
    )


def _of(facts: Facts, fits: Callable[[Icmp], bool]) -> list[Icmp]:
    """Return the errors that came after the last progress of their try."""
    moved = {one.number: one.moved for one in facts.tries if one.heard}
    return [
        one
        for one in facts.icmp
        if fits(one) and one.times[-1] > moved.get(one.transfer, 0.0)
    ]


def _is_client(facts: Facts, one: Icmp) -> bool:
    return one.sender == facts.client


def _is_firm(facts: Facts, found: list[Icmp]) -> bool:
    """Whether errors are more than one that may be forged."""
    count = sum(len(one.times) for one in found)
    return count > 1 or (count == 1 and facts.requests > 1)


def _insists(facts: Facts, closed: list[Icmp]) -> bool:
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
