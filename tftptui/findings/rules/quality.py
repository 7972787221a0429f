"""What slows a transfer down that works: told, never an alarm."""

from itertools import pairwise

from tftptui.findings import evidence, remedies
from tftptui.findings.draft import Draft
from tftptui.findings.facts import Facts
from tftptui.knowledge.signatures import retry_gap, timeout_in
from tftptui.protocol.timing import SHORTEST
from tftptui.telemetry.findings import FACT, LIKELY, Evidence
from tftptui.telemetry.views import TransferView
from tftptui.telemetry.words import counted, seconds, times

_LOSS = 0.02
_FEW_RESENT = 3
_LONG = 0.25
_PATIENT, _TOO_SOON = 2.0, 0.2
"""Seconds: who waits so long before it asks again does not ask again so soon."""

_MANY_BLOCKS = 32


def loss(facts: Facts) -> Draft | None:
    """It came, but more than two packets in a hundred had to be sent again."""
    one = facts.latest
    if one is None or one.direction != "read":
        return None
    if one.phase not in ("completed", "unconfirmed"):
        return None
    blocks = max(1, one.sent_blocks)
    share = one.retransmits / blocks
    if one.retransmits < _FEW_RESENT or share <= _LOSS:
        return None
    did = "got" if one.phase == "completed" else "was sent all of"
    return Draft(
        code="loss",
        headline=f"{facts.client} {did} {facts.file}, but packets were lost: "
        f"{one.retransmits:,} sent again for {counted(blocks, 'block')}.",
        confidence=FACT,
        stands_at="between",
        is_alarm=False,
        transfers=(one.number,),
        since=one.started,
        evidence=(_counts(one), *_places(one)),
        remedies=remedies.say(
            "look at the links on the way: duplex, cabling, a full queue, Wi-Fi"
        ),
    )


def duplicated(facts: Facts) -> Draft | None:
    """The way doubles packets: a request came twice in less time than it takes."""
    twins = [one for one in facts.tries if one.twins or _asked_too_soon(one)]
    if not twins:
        return None
    first = twins[0]
    return Draft(
        code="duplicated-packets",
        headline=f"Packets from {facts.client} arrive twice: something on the way "
        "doubles them. Each is answered once.",
        confidence=FACT,
        stands_at="between",
        is_alarm=False,
        transfers=tuple(one.number for one in twins),
        since=first.started,
        evidence=(
            Evidence(
                text="the same request came again sooner than the client asks again",
                transfer=first.number,
                time=first.started,
            ),
        ),
        remedies=remedies.say(
            "look for a loop, a bonded link, a mirror port or a pair of firewalls"
        ),
    )


def reordering(facts: Facts) -> Draft | None:
    """The way changes the order of packets."""
    found = [one for one in facts.tries if one.reordered > 1]
    if not found:
        return None
    one = found[-1]
    return Draft(
        code="reordering",
        headline=f"Packets from {facts.client} arrive in another order than it sent "
        f"them ({counted(one.reordered, 'block')} of {facts.file}).",
        confidence=FACT,
        stands_at="between",
        is_alarm=False,
        transfers=(one.number,),
        since=one.started,
        evidence=(
            Evidence(
                text=f"{counted(one.reordered, 'block')} came just after a later one",
                transfer=one.number,
            ),
        ),
        remedies=remedies.say(
            "look for several ways of unequal length; a smaller window suffers less"
        ),
    )


def long_round_trip(facts: Facts) -> Draft | None:
    """Each block waits for a long way there and back."""
    one = facts.latest
    if one is None or one.round_trip is None or _usual(one) < _LONG:
        return None
    if one.acked_blocks < _MANY_BLOCKS or _is_slow_client(one):
        return None
    rate = one.block_size * one.window / one.round_trip
    return Draft(
        code="long-round-trip",
        headline=f"An answer from {facts.client} takes {seconds(one.round_trip)}: with "
        f"{counted(one.window, 'block')} of {one.block_size} octets "
        f"at a time no more than {rate / 1000:,.0f} kB/s can pass.",
        confidence=FACT,
        stands_at="between",
        is_alarm=False,
        transfers=(one.number,),
        since=one.started,
        evidence=(
            Evidence(
                text=f"round trip {seconds(one.round_trip)}, measured",
                transfer=one.number,
            ),
        ),
        remedies=remedies.say(
            "have the client ask for larger blocks (blksize) or windows (windowsize)"
        ),
    )


def slow_client(facts: Facts) -> Draft | None:
    """The way is short, but the client takes its time with each block."""
    one = facts.latest
    if one is None or one.acked_blocks < _MANY_BLOCKS or not _is_slow_client(one):
        return None
    taken, least = one.round_trip or 0.0, one.least_round_trip or 0.0
    return Draft(
        code="client-slow",
        headline=f"{facts.client} takes {seconds(taken)} for each block of "
        f"{facts.file}, though the way there and back takes {seconds(least)}: it is "
        "busy storing them.",
        confidence=LIKELY,
        stands_at="client",
        is_alarm=False,
        transfers=(one.number,),
        since=one.started,
        evidence=(
            Evidence(
                text=f"the quickest answer took {seconds(least)}, the usual one "
                f"{seconds(taken)}",
                transfer=one.number,
            ),
            *evidence.program(facts),
        ),
        remedies=remedies.say("nothing: it is the client's flash, disk or memory"),
    )


def _asked_too_soon(one: TransferView) -> bool:
    """Whether a request came again sooner than its patient client would send it."""
    if retry_gap(one.kind) < _PATIENT or not one.kind:
        return False
    gaps = [after - before for before, after in pairwise(one.asked_at)]
    return any(gap < _TOO_SOON for gap in gaps)


def _is_slow_client(one: TransferView) -> bool:
    least = one.least_round_trip
    return least is not None and _usual(one) > max(_LONG, 10 * least)


def _usual(one: TransferView) -> float:
    """Return the seconds that an answer usually takes, as far as that is known.

    What was measured last may be a wait: where an ACK was lost and the client repeats
    it, that looks like an answer that took so long. So all rounds must have taken as
    much, reckoned without the waits for what was sent again.
    """
    waited = one.retransmits * _wait(one)
    rounds = max(1.0, one.acked_blocks / max(1, one.window))
    return min(one.round_trip or 0.0, (one.moved - one.started - waited) / rounds)


def _wait(one: TransferView) -> float:
    """Return the seconds at least after which something is sent again."""
    agreed = timeout_in(one.agreed)
    return SHORTEST if agreed is None else agreed


def _places(one: TransferView) -> list[Evidence]:
    """Return on which side of a capture packets were lost, as far as it shows."""
    sides = (
        (one.lost_to_client, "between here and the client"),
        (one.lost_to_server, "between here and the server"),
    )
    return [
        Evidence(text=f"{times(count)} it was lost {side}", transfer=one.number)
        for count, side in sides
        if count
    ]


def _counts(one: TransferView) -> Evidence:
    share = 100 * one.retransmits / max(1, one.sent_blocks)
    return Evidence(
        text=f"{one.retransmits:,} of {one.sent_blocks:,} blocks sent again "
        f"({share:.1f} %), {one.duplicates:,} packets came twice",
        transfer=one.number,
        time=one.ended,
    )
