"""Trouble that a named machine reports: ICMP errors for what we sent.

One error may be forged or left over; two, or one and a client that asks again, are
taken for what they say. Their absence proves nothing: most firewalls are silent.
"""

from collections.abc import Callable
from functools import partial

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.draft import Draft, Later
from tftptui.findings.facts import Case, Icmp
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


def refused(case: Case) -> Draft | None:
    """A firewall on the way refuses what goes to the client."""
    found = _of(case, lambda one: one.is_prohibited or one.is_port_closed)
    found = [one for one in found if not _is_client(case, one) and one.sender]
    if not _is_firm(case, found):
        return None
    names = list(dict.fromkeys(one.sender or "" for one in found))
    code = "answers-refused"
    return Draft(
        code=code,
        headline=f"The firewall at {joined(names)} refuses packets from "
        f"{case.voice.server} to {port_word(case.client_tids, 'UDP')} of "
        f"{case.client}.",
        client_tids=tuple(case.client_tids),
        confidence=FACT,
        stands_at="between",
        transfers=tuple(case.numbers),
        since=found[0].times[0],
        evidence=evidence.refused(case, found),
        remedies=Later(partial(remedies.let_answers_through, case)),
        ports=remedies.range_of(case),
        helps=helps_for(code, case),
        proof=proofs.fetch_from_ports(case),
    )


def client_refuses(case: Case) -> Draft | None:
    """The client's own firewall, or an address translation before it, refuses."""
    prohibited = [
        one for one in _of(case, lambda one: one.is_prohibited) if _is_client(case, one)
    ]
    closed = [
        one
        for one in _of(case, lambda one: one.is_port_closed)
        if _is_client(case, one)
    ]
    if case.heard:
        return None
    if _is_firm(case, prohibited):
        return _client_firewall(case, prohibited, is_sure=True)
    if _insists(case, closed):
        if case.has_no_firewall:
            return _translation(case, closed)
        return _client_firewall(case, closed, is_sure=False)
    return None


def _client_firewall(case: Case, found: list[Icmp], *, is_sure: bool) -> Draft:
    code = "client-firewall-refuses"
    return Draft(
        code=code,
        headline=f"{case.client} itself refuses {case.voice.our} answers to its "
        f"{port_word(case.client_tids, 'UDP')}: its own firewall, or an address "
        "translation before it.",
        client_tids=tuple(case.client_tids),
        confidence=FACT if is_sure else LIKELY,
        stands_at="client",
        transfers=tuple(case.numbers),
        since=found[0].times[0],
        evidence=evidence.refused(case, found),
        remedies=Later(partial(remedies.on_the_client, case)),
        ports=remedies.range_of(case),
        helps=helps_for(code, case),
        proof=proofs.fetch_from_ports(case),
    )


def _translation(case: Case, found: list[Icmp]) -> Draft:
    code = "nat-without-helper"
    return Draft(
        code=code,
        headline=f"{case.client} asks from a port and says that it is closed: most "
        "likely it is an address translation that knows no answer from another port "
        "than the one that was asked.",
        confidence=LIKELY,
        stands_at="client",
        transfers=tuple(case.numbers),
        since=found[0].times[0],
        evidence=evidence.refused(case, found),
        remedies=Later(partial(remedies.for_translation, case)),
        ports=remedies.range_of(case),
        helps=helps_for(code, case),
        proof=proofs.tracked(case),
    )


def port_closed(case: Case) -> Draft | None:
    """The client has closed its port, and does not ask again."""
    found = [
        one
        for one in _of(case, lambda one: one.is_port_closed)
        if _is_client(case, one)
    ]
    latest = case.latest
    if not found or latest is None or found[-1].transfer != latest.number:
        return None
    if latest.phase != "abandoned" or (case.requests > 1 and not latest.heard):
        return None
    if is_quiet_after_one(case) or any(rule(case) for rule in _STALLS):
        return None  # it waited, and left when nothing came of that
    words, place = _how_it_closed(case, latest, found)
    return Draft(
        code="client-port-closed",
        headline=words,
        confidence=FACT if latest.heard and place == "nobody" else LIKELY,
        stands_at=place,
        is_alarm=False,
        transfers=(latest.number,),
        since=found[-1].times[0],
        evidence=(*evidence.complaints(found), evidence.asked(case)),
        remedies=remedies.say("nothing; look at the client, or let it ask again"),
    )


def _how_it_closed(
    case: Case, one: TransferView, found: list[Icmp]
) -> tuple[str, Place]:
    """Return what a closed port tells, and where the cause may be.

    That ICMP comes shows that the way there is free. Of the way back it tells nothing,
    so that only who was heard, or left too early to say anything, clears it.
    """
    asked = f"The program on {case.client} asked for {case.file}"
    closed = f"its UDP port {one.client_tid} is closed"
    rounds = 1 + (one.timeouts if one.heard else one.retransmits)
    unheeded = rounds - sum(len(icmp.times) for icmp in found)
    if unheeded >= _MANY_UNHEEDED:
        waited = found[0].times[0] - (one.moved if one.heard else case.last_asked)
        gave_up = f"and gave up: {closed}, after {seconds(waited)} without a word."
        lost = "blocks" if case.is_upload else "ACKs"
        return f"{asked} {gave_up} Perhaps its {lost} were lost on the way.", "unknown"
    if one.heard:
        return f"{asked} and then stopped: {closed}. Nothing blocks the way.", "nobody"
    if unheeded > 0:
        gone = f"{asked} and was gone: {closed}."
        return f"{gone} Most likely nothing blocks the way.", "nobody"
    why = "an address translation takes no answer from another port"
    gone = f"{asked}, and at the first answer {closed}: most likely it was gone"
    return f"{gone}, or {why}.", "client"


def loop(case: Case) -> Draft | None:
    """Packets to the client go round in a circle."""
    found = _of(case, lambda one: one.is_loop)
    if not _is_firm(case, found):
        return None
    code = "routing-loop"
    return Draft(
        code=code,
        headline=f"Packets to {case.client} go round in a circle, or too far: "
        f"{found[0].sender} says that their time to live has run out.",
        confidence=FACT,
        stands_at="between",
        transfers=tuple(case.numbers),
        since=found[0].times[0],
        evidence=(*evidence.complaints(found), evidence.asked(case)),
        remedies=remedies.say(
            f"look at the routing near {found[0].sender}, "
            f"and at {case.voice.host}'s default time to live"
        ),
        helps=helps_for(code, case),
        proof=proofs.trace(case),
    )


def no_route_there(case: Case) -> Draft | None:
    """A router on the way knows no way to the client."""
    found = _of(case, lambda one: one.is_no_route)
    if not _is_firm(case, found):
        return None
    code = "no-route"
    return Draft(
        code=code,
        headline=f"The router {found[0].sender} has no route back to {case.client}.",
        confidence=FACT,
        stands_at="between",
        transfers=tuple(case.numbers),
        since=found[0].times[0],
        evidence=(*evidence.complaints(found), evidence.asked(case)),
        remedies=remedies.say(
            f"give {found[0].sender} a route to the network of {case.client}"
        ),
        helps=helps_for(code, case),
        proof=proofs.trace(case),
    )


def host_gone(case: Case) -> Draft | None:
    """The last router, or this host on its own segment, finds the client no more."""
    found = _of(case, lambda one: one.is_host_unreachable)
    if not case.scene.on_link:
        found = [one for one in found if one.sender not in case.scene.addresses]
    if not found:
        return None
    code = "client-gone"
    is_own = found[0].sender in case.scene.addresses
    who = case.voice.server if is_own else found[0].sender
    return Draft(
        code=code,
        headline=f"{case.client} is not there any more, says {who}: switched off, "
        "unplugged, or its address has changed.",
        confidence=FACT if _is_firm(case, found) else LIKELY,
        stands_at="client",
        transfers=tuple(case.numbers),
        since=found[0].times[0],
        evidence=(*evidence.complaints(found), evidence.asked(case)),
        remedies=remedies.say("look at the client, its cable and its address"),
        helps=helps_for("client-away", case),
        proof=f"ping -c 3 {case.client}",
    )


def _of(case: Case, fits: Callable[[Icmp], bool]) -> list[Icmp]:
    """Return the errors that came after the last progress of their try."""
    moved = {one.number: one.moved for one in case.tries if one.heard}
    return [
        one
        for one in case.icmp
        if fits(one) and one.times[-1] > moved.get(one.transfer, 0.0)
    ]


def _is_client(case: Case, one: Icmp) -> bool:
    return one.sender == case.client


def _is_firm(case: Case, found: list[Icmp]) -> bool:
    """Whether errors are more than one that may be forged."""
    count = sum(len(one.times) for one in found)
    return count > 1 or (count == 1 and case.requests > 1)


def _insists(case: Case, closed: list[Icmp]) -> bool:
    """Whether the client asks again and again from ports that are said to be closed.

    Late errors are none: a ROM that has moved on to its next port has closed the last.
    """
    asked = {one.number: one.asked_at for one in case.tries}
    answered = {
        (one.transfer, moment)
        for one in closed
        for time in one.times
        for moment in asked.get(one.transfer, ())
        if 0 <= time - moment < _AT_ONCE
    }
    return len(answered) > 1
