"""Trouble of uploads: they may not be stored, or there is no room."""

from shlex import quote

from tftptui.findings import evidence, remedies
from tftptui.findings.draft import Draft
from tftptui.findings.facts import Facts
from tftptui.telemetry.findings import FACT, OURS, Evidence, Remedy
from tftptui.telemetry.views import TransferView
from tftptui.telemetry.words import times

_DISK_FULL = 3  # RFC 1350, error codes
_NO_ROOM = "no room"
"""How the texts of a disk that is full begin; see server/transfer/uploads.py."""

_CURES = {
    "denied": ("allow uploads", "--write new"),
    "exists": ("allow files to be replaced", "--write overwrite"),
    "limit": ("allow more octets", "--max-upload 100000000"),
}


def disk_full(facts: Facts) -> Draft | None:
    """There is no room for the file: so it is until some of it is stored."""
    found = None if has_room_again(facts) else _without_room(facts)
    if found is None or facts.scene.is_capture:
        return None
    return Draft(
        code="disk-full",
        headline=f"There is no room for {facts.file} from {facts.client}: "
        f"{found.text}.",
        confidence=FACT,
        stands_at="server",
        transfers=() if found.transfer is None else (found.transfer,),
        since=found.time or facts.now,
        evidence=(found,),
        remedies=remedies.say("make room on the disk that is served from"),
        proof=f"df -h {facts.scene.disk(facts.file)}",
    )


def has_room_again(facts: Facts) -> bool:
    """Whether blocks were stored in a try after the last that found no room."""
    found = _without_room(facts)
    since = found.time if found else None
    return since is not None and any(
        one.started > since and one.acked_blocks > 0 and not _is_full(one)
        for one in facts.tries
    )


def _without_room(facts: Facts) -> Evidence | None:
    """Return the last answer that there is no room, with the try that had it."""
    found = [
        Evidence(text=one.message, time=one.time)
        for one in facts.refusals
        if one.direction == "write" and one.message.startswith(_NO_ROOM)
    ]
    found += [
        Evidence(text=one.error, transfer=one.number, time=one.ended or one.moved)
        for one in facts.tries
        if _is_full(one)
    ]
    return max(found, key=lambda one: one.time or 0.0, default=None)


def _is_full(one: TransferView) -> bool:
    is_ours = one.direction == "write" and one.our_error == _DISK_FULL
    return is_ours and one.error.startswith(_NO_ROOM)


def refused(facts: Facts) -> Draft | None:
    """Uploads are not allowed, or not this one; of others' servers beside.py tells."""
    why = None if facts.scene.is_capture else _said(facts)
    if why is None or why[1].startswith(_NO_ROOM):
        return None
    reason, text = why
    if reason in ("ports-exhausted", "no-route", "socket"):
        return None
    one = None if _is_refused_last(facts) else facts.latest
    return Draft(
        code="upload-refused",
        headline=f"{facts.client} may not put {facts.file} here: {text}.",
        confidence=FACT,
        stands_at="server",
        transfers=(one.number,) if one else (),
        since=_since(facts),
        evidence=(_ended(one, text) if one else _refused(facts),),
        remedies=_cure(facts, reason),
    )


def _cure(facts: Facts, reason: str) -> tuple[Remedy, ...]:
    """Return what to change, so that the upload is taken."""
    cure = _CURES.get("limit" if reason == "failed" else reason)
    if cure:
        return (Remedy(platform=OURS, text=cure[0], command=cure[1]),)
    folder = facts.scene.place(facts.file).rpartition("/")[0]
    if reason == "not-found":
        make = f"mkdir -p {quote(folder)}"
        text = "make the folder; this server's user must be able to write there"
        return (Remedy(text=text, command=make),)
    return remedies.say("look at the folder's owner, and who may write there")


def _said(facts: Facts) -> tuple[str, str] | None:
    """Return why the last upload was not taken, as reason and words."""
    latest = facts.latest
    if _is_refused_last(facts):
        last = facts.refusals[-1]
        return (last.reason, last.message) if last.direction == "write" else None
    if latest is None or latest.direction != "write":
        return None
    if latest.phase != "failed" or latest.our_error != _DISK_FULL:
        return None
    return "failed", latest.error


def _is_refused_last(facts: Facts) -> bool:
    """Whether the last request was refused, so that no transfer began."""
    if not facts.refusals:
        return False
    return facts.latest is None or facts.latest.started <= facts.refusals[-1].time


def _since(facts: Facts) -> float:
    if facts.refusals:
        return facts.refusals[0].time
    return facts.tries[-1].started


def _refused(facts: Facts) -> Evidence:
    """Return how often the last answer was given; others don't count."""
    last = facts.refusals[-1]
    asked = evidence.refused_requests(evidence.answered_alike(facts, last))
    return Evidence(text=f"{asked}; the answer was: {last.message}", time=last.time)


def _ended(one: TransferView, text: str) -> Evidence:
    asked = f"asked {times(one.requests)}; it was ended: {text}"
    return Evidence(text=asked, transfer=one.number, time=one.ended or one.moved)
