"""path-cut: blocks had arrived, now none does, though the client is alive."""

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.ends import served
from tftptui.findings.facts import Facts
from tftptui.findings.helps import HAD_ARRIVED, PASSED
from tftptui.findings.kind import Kind, Scope
from tftptui.findings.signs.silence import is_unanswered_since
from tftptui.findings.signs.stalls import STUCK_SECONDS, is_stuck, may_have_all, stopped
from tftptui.telemetry.findings import LIKELY

KIND = Kind(
    code=Code.PATH_CUT,
    scope=Scope.PATH,
    broken=("up", "down"),
    helps={
        "port-range": ("no", "the transfer had begun on these ports"),
        "single-port": ("no", "the transfer had begun on these ports"),
        "block-size": ("no", HAD_ARRIVED),
        "timeout": (
            "unknown",
            "yes if the way is only cut for a moment: more retries outlast that",
        ),
        "helper": ("no", PASSED),
        "client-port": ("no", "the transfer had begun on these ports"),
    },
    ended=served,
)


def cut(facts: Facts) -> Draft | None:
    """Blocks had arrived, now none does, though the client is alive."""
    moved = [one for one in facts.tries if one.heard and one.acked_blocks]
    if not moved or facts.is_done:
        return None
    one, latest = moved[-1], facts.tries[-1]
    # A client that has the last block, and starts it, repeats nothing any more.
    waited = STUCK_SECONDS if may_have_all(one) else 0.0
    is_alive = is_stuck(facts, one) and one.repeated > one.moved + waited
    asks_again = latest is not one and is_unanswered_since(facts, one)
    if not (is_alive or asks_again):
        return None
    why = "asks again" if asks_again else "repeats its ACKs"
    where = f" at block {one.acked_blocks:,}"
    cut_, then = (
        f"The way to {facts.client} was cut",
        f"it {why}, and {facts.words.our} packets do not arrive any more.",
    )
    return Draft(
        kind=KIND,
        headline=f"{cut_}{where}: {then}",
        plain=f"{cut_}: {then}",
        confidence=LIKELY,
        stands_at="between-or-client",
        transfers=tuple(facts.numbers),
        since=one.moved,
        evidence=(stopped(facts, one), evidence.asked(facts)),
        remedies=remedies.say(
            "look for what changed on the way at that moment: a rule, a route, a link",
            "if there was a pause before: raise the firewall's time-out for UDP",
        ),
        helps=KIND.would_help(facts),
        proof=proofs.trace(facts),
    )
