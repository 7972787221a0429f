"""client-port-closed: the client closed its port and does not retry; no alarm."""

from tftptui.findings import evidence, remedies
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.ends import never
from tftptui.findings.facts import Facts, Icmp
from tftptui.findings.kind import Kind, Scope
from tftptui.findings.path.acks_blocked import acks_behind
from tftptui.findings.path.path_cut import cut
from tftptui.findings.path.path_mtu import mtu
from tftptui.findings.quality.loss import is_lossy
from tftptui.findings.signs.icmp_errors import is_client, since_progress
from tftptui.findings.signs.silence import is_quiet_after_one, own_gap
from tftptui.telemetry.findings import LIKELY, POSSIBLE, Evidence, Place
from tftptui.telemetry.views import TransferView
from tftptui.telemetry.words import seconds

_MANY_UNHEEDED = 3
"""Packets in a row that a client ignored before it closed its port."""

_SLACK = 1.0
"""Seconds beyond a client's own timeout: if it requested that timeout, our
retransmission, which causes the ICMP error, is due at the same moment."""

_SURER = 0.85
"""Confidence that a client that replied before has ended."""

_SETTLED = 1.0
"""Seconds after an ICMP error within which a running client would have sent a
packet."""

_LOOKS_SAME = "a second machine with that address looks the same"

_CUT_OFF = 9.0
"""Seconds of silence, with its port open, after which a client has more than paused."""

_STALLS = (mtu, acks_behind, cut)
"""Rules about a stall before the client closed its port."""


KIND = Kind(
    code=Code.CLIENT_PORT_CLOSED,
    scope=Scope.CLIENT,
    broken=(),
    helps={},
    ended=never,
)


def port_closed(facts: Facts) -> Draft | None:
    """Detect a client that closed its port and does not retry."""
    found = [
        one
        for one in since_progress(facts, lambda one: one.is_port_closed)
        if is_client(facts, one)
    ]
    latest = facts.latest
    if not found or latest is None or found[-1].transfer != latest.number:
        return None
    is_over = latest.phase == "abandoned"
    is_still = latest.running and facts.now - found[-1].times[-1] >= _SETTLED
    if not (is_over or is_still) or (facts.requests > 1 and not latest.heard):
        return None
    stalls = [stall for rule in _STALLS if (stall := rule(facts))]
    if is_quiet_after_one(facts) or any(one.is_alarm for one in stalls):
        return None  # it waited, and quit without a reply
    words, place = _how_it_closed(facts, latest, found)
    return Draft(
        kind=KIND,
        headline=words,
        confidence=_sure(facts, latest, place) if is_over else POSSIBLE,
        stands_at=place,
        is_alarm=_is_left_waiting(latest, place, found),
        transfers=(latest.number,),
        since=found[-1].times[0],
        evidence=(
            *evidence.complaints(found),
            evidence.asked(facts),
            *([Evidence(text=_LOOKS_SAME)] if latest.heard else ()),
        ),
        remedies=remedies.say(
            "nothing here: check the program on the client, or run it again"
        ),
    )


def _sure(facts: Facts, one: TransferView, place: Place) -> float:
    """Return how sure it is; another machine with its address would say the same."""
    if place == "unknown":
        return POSSIBLE
    if one.heard:
        return _SURER if place == "nobody" else LIKELY
    has_left = facts.quiet > own_gap(one) + _SLACK  # it would have asked again
    return LIKELY if has_left else POSSIBLE


def _is_left_waiting(one: TransferView, place: Place, found: list[Icmp]) -> bool:
    """Whether a client stayed silent so long before it quit that it may be cut off."""
    waited = found[0].times[0] - one.moved
    return one.heard and place == "unknown" and waited >= _CUT_OFF


def _how_it_closed(
    facts: Facts, one: TransferView, found: list[Icmp]
) -> tuple[str, Place]:
    """Return the meaning of a closed port, and the possible place of the cause.

    The ICMP error shows that the path to the client works. It says nothing about the
    reverse path, which is only known to work if the client replied, or quit too early
    to have sent anything. Hosts limit ICMP errors (RFC 1812 §4.3.2.8), so a single
    error within the client's own timeout after its last ACK is enough: it ended by
    itself, before it could miss anything.
    """
    what = f"The program on {facts.client} requested {facts.file}"
    closed = f"its UDP port {one.client_tid} is closed"
    free = " Packets were lost." if is_lossy(facts, one) else " Nothing is blocked."
    rounds = 1 + (one.timeouts if one.heard else one.retransmits)
    unheeded = rounds - sum(len(icmp.times) for icmp in found)
    waited = found[0].times[0] - (one.moved if one.heard else facts.last_requested)
    is_at_once = one.heard and waited <= own_gap(one) + _SLACK
    if unheeded >= _MANY_UNHEEDED and not is_at_once:
        lost = "blocks" if facts.is_upload else "ACKs"
        gave_up = f"and quit after {seconds(waited)} of silence: {closed}."
        return f"{what} {gave_up} Its {lost} may have been lost.", "unknown"
    if one.heard:
        return f"{what}, then stopped: {closed}.{free}", "nobody"
    if unheeded > 0:
        return f"{what} and quit: {closed}.{free}", "nobody"
    why = "or a NAT, or a second machine with its address, rejects the reply"
    return f"{what} and quit before the first reply ({closed}), {why}.", "client"
