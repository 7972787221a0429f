"""routing-loop: packets to the client go round in a circle."""

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.draft import Draft
from tftptui.findings.facts import Facts
from tftptui.findings.helps import helps_for
from tftptui.findings.icmp_errors import is_firm, since_progress
from tftptui.telemetry.findings import FACT


def loop(facts: Facts) -> Draft | None:
    """Packets to the client go round in a circle."""
    found = since_progress(facts, lambda one: one.is_loop)
    if not is_firm(facts, found):
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
