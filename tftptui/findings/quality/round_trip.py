"""long-round-trip and client-slow: each block waits, for the path or for the client."""

from tftptui.findings import evidence, remedies
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.ends import never
from tftptui.findings.facts import Facts
from tftptui.findings.kind import Kind, Scope
from tftptui.knowledge.signatures import timeout_in
from tftptui.protocol.timing import SHORTEST
from tftptui.telemetry.findings import FACT, LIKELY, Evidence
from tftptui.telemetry.views import TransferView
from tftptui.telemetry.words import counted, seconds

_LONG = 0.25

_MANY_BLOCKS = 32


LONG = Kind(
    code=Code.LONG_ROUND_TRIP,
    scope=Scope.PATH,
    broken=(),
    helps={},
    ended=never,
)

CLIENT = Kind(
    code=Code.CLIENT_SLOW,
    scope=Scope.CLIENT,
    broken=(),
    helps={},
    ended=never,
)


def long_round_trip(facts: Facts) -> Draft | None:
    """Detect that each block waits for a long round trip."""
    one = facts.latest
    if one is None or one.round_trip is None or _usual(one) < _LONG:
        return None
    if one.acked_blocks < _MANY_BLOCKS or _is_slow_client(one):
        return None
    rate = one.block_size * one.window / one.round_trip
    return Draft(
        kind=LONG,
        headline=f"The round trip to {facts.client} takes {seconds(one.round_trip)}: "
        f"with {counted(one.window, 'block')} of {one.block_size} bytes at a time, at "
        f"most {rate / 1000:,.0f} kB/s.",
        confidence=FACT,
        stands_at="between",
        is_alarm=False,
        transfers=(one.number,),
        since=one.started,
        evidence=(
            Evidence(
                text=f"measured round trip: {seconds(one.round_trip)}",
                transfer=one.number,
            ),
        ),
        remedies=remedies.say(
            "let the client request larger blocks (blksize) or windows (windowsize)"
        ),
    )


def slow_client(facts: Facts) -> Draft | None:
    """Detect a fast path with a client that is slow to acknowledge each block."""
    one = facts.latest
    if one is None or one.acked_blocks < _MANY_BLOCKS or not _is_slow_client(one):
        return None
    taken, least = one.round_trip or 0.0, one.least_round_trip or 0.0
    return Draft(
        kind=CLIENT,
        headline=f"{facts.client} takes {seconds(taken)} to acknowledge each block of "
        f"{facts.file}; the round trip takes {seconds(least)}. It is busy storing "
        "them.",
        confidence=LIKELY,
        stands_at="client",
        is_alarm=False,
        transfers=(one.number,),
        since=one.started,
        evidence=(
            Evidence(
                text=f"fastest ACK: {seconds(least)}, usual: {seconds(taken)}",
                transfer=one.number,
            ),
            *evidence.program(facts),
        ),
        remedies=remedies.say("nothing to do: its flash, disk or memory is slow"),
    )


def _is_slow_client(one: TransferView) -> bool:
    least = one.least_round_trip
    return least is not None and _usual(one) > max(_LONG, 10 * least)


def _usual(one: TransferView) -> float:
    """Return the usual seconds until a reply, as far as known.

    The last measurement may include a wait: if an ACK was lost and the client repeats
    it, that looks like a slow reply. So the average over all rounds, without the waits
    for retransmissions, is an upper bound.
    """
    waited = one.retransmits * _wait(one)
    rounds = max(1.0, one.acked_blocks / max(1, one.window))
    return min(one.round_trip or 0.0, (one.moved - one.started - waited) / rounds)


def _wait(one: TransferView) -> float:
    """Return the minimum seconds until a retransmission."""
    agreed = timeout_in(one.agreed)
    return SHORTEST if agreed is None else agreed
