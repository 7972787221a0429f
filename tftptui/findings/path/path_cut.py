"""path-cut: blocks had arrived, now none does, though the client is alive."""

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.ends import served
from tftptui.findings.facts import Facts
from tftptui.findings.helps import HAD_ARRIVED, PASSED
from tftptui.findings.kind import Kind, Scope
from tftptui.findings.signs.silence import is_unanswered_since
from tftptui.findings.signs.stalls import (
    STUCK_SECONDS,
    is_stuck,
    is_waiting,
    may_have_all,
    stopped,
)
from tftptui.telemetry.findings import LIKELY, POSSIBLE
from tftptui.telemetry.views import TransferView

_ANSWERED, _TRIPS = 0.5, 2
"""Seconds after a repeated ACK, and round trips, by which progress would have shown."""

KIND = Kind(
    code=Code.PATH_CUT,
    scope=Scope.PATH,
    broken=("up", "down"),
    helps={
        "port-range": ("no", "blocks passed on these ports before"),
        "single-port": ("no", "blocks passed on these ports before"),
        "block-size": ("no", HAD_ARRIVED),
        "timeout": (
            "unknown",
            "yes if the path comes back soon: with more retries the transfer goes on",
        ),
        "helper": ("no", PASSED),
        "client-port": ("no", "blocks passed on these ports before"),
    },
    ended=served,
)


def cut(facts: Facts) -> Draft | None:
    """Detect that no more blocks arrive, though the client is alive.

    No alarm while chance may explain the few lost retransmissions.
    """
    moved = [one for one in facts.tries if one.heard and one.acked_blocks]
    if not moved or facts.is_done:
        return None
    one, latest = moved[-1], facts.tries[-1]
    # A client that has the whole file, and starts it, stops repeating its ACK.
    waited = STUCK_SECONDS if may_have_all(one) else _answered(one)
    is_clear = is_stuck(facts, one)
    is_alive = one.repeated > one.moved + waited and _is_repeating(facts, one)
    is_alive = is_alive and (is_clear or is_waiting(facts, one))
    asks_again = latest is not one and is_unanswered_since(facts, one)
    if not (is_alive or asks_again):
        return None
    why = "retries" if asks_again else "repeats its ACKs"
    where = f" at block {one.acked_blocks:,}"
    cut_, then = (
        f"The path to {facts.client} was cut",
        f"the client {why}, but {facts.words.our} packets no longer arrive.",
    )
    is_alarm = is_clear or asks_again
    if not is_alarm:
        cut_ = f"No progress for {facts.client}"
        then = f"it {why}: {facts.words.our} packets are lost, or the path was cut."
    return Draft(
        kind=KIND,
        headline=f"{cut_}{where}: {then}",
        plain=f"{cut_}: {then}",
        confidence=LIKELY if is_alarm else POSSIBLE,
        stands_at="between-or-client",
        is_alarm=is_alarm,
        transfers=tuple(facts.numbers),
        since=one.moved,
        evidence=(stopped(facts, one), evidence.asked(facts)),
        remedies=remedies.say(
            "check what changed on the path at that moment: a rule, a route, a link",
            "if the transfer had paused before that: raise the firewall's UDP timeout",
        ),
        helps=KIND.would_help(facts),
        proof=proofs.trace(facts),
    )


def _is_repeating(facts: Facts, one: TransferView) -> bool:
    """Return whether it has gone on without progress since its first repeated ACK.

    A client that was suspended answers first what had come meanwhile, block by block.
    """
    return facts.now - one.repeating >= _answered(one)


def _answered(one: TransferView) -> float:
    """Return the seconds for which packets of a moment ago may still be on the path."""
    return max(_ANSWERED, _TRIPS * (one.round_trip or 0.0))
