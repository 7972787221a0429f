"""wrong-source-address: replies have another source address than was requested."""

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.ends import served
from tftptui.findings.facts import Facts
from tftptui.findings.helps import NOT_TAKEN, no_port_matters
from tftptui.findings.kind import Kind, Scope
from tftptui.telemetry.findings import FACT, LIKELY, Evidence

KIND = Kind(
    code=Code.WRONG_SOURCE_ADDRESS,
    scope=Scope.PATH,
    broken=("answer",),
    helps=no_port_matters(
        "the address is wrong, not the port",
        f"{NOT_TAKEN}, at any block size",
        f"{NOT_TAKEN}, however late they come",
        "the client itself drops the replies",
    )
    | {
        "single-port": (
            "unknown",
            "yes if a NAT is the reason: replies then match its entry for the request",
        )
    },
    ended=served,
)


def wrong_source(facts: Facts) -> Draft | None:
    """Detect replies that leave from another address than the request was sent to."""
    latest = facts.latest
    if latest is None or facts.heard or not facts.asked_address:
        return None
    if facts.asked_address == latest.server:
        return None
    return Draft(
        kind=KIND,
        headline=f"The client sent its request to {facts.asked_address}, but replies "
        f"come from {latest.server}: it ignores them.",
        confidence=FACT if facts.requests > 1 else LIKELY,
        stands_at="server",
        transfers=tuple(facts.numbers),
        since=latest.started,
        evidence=(
            Evidence(
                text=f"requests go to {facts.asked_address}, replies come from "
                f"{latest.server}",
                transfer=latest.number,
                time=latest.started,
            ),
            evidence.asked(facts),
        ),
        remedies=remedies.say(
            f"start the server with --listen {facts.asked_address}, or point the "
            f"client at {latest.server}"
            if not facts.scene.is_capture
            else f"let the server listen on {facts.asked_address} itself, or point the "
            f"client at {latest.server}"
        ),
        helps=KIND.would_help(facts),
        proof=proofs.watch(facts),
    )
