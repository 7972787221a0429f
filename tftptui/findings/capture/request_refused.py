"""request-refused and similar: the server of a capture replied with an ERROR."""

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.ends import served
from tftptui.findings.facts import Facts
from tftptui.findings.file import (
    disk_full,
    file_missing,
    file_permission,
    upload_refused,
)
from tftptui.findings.kind import Kind, Scope
from tftptui.telemetry.events import Refused
from tftptui.telemetry.findings import FACT, Evidence
from tftptui.telemetry.refusal_reasons import Reason

_KINDS: dict[str, Kind] = {
    Reason.NOT_FOUND: file_missing.MISSING,
    Reason.ACCESS: file_permission.KIND,
    Reason.LIMIT: disk_full.KIND,
}
"""The kind of finding, by the text of the ERROR; see the journal's documentation."""

_CURES: dict[str, str] = {
    Reason.NOT_FOUND: "check the server's root and how the name is spelled there; or "
    "let the client request another name",
    Reason.ACCESS: "give the server's user read permission (for an upload: write), and "
    "check the server's own log",
    Reason.LIMIT: "free space on the server's disk, or raise its upload limit",
    Reason.EXISTS: "allow the server to replace files, or rename the upload",
}

LOOK = "check the server's own log: its ERROR does not say why"


KIND = Kind(
    code=Code.REQUEST_REFUSED,
    scope=Scope.CLIENT_AND_FILE,
    broken=(),
    helps={},
    ended=served,
)


def refused(facts: Facts) -> Draft | None:
    """Detect an ERROR of a capture's server in reply to the request."""
    if not facts.scene.is_capture or not facts.refusals or _is_harmless(facts):
        return None
    last, latest = facts.refusals[-1], facts.latest
    if latest is not None and latest.started > last.time:
        return None
    is_write = last.direction == "write"
    kind = _KINDS.get(last.reason, KIND)
    if is_write and kind is not disk_full.KIND:
        kind = upload_refused.KIND
    what = "an upload of" if is_write else "to send"
    return Draft(
        kind=kind,
        headline=_does_not_have(facts, last)
        or f"{facts.words.server_itself} refused {what} {facts.file}: {last.message}.",
        confidence=FACT,
        stands_at="server",
        since=facts.refusals[0].time,
        evidence=(
            Evidence(
                text=f"{evidence.refused_requests(facts)}; "
                f"reply: ERROR {last.error_code}: {last.message}",
                time=last.time,
            ),
        ),
        remedies=remedies.say(_CURES.get(last.reason, LOOK)),
        proof="" if is_write else proofs.fetch(facts),
    )


def _is_harmless(facts: Facts) -> bool:
    """Return whether a healthy boot requests this name without getting it."""
    search = facts.search
    if search is None or facts.refusals[-1].reason != Reason.NOT_FOUND:
        return False
    return not search.is_alarm or search.missing[-1] != facts.file


def _does_not_have(facts: Facts, last: Refused) -> str:
    if last.reason != Reason.NOT_FOUND or last.direction == "write":
        return ""
    if facts.search is not None and not facts.search.list.hint:
        return f"{facts.search.words}: {facts.words.server} has none of them."
    return f"{facts.client} requested {facts.file}: not found on {facts.words.server}."
