"""wrong-source-address: replies leave from another address than was asked."""

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
        "it is the address that differs, not the port",
        f"{NOT_TAKEN}, at any size of blocks",
        f"{NOT_TAKEN}, whenever they come",
        "a firewall is not what drops them: the client does",
    )
    | {"single-port": ("unknown", "yes if a translation changed the address asked")},
    ended=served,
)


def wrong_source(facts: Facts) -> Draft | None:
    """Answers leave from another address than the one that was asked."""
    latest = facts.latest
    if latest is None or facts.heard or not facts.asked_address:
        return None
    if facts.asked_address == latest.server:
        return None
    return Draft(
        kind=KIND,
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
        helps=KIND.would_help(facts),
        proof=proofs.watch(facts),
    )
