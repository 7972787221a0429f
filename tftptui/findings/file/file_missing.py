"""file-missing and file-case: the file does not exist; another name may be meant."""

from shlex import quote

from tftptui.findings import remedies
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.ends import served_or_there
from tftptui.findings.facts import Facts
from tftptui.findings.kind import Kind, Scope
from tftptui.findings.signs.refusals import explain, last_refusal, refused_request
from tftptui.telemetry.events import Refused
from tftptui.telemetry.findings import FACT, OURS, Evidence, Remedy
from tftptui.telemetry.refusal_reasons import Reason
from tftptui.telemetry.words import LEADS_NOWHERE, counted, joined


def is_still_missing(facts: Facts) -> bool:
    """Return whether the missing name is still missing, and not served since.

    Retries of the client, now or later, say nothing about the file.
    """
    if last_refusal(facts, "read") is None:
        return False
    return facts.search is None or facts.search.state != "normal"


MISSING = Kind(
    code=Code.FILE_MISSING,
    scope=Scope.FILE,
    broken=(),
    helps={},
    ended=served_or_there,
    undecided=is_still_missing,
    is_on_disk=True,
    ends_unrequested=True,
)

CASE = Kind(
    code=Code.FILE_CASE,
    scope=Scope.FILE,
    broken=(),
    helps={},
    ended=served_or_there,
    undecided=is_still_missing,
    is_on_disk=True,
    ends_unrequested=True,
)


def missing(facts: Facts) -> Draft | None:
    """Detect a requested file that does not exist; suggest what exists instead."""
    refused = last_refusal(facts, "read")
    if refused is None or refused.reason != Reason.NOT_FOUND or _is_expected(facts):
        return None
    is_case = refused.near_rule == "case"
    search = facts.search
    if search is not None and search.is_alarm and not search.list.hint:
        rest = len(search.missing) - 2
        text = f"{search.words}: {', '.join(search.missing[-2:])} and {rest} more."
        headline = text if rest > 0 else f"{search.words}."
    elif refused.message == LEADS_NOWHERE:
        headline = f"{facts.client} requested {facts.file}, a broken symbolic link."
    else:
        headline = f"{facts.client} requested {facts.file}: no such file."
    if refused.near:
        case = " (case differs)" if is_case else ""
        headline = f"{headline} Did you mean {refused.near[0]}{case}?"
    return Draft(
        kind=CASE if is_case else MISSING,
        headline=headline,
        confidence=FACT,
        stands_at="server",
        since=facts.refusals[0].time,
        evidence=(
            refused_request(facts, refused),
            *(Evidence(text=f"similar name: {name}") for name in refused.near),
            *_searched(facts),
        ),
        remedies=_spelling(facts, refused),
        proof=explain(facts),
    )


def ambiguous(facts: Facts) -> Draft | None:
    """Detect a name that matches several files except for case, and none exactly."""
    refused = last_refusal(facts, "read")
    if refused is None or refused.reason != Reason.AMBIGUOUS:
        return None
    return Draft(
        kind=CASE,
        headline=f"{facts.client} requested {facts.file}: {refused.message}.",
        confidence=FACT,
        stands_at="server",
        since=facts.refusals[0].time,
        evidence=(refused_request(facts, refused),),
        remedies=remedies.say(
            "let the client request one of them as spelled, or remove the others"
        ),
        proof=explain(facts),
    )


def _is_expected(facts: Facts) -> bool:
    """Return whether a healthy boot requests this name without finding it."""
    search = facts.search
    if search is None:
        return False
    # One finding for the whole search, at the name that was requested last.
    return not search.is_alarm or search.missing[-1] != facts.file


def _searched(facts: Facts) -> list[Evidence]:
    search = facts.search
    if search is None:
        return []
    if search.list.hint:
        return [Evidence(text=search.list.hint)]
    names = f"{counted(len(search.missing), 'name')}: {joined(search.missing[:12])}"
    return [Evidence(text=f"{search.list.client} requested {names}")]


def _spelling(facts: Facts, refused: Refused) -> tuple[Remedy, ...]:
    place = facts.scene.place(facts.file)
    found: list[Remedy] = []
    if refused.message == LEADS_NOWHERE:
        text = "put a file where the link points, or change the link"
        return (Remedy(text=text, command=f"ls -l {quote(place)}"),)
    if refused.near_rule == "case":
        found.append(
            Remedy(text="press a in the Files pane: the next request gets the file")
        )
        text = "or ignore case in all names: P, or start the server with"
        found.append(Remedy(platform=OURS, text=text, command="--ignore-case"))
    if refused.near_rule == "extra-folder" and "/" in facts.file.strip("/"):
        folder = facts.file.strip("/").partition("/")[0]
        rule = quote(f"^/?{folder}/=")
        text = "strip the leading folder: start the server with"
        found.append(Remedy(platform=OURS, text=text, command=f"--rewrite {rule}"))
    if refused.near:
        found.append(Remedy(text=f"let the client request {refused.near[0]}"))
    if not facts.scene.named or "/" in facts.file.strip("/"):
        otherwise = "or " if found else ""
        found.append(Remedy(text=f"{otherwise}put the file at {place}"))
    return tuple(found)
