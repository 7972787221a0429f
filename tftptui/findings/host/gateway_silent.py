"""gateway-silent: this host's gateway does not reply to ARP."""

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.ends import served
from tftptui.findings.facts import Facts
from tftptui.findings.helps import no_port_matters
from tftptui.findings.kind import Kind, Scope
from tftptui.telemetry.findings import FACT

KIND = Kind(
    code=Code.GATEWAY_SILENT,
    scope=Scope.PATH,
    broken=("answer",),
    helps=no_port_matters(
        "the gateway is down for every port",
        "the gateway is down for small packets too",
        "no packet passes until the gateway answers ARP",
        "the gateway is missing; no firewall is involved",
    ),
    ended=served,
)


def gateway_silent(facts: Facts) -> Draft | None:
    """Detect a silent gateway: this host itself reports the client unreachable."""
    mine = [
        one
        for one in facts.icmp
        if one.is_host_unreachable and one.sender in facts.scene.addresses
    ]
    if not mine or facts.scene.on_link or facts.heard:
        return None
    return Draft(
        kind=KIND,
        headline=f"The gateway toward {facts.client} does not answer ARP: it is off, "
        f"or not on the network segment of {facts.words.server}.",
        confidence=FACT,
        stands_at="server-segment",
        transfers=tuple(facts.numbers),
        since=mine[0].times[0],
        evidence=(*evidence.complaints(mine), evidence.asked(facts)),
        remedies=remedies.say(
            "check the gateway, its cable and VLAN, and the default route of "
            f"{facts.words.host}"
        ),
        helps=KIND.would_help(facts),
        proof=proofs.neighbours(),
    )
