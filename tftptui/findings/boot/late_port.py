"""late-port: a switch port forwards nothing for 30 s after its link comes up."""

from tftptui.findings.boot.wire_facts import NO_REQUEST, WireFacts, ends
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.kind import Kind, Scope
from tftptui.telemetry.findings import LIKELY, POSSIBLE
from tftptui.telemetry.words import seconds

LATE = 25.0
"""Seconds: spanning tree listens and learns for 30 (IEEE 802.1D-2004, table 17-1)."""

_LONGEST = 180
"""More seconds than firmware retries; some sends the two bytes in the wrong order."""

KIND = Kind(
    code=Code.LATE_PORT,
    scope=Scope.CLIENT,
    broken=(),
    helps=NO_REQUEST,
    ended=ends,
)


def late_port(facts: WireFacts) -> Draft | None:
    """Detect a first packet that came long after the machine or the link was ready."""
    attempt = facts.attempt
    if facts.device.attempt is None or facts.device.first < attempt.begun:
        return None
    tried, silent = _tried_unheard(facts), _silent_link(facts)
    if not tried and not silent:
        return None
    evidence = []
    if tried:
        evidence.append(
            f"its first packet says that it has tried for {tried} s (field secs)"
        )
    if silent:
        evidence.append(
            f"{facts.device.interface}: the first packet came {seconds(silent)} after "
            "the link came up"
        )
    is_through = attempt.ack is not None or attempt.requested is not None
    late = seconds(max(float(tried), silent))
    begin = "its link came up" if silent >= tried else "it began to send"
    return facts.draft(
        KIND,
        f"The first packet of {facts.name} arrived {late} after {begin}: a switch port "
        "with spanning tree passes nothing for the first 30 s.",
        confidence=LIKELY if tried else POSSIBLE,
        evidence=tuple(evidence),
        remedies=(
            (
                "set the switch ports of boards and of this host to edge port "
                "(portfast), or switch spanning tree off there"
            ),
            "or let the machine wait longer, or try again",
        ),
        stands_at="server-segment",
        is_alarm=not is_through,
    )


def _tried_unheard(facts: WireFacts) -> int:
    """Return how long the machine says it tried while it could have been heard."""
    attempt = facts.attempt
    if not LATE <= attempt.secs <= _LONGEST:
        return 0
    since = attempt.begun - attempt.secs
    changes = [time for time, _ in facts.link.changes]
    was_listening = facts.watched and facts.watched < since
    return attempt.secs if was_listening and all(t < since for t in changes) else 0


def _silent_link(facts: WireFacts) -> float:
    """Return the time from link up to this machine's packet, if that was the first."""
    ups = [time for time, is_up in facts.link.changes if is_up]
    heard = facts.link.heard
    if not ups or heard is None or heard != facts.device.first:
        return 0.0
    silent = heard - ups[-1]
    return silent if silent >= LATE else 0.0
