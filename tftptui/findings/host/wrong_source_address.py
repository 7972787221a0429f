"""wrong-source-address: replies leave from another address than was asked."""

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.draft import Draft
from tftptui.findings.facts import Facts
from tftptui.findings.helps import helps_for
from tftptui.telemetry.findings import FACT, LIKELY, Evidence


def wrong_source(facts: Facts) -> Draft | None:
    """Answers leave from another address than the one that was asked."""
    latest = facts.latest
    if latest is None or facts.heard or not facts.asked_address:
        return None
    if facts.asked_address == latest.server:
        return None
    code = "wrong-source-address"
    return Draft(
        code=code,
        headline=f"The client asked {facts.asked_address}, the answers come from "
        f"{latest.server}: it does not take them.",
        confidence=FACT if facts.requests > 1 else LIKELY,
        stands_at="server",
        transfers=tuple(facts.numbers),
        since=latest.started,
        evidence=(
            Evidence(
                text=f"requests go to {facts.asked_address}, answers leave from "
                f"{latest.server}",
                transfer=latest.number,
                time=latest.started,
            ),
            evidence.asked(facts),
        ),
        remedies=remedies.say(
            f"have the server listen on {facts.asked_address} itself, "
            f"or point the client at {latest.server}"
        ),
        helps=helps_for(code, facts),
        proof=proofs.watch(facts),
    )
