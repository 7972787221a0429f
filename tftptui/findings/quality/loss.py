"""loss: packets are lost, so that a transfer is slow or fails.

A resent packet is not necessarily lost: the reply may have been late, or the client may
have paused or received blocks out of order. Only rounds count that the client's replies
show to have been needed; see protocol/repeats.py.
"""

from tftptui.findings import remedies
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.ends import served
from tftptui.findings.facts import Facts
from tftptui.findings.helps import PASSED
from tftptui.findings.kind import Kind, Scope
from tftptui.findings.signs.chance import is_by_loss
from tftptui.telemetry.findings import FACT, LIKELY, Evidence, Remedy
from tftptui.telemetry.views import TransferView
from tftptui.telemetry.words import counted, seconds, times

_LOSS, _FEW_LOST = 0.02, 3

_GAVE_UP = 2
"""Rounds lost in a row after which a client quits by itself; sooner its user did."""

_NO_TAIL = 1e-3
"""Probability below which loss at so few window ends is not loss but reordering."""

KIND = Kind(
    code=Code.LOSS,
    scope=Scope.PATH,
    broken=("up", "down"),
    helps={
        "port-range": ("no", PASSED),
        "single-port": ("no", PASSED),
        "block-size": (
            "unknown",
            "yes only if a block takes several fragments: each can be lost",
        ),
        "timeout": ("unknown", "with more retries the transfer may complete, slowly"),
        "helper": ("no", PASSED),
        "client-port": ("no", PASSED),
    },
    ended=served,
)


def loss(facts: Facts) -> Draft | None:
    """Detect more than two percent of packets lost, even if the client quit early."""
    one = facts.latest
    if one is None or one.direction != "read" or not is_lossy(facts, one):
        return None
    is_whole = one.phase in ("completed", "unconfirmed")
    has_left = one.peer_error is not None or bool(facts.closed_at(one))
    if not (is_whole or (has_left and one.heard and not one.running)):
        return None
    if failed_by_loss(facts) is not None:
        return None
    lost = f"{facts.file}, but packets were lost"
    did = {"completed": f"got {lost}", "unconfirmed": f"was sent all of {lost}"}.get(
        one.phase, f"did not get all of {facts.file}, and packets were lost"
    )
    return Draft(
        kind=KIND,
        headline=f"{facts.client} {did}: "
        f"{times(_lost(facts, one))} in {counted(max(1, one.sent_blocks), 'block')}.",
        confidence=FACT,
        stands_at="between",
        is_alarm=False,
        transfers=(one.number,),
        since=one.started,
        evidence=(_counts(facts, one), *_places(one)),
        remedies=_look_at_links(),
    )


def is_lossy(facts: Facts, one: TransferView) -> bool:
    """Whether more than two packets in a hundred were lost."""
    lost, blocks = _lost(facts, one), max(1, one.sent_blocks)
    if lost < _FEW_LOST or lost <= _LOSS * blocks:
        return False
    return facts.scene.is_capture or not _is_reordered(one)


def failed_by_loss(facts: Facts) -> Draft | None:
    """Detect a transfer that failed, with loss as a sufficient explanation."""
    one = facts.latest
    if one is None or one.direction != "read" or not one.heard:
        return None
    is_over = one.phase in ("abandoned", "failed") and not one.superseded
    rounds = one.timeouts
    if closed := facts.closed_at(one):  # what was resent since shows no loss
        rounds = max(0, rounds - len(closed))
        is_over = (is_over or one.running) and rounds >= _GAVE_UP
    if not is_over or one.evicted or not rounds:
        return None
    lost, blocks = _lost(facts, one), max(1, one.acked_blocks)
    before = max(0, lost - one.timeouts) if facts.scene.is_capture else lost
    if not is_lossy(facts, one) or not is_by_loss(rounds, blocks, before):
        return None
    return Draft(
        kind=KIND,
        headline=f"{facts.file} failed because the path to {facts.client} loses "
        f"packets: {times(lost)} in {counted(blocks, 'block')}.",
        confidence=LIKELY,
        stands_at="between",
        transfers=(one.number,),
        since=one.started,
        evidence=(
            _counts(facts, one),
            *_places(one),
            Evidence(
                text=f"then nothing for {seconds((one.ended or facts.now) - one.moved)}"
                f", resent {times(rounds)}: expected at this loss rate",
                transfer=one.number,
                time=one.moved,
            ),
        ),
        remedies=_look_at_links(),
        helps=KIND.would_help(facts),
        proof=f"ping -c 100 -i 0.2 {facts.client}",
    )


def _look_at_links() -> tuple[Remedy, ...]:
    return remedies.say(
        "check the links on the path: duplex, cabling, full queues, Wi-Fi"
    )


def _lost(facts: Facts, one: TransferView) -> int:
    """Return in how many rounds something was lost on the path."""
    if facts.scene.is_capture:
        return one.lost_to_client + one.lost_to_server
    return max(0, one.lost - one.unsent)


def _is_reordered(one: TransferView) -> bool:
    """Return whether blocks were missed within windows, but hardly ever the last.

    Loss hits the last block, or its ACK, like any other: two packets of window + 1.
    """
    share = 2 / (one.window + 1)
    return one.gaps == one.lost and (1 - share) ** one.lost < _NO_TAIL


def _places(one: TransferView) -> list[Evidence]:
    """Return on which side of a capture packets were lost, as far as known."""
    sides = (
        (one.lost_to_client, "between here and the client"),
        (one.lost_to_server, "between here and the server"),
    )
    return [
        Evidence(text=f"lost {times(count)} {side}", transfer=one.number)
        for count, side in sides
        if count
    ]


def _counts(facts: Facts, one: TransferView) -> Evidence:
    lost, blocks = _lost(facts, one), max(1, one.sent_blocks)
    late = f", {times(one.late)} just late" if one.late else ""
    resent = counted(one.retransmits, "block")
    return Evidence(
        text=f"{times(lost)} a block or its ACK was lost ({counted(blocks, 'block')} "
        f"sent){late}; {resent} resent",
        transfer=one.number,
        time=one.ended,
    )
