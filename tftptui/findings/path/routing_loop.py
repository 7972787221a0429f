"""routing-loop: packets to the client loop between routers."""

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
        "routes go by address: packets to any port loop",
        "small packets loop too",
        "resent packets loop too",
        "a route is wrong; no firewall is involved",
    ),
    ended=served,
    key_part=reporters,
)


def loop(facts: Facts) -> Draft | None:
    """Detect packets to the client that loop between routers."""
    found = since_progress(facts, lambda one: one.is_loop)
    if not is_firm(facts, found):
        return None
    who = found[0].sender or "a router"
    return Draft(
        kind=KIND,
        headline=f"Routing loop, or a path that is too long: {who} reports that the "
        f"TTL of packets to {facts.client} expired.",
        confidence=FACT,
        stands_at="between",
        transfers=tuple(facts.numbers),
        since=found[0].times[0],
        evidence=(*evidence.complaints(found), evidence.asked(facts)),
        remedies=remedies.say(
            f"check the routes near {who}, and the default TTL of {facts.words.host}"
        ),
        helps=KIND.would_help(facts),
        proof=proofs.trace(facts),
    )
