"""routing-loop: packets to the client go round in a circle."""

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.ends import served
from tftptui.findings.facts import Facts
from tftptui.findings.helps import no_port_matters
from tftptui.findings.kind import Kind, Scope
from tftptui.findings.signs.icmp_errors import is_firm, reporters, since_progress
from tftptui.telemetry.findings import FACT

KIND = Kind(
    code=Code.ROUTING_LOOP,
    scope=Scope.PATH,
    broken=("answer",),
    helps=no_port_matters(
        "a route goes by addresses: packets of all ports go round",
        "small packets go round as well",
        "what goes round is lost, however often it is sent",
        "it is a route that is wrong, no rule of a firewall",
    ),
    ended=served,
    told_apart=reporters,
)


def loop(facts: Facts) -> Draft | None:
    """Packets to the client go round in a circle."""
    found = since_progress(facts, lambda one: one.is_loop)
    if not is_firm(facts, found):
        return None
    return Draft(
        kind=KIND,
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
        helps=KIND.would_help(facts),
        proof=proofs.trace(facts),
    )
