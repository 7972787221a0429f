"""file-changed: the file changed while it was sent."""

from shlex import quote

from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.ends import served
from tftptui.findings.facts import Facts
from tftptui.findings.kind import Kind, Scope
from tftptui.telemetry.findings import FACT, Evidence, Remedy

_CHANGED = ("the file was cut short", "the file was changed")
"""Prefixes of the texts of SourceChangedError; see files/source.py."""


KIND = Kind(
    code=Code.FILE_CHANGED,
    scope=Scope.FILE,
    broken=(),
    helps={},
    ended=served,
)


def changed(facts: Facts) -> Draft | None:
    """Detect a transfer that was ended because the file changed."""
    one = facts.latest
    if one is None or one.phase != "failed" or not one.error.startswith(_CHANGED):
        return None
    return Draft(
        kind=KIND,
        headline=f"{facts.file} changed while {facts.client} was fetching it: the "
        "transfer was stopped, so that the client does not get a mix of both versions.",
        confidence=FACT,
        stands_at="server",
        transfers=(one.number,),
        since=one.ended or one.moved,
        evidence=(Evidence(text=one.error, transfer=one.number, time=one.ended),),
        remedies=(
            Remedy(
                text="write the new version beside the old one, then rename it: "
                "running transfers keep the old one",
                command=f"cp NEW {quote(facts.file)}.new && "
                f"mv {quote(facts.file)}.new {quote(facts.file)}",
            ),
        ),
    )
