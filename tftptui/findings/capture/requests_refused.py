"""requests-refused: a known host rejects requests, by ICMP."""

from tftptui.findings import proofs, remedies
from tftptui.findings.capture.no_answer_seen import unanswered_requests
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.ends import served
from tftptui.findings.facts import Facts
from tftptui.findings.kind import Kind, Scope
from tftptui.telemetry.findings import FACT, LIKELY, Evidence
from tftptui.telemetry.words import times

KIND = Kind(
    code=Code.REQUESTS_REFUSED,
    scope=Scope.CLIENT,
    broken=("request",),
    helps={},
    ended=served,
)


def sent_back(facts: Facts) -> Draft | None:
    """Detect an ICMP error that rejects the request."""
    found = [one for one in facts.unanswered if one.bounced is not None]
    if not found or facts.is_done:
        return None
    last = found[-1]
    name, sender, _ = last.bounced or ("", "", 0)
    is_server = sender == last.server
    who = facts.words.server if is_server else sender
    why = (
        "no TFTP server runs there, or its firewall rejects them"
        if is_server
        else "a firewall or router rejects them"
    )
    total = sum(one.bounced[2] for one in found if one.bounced)
    return Draft(
        kind=KIND,
        headline=f"Requests from {facts.client} for {facts.file} are rejected by {who} "
        f"({name}): {why}.",
        confidence=FACT if total > 1 else LIKELY,
        stands_at="server" if is_server else "between",
        transfers=tuple(one.number for one in found),
        since=found[0].started,
        evidence=(
            Evidence(
                text=f"ICMP {name!r} from {sender}, {times(total)}",
                transfer=last.number,
                time=last.moved,
            ),
            unanswered_requests(facts),
        ),
        remedies=remedies.say(
            "check whether the server runs, on which port, and its own firewall"
            if is_server
            else f"check the rules of {sender}: allow UDP port {facts.scene.port}"
        ),
        proof=proofs.fetch(facts),
    )
