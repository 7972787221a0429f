"""gateway-silent: this host's gateway does not answer ARP."""

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.draft import Draft
from tftptui.findings.facts import Facts
from tftptui.findings.helps import helps_for
from tftptui.telemetry.findings import FACT


def gateway_silent(facts: Facts) -> Draft | None:
    """Our gateway does not answer ARP: this host itself reports the client away."""
    mine = [
        one
        for one in facts.icmp
        if one.is_host_unreachable and one.sender in facts.scene.addresses
    ]
    if not mine or facts.scene.on_link or facts.heard:
        return None
    code = "gateway-silent"
    return Draft(
        code=code,
        headline=f"The gateway on the way to {facts.client} does not answer: it is "
        f"off, or not on the segment of {facts.words.server}.",
        confidence=FACT,
        stands_at="server-segment",
        transfers=tuple(facts.numbers),
        since=mine[0].times[0],
        evidence=(*evidence.complaints(mine), evidence.asked(facts)),
        remedies=remedies.say(
            "look at the gateway, its cable and VLAN, and at the default route of "
            f"{facts.words.host}"
        ),
        helps=helps_for(code, facts),
        proof=proofs.neighbours(),
    )
