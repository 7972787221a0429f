"""disk-full: there is no space for an upload."""

from tftptui.findings import remedies
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.facts import Facts
from tftptui.findings.kind import Kind, Scope
from tftptui.telemetry.findings import FACT, Evidence
from tftptui.telemetry.views import TransferView

DISK_FULL = 3  # RFC 1350, error codes

NO_ROOM = "disk full"
"""Prefix of the texts about a full disk; see server/transfer/uploads.py."""


def _has_room(facts: Facts) -> str:
    return "there is space for it now" if has_room_again(facts) else ""


KIND = Kind(
    code=Code.DISK_FULL,
    scope=Scope.SERVER,
    broken=(),
    helps={},
    ended=_has_room,
)


def disk_full(facts: Facts) -> Draft | None:
    """Detect an upload without disk space, until blocks are stored again."""
    found = None if has_room_again(facts) else _without_room(facts)
    if found is None or facts.scene.is_capture:
        return None
    return Draft(
        kind=KIND,
        headline=f"Upload of {facts.file} from {facts.client} failed: {found.text}.",
        confidence=FACT,
        stands_at="server",
        transfers=() if found.transfer is None else (found.transfer,),
        since=found.time or facts.now,
        evidence=(found,),
        remedies=remedies.say("free space on the disk of the root"),
        proof=f"df -h {facts.scene.disk(facts.file)}",
    )


def has_room_again(facts: Facts) -> bool:
    """Return whether blocks were stored in a try after the last one without space."""
    found = _without_room(facts)
    since = found.time if found else None
    return since is not None and any(
        one.started > since and one.acked_blocks > 0 and not _is_full(one)
        for one in facts.tries
    )


def _without_room(facts: Facts) -> Evidence | None:
    """Return the last reply about a full disk, with its try."""
    found = [
        Evidence(text=one.message, time=one.time)
        for one in facts.refusals
        if one.direction == "write" and one.message.startswith(NO_ROOM)
    ]
    found += [
        Evidence(text=one.error, transfer=one.number, time=one.ended or one.moved)
        for one in facts.tries
        if _is_full(one)
    ]
    return max(found, key=lambda one: one.time or 0.0, default=None)


def _is_full(one: TransferView) -> bool:
    is_ours = one.direction == "write" and one.our_error == DISK_FULL
    return is_ours and one.error.startswith(NO_ROOM)
