"""client-gone: the client stopped replying, or a router reports it unreachable."""

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.ends import served_to_its_program
from tftptui.findings.facts import Facts
from tftptui.findings.helps import (
    HAD_ARRIVED,
    PASSED,
    helps_of,
    no_port_matters,
    small_blocks,
)
from tftptui.findings.kind import Kind, Scope
from tftptui.findings.signs.chance import is_by_loss
from tftptui.findings.signs.icmp_errors import is_firm, reporters, since_progress
from tftptui.findings.signs.silence import is_quiet_after_one, own_gap
from tftptui.findings.signs.stalls import (
    ended_by_client,
    is_stuck,
    is_waiting,
    may_have_all,
    stopped,
)
from tftptui.knowledge.signatures import may_ignore_repeats
from tftptui.knowledge.ttl_walk import is_whole
from tftptui.protocol.options import DEFAULT_BLOCK_SIZE
from tftptui.telemetry.findings import FACT, LIKELY, POSSIBLE
from tftptui.telemetry.views import TransferView

_SHORTEST_WAIT, _SILENT_BY_THEN = 9.0, 15.0
"""Seconds of silence after which a client has more than paused: one that is suspended,
or erases its flash, may need 8 s. By the longer time a client that ignores
retransmissions (may_ignore_repeats()) would have sent something: our timeouts double,
so the first of more than 5 s starts within 10 s, and it retries after 5 s of that."""

_OWN_WAITS = 2
"""Multiple of the client's own timeout."""


_AWAY = no_port_matters(
    "the client is down, whatever the port",
    "small packets find no client either",
    "",
    "no firewall drops the packets: the client is down",
) | {
    "timeout": (
        "unknown",
        "yes if it comes back soon, as after a loose cable: more retries reach it",
    )
}
"""For reports of an unreachable host."""

_QUIET = no_port_matters(
    "ACKs go to the port that got the request",
    "a first reply is small",
    "",
    "ACKs go to the port that got the request",
) | {
    "timeout": (
        "unknown",
        "yes if the client is only busy: more retries wait for it",
    )
}
"""For a client that has never replied."""

KIND = Kind(
    code=Code.CLIENT_GONE,
    scope=Scope.CLIENT,
    broken=(),
    helps=no_port_matters(f"{PASSED} on these ports", HAD_ARRIVED, "", PASSED)
    | {
        "timeout": (
            "unknown",
            "yes if the client is only busy: more retries wait for it",
        )
    },
    ended=served_to_its_program,
    adjust=small_blocks,
    key_part=reporters,
)


def host_gone(facts: Facts) -> Draft | None:
    """Detect a client that the last router, or this host, can't reach."""
    found = since_progress(facts, lambda one: one.is_host_unreachable)
    if not facts.scene.on_link:
        found = [one for one in found if one.sender not in facts.scene.addresses]
    if not found or facts.last_requested > max(one.times[-1] for one in found):
        return None  # it has another address now, or is back
    is_own = found[0].sender in facts.scene.addresses
    who = facts.words.server if is_own else (found[0].sender or "a router")
    return Draft(
        kind=KIND,
        headline=f"{who[:1].upper()}{who[1:]} reports {facts.client} unreachable: it "
        "was switched off, unplugged or changed its address, or a route is wrong.",
        confidence=FACT if is_firm(facts, found) else LIKELY,
        stands_at="client",
        transfers=tuple(facts.numbers),
        since=found[0].times[0],
        evidence=(*evidence.complaints(found), evidence.asked(facts)),
        remedies=remedies.say("check the client, its cable and its address"),
        helps=helps_of(_AWAY, facts),
        proof=f"ping -c 3 {facts.client}",
    )


def gone(facts: Facts) -> Draft | None:
    """Detect a client that stopped replying after blocks had arrived.

    No alarm until it has been silent for longer than is usual for its kind.
    """
    one = facts.latest
    if one is None or not one.heard:
        return None
    is_clear = is_stuck(facts, one)
    if not (is_clear or is_waiting(facts, one)):
        return None
    if ended_by_client(one) or _has_last_word(facts, one) or may_have_all(one):
        return None
    if not is_clear or _may_speak_yet(facts, one):
        return _no_reply(facts, one)
    where = f"at block {one.acked_blocks:,}" if one.acked_blocks else "at the start"
    silent, did = (
        f"{facts.client} stopped replying",
        "sent" if facts.is_upload else "fetched",
    )
    is_up = _is_up_since(facts, one)
    why = "it is off, unplugged or busy, or the path was cut."
    if is_up:
        why = "its machine is up and reachable, so the program ended, hangs or waits."
    return Draft(
        kind=KIND,
        headline=f"{silent} {where} of {facts.file}: {why}",
        plain=f"{silent} while it {did} {facts.file}: {why}",
        confidence=LIKELY if is_up else POSSIBLE,
        stands_at="client" if is_up else "unknown",
        transfers=(one.number,),
        since=one.moved,
        evidence=(stopped(facts, one), *evidence.walked(facts.location)),
        remedies=remedies.say(
            "check the program on the client"
            if is_up
            else "check whether the client is still running, and whether it can be "
            "reached"
        ),
        helps=KIND.would_help(facts),
        proof=f"ping -c 3 {facts.client}",
    )


def _is_up_since(facts: Facts, one: TransferView) -> bool:
    """Return whether a hop-by-hop probe reached the host since it became silent."""
    found = facts.location
    if found is None or not found.is_done or facts.located_at <= one.moved:
        return False
    return is_whole(found.suspect) or is_whole(found.other)


def _no_reply(facts: Facts, one: TransferView) -> Draft:
    """Return the finding that nothing arrives, with no cause known yet."""
    why = "it is paused, busy or off, or the path was cut"
    if not one.acked_blocks and one.block_size > DEFAULT_BLOCK_SIZE:
        why = f"{why}, or blocks of {one.block_size} bytes do not arrive"
    return Draft(
        kind=KIND,
        headline=f"No reply from {facts.client} at block {one.acked_blocks:,} of "
        f"{facts.file}: {why}.",
        plain=f"No reply from {facts.client}: {why}.",
        confidence=POSSIBLE,
        stands_at="unknown",
        is_alarm=False,
        transfers=(one.number,),
        since=one.moved,
        evidence=(stopped(facts, one), *evidence.program(facts)),
        remedies=remedies.say(
            "wait: the server resends for as long as this kind of client may pause"
        ),
        helps=KIND.would_help(facts),
        proof=f"ping -c 3 {facts.client}",
    )


def single_request(facts: Facts) -> Draft | None:
    """Detect a single request without further packets, in single-port mode.

    There ACKs take the same path as the request.
    """
    if not facts.scene.single_port or not is_quiet_after_one(facts):
        return None
    one = facts.tries[0]
    return Draft(
        kind=KIND,
        headline=f"{facts.client} requested {facts.file} once, then nothing: it was "
        "switched off, or its ACKs are lost.",
        confidence=POSSIBLE,
        stands_at="unknown",
        transfers=tuple(facts.numbers),
        since=one.started,
        evidence=(evidence.asked(facts), evidence.unanswered(facts)),
        remedies=remedies.say("check whether the client is still running"),
        helps=helps_of(_QUIET, facts),
        proof=proofs.watch(facts),
    )


def _has_last_word(facts: Facts, one: TransferView) -> bool:
    """Return whether a capture shows that the server is silent, and not the client."""
    return facts.scene.is_capture and one.repeated > one.moved and not one.retransmits


def _may_speak_yet(facts: Facts, one: TransferView) -> bool:
    """Return whether it may have paused, or retries only after a longer wait."""
    if one.running and is_by_loss(one.timeouts, one.acked_blocks, one.lost):
        return True
    wait = min(_SILENT_BY_THEN, max(_SHORTEST_WAIT, _OWN_WAITS * own_gap(one)))
    if may_ignore_repeats(one.kind):
        wait = _SILENT_BY_THEN
    return one.running and facts.now - one.moved < wait
