"""upload-refused: uploads are off, or this one is not allowed."""

from shlex import quote

from tftptui.findings import evidence, remedies
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.ends import served
from tftptui.findings.facts import Facts
from tftptui.findings.file.disk_full import DISK_FULL, NO_ROOM
from tftptui.findings.kind import Kind, Scope
from tftptui.telemetry.findings import FACT, OURS, Evidence, Remedy
from tftptui.telemetry.refusal_reasons import Reason
from tftptui.telemetry.views import TransferView
from tftptui.telemetry.words import times

_CURES: dict[str, tuple[str, str]] = {
    Reason.DENIED: ("allow uploads", "--write new"),
    Reason.EXISTS: ("allow uploads to replace files", "--write overwrite"),
    Reason.LIMIT: ("allow larger uploads", "--max-upload 100000000"),
}


KIND = Kind(
    code=Code.UPLOAD_REFUSED,
    scope=Scope.CLIENT_AND_FILE,
    broken=(),
    helps={},
    ended=served,
    newest_leads=True,
)


def refused(facts: Facts) -> Draft | None:
    """Detect a refused upload; for a capture see capture/request_refused.py."""
    why = None if facts.scene.is_capture else _said(facts)
    if why is None or why[1].startswith(NO_ROOM):
        return None
    reason, text = why
    if reason in (Reason.PORTS_EXHAUSTED, Reason.NO_ROUTE, Reason.SOCKET):
        return None
    one = None if _is_refused_last(facts) else facts.latest
    return Draft(
        kind=KIND,
        headline=f"Upload of {facts.file} from {facts.client} refused: {text}.",
        confidence=FACT,
        stands_at="server",
        transfers=(one.number,) if one else (),
        since=_since(facts),
        evidence=(_ended(one, text) if one else _refused(facts),),
        remedies=_cure(facts, reason),
    )


def _cure(facts: Facts, reason: str) -> tuple[Remedy, ...]:
    """Return what to change so that the upload is accepted."""
    cure = _CURES.get(Reason.LIMIT if reason == "failed" else reason)
    if cure:
        text = f"{cure[0]}: press P, or start the server with"
        return (Remedy(platform=OURS, text=text, command=cure[1]),)
    folder = facts.scene.place(facts.file).rpartition("/")[0]
    if reason == Reason.NOT_FOUND:
        make = f"mkdir -p {quote(folder)}"
        text = "create the folder, writable by this server's user"
        return (Remedy(text=text, command=make),)
    return remedies.say("check the folder's owner and write permissions")


def _said(facts: Facts) -> tuple[str, str] | None:
    """Return why the last upload was refused, as reason and words."""
    latest = facts.latest
    if _is_refused_last(facts):
        last = facts.refusals[-1]
        return (last.reason, last.message) if last.direction == "write" else None
    if latest is None or latest.direction != "write":
        return None
    if latest.phase != "failed" or latest.our_error != DISK_FULL:
        return None
    return "failed", latest.error


def _is_refused_last(facts: Facts) -> bool:
    """Return whether the last request was refused, so that no transfer started."""
    if not facts.refusals:
        return False
    return facts.latest is None or facts.latest.started <= facts.refusals[-1].time


def _since(facts: Facts) -> float:
    if facts.refusals:
        return facts.refusals[0].time
    return facts.tries[-1].started


def _refused(facts: Facts) -> Evidence:
    """Return how often the last reply was given; other replies don't count."""
    last = facts.refusals[-1]
    requests = evidence.refused_requests(evidence.answered_alike(facts, last))
    return Evidence(text=f"{requests}; reply: {last.message}", time=last.time)


def _ended(one: TransferView, text: str) -> Evidence:
    words = f"requested {times(one.requests)}; stopped: {text}"
    return Evidence(text=words, transfer=one.number, time=one.ended or one.moved)
