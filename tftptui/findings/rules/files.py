"""Trouble with the file itself: it is not there, may not be read, or changed."""

import re
from shlex import quote

from tftptui.findings import evidence, remedies
from tftptui.findings.draft import Draft
from tftptui.findings.facts import Facts, Scene
from tftptui.telemetry.events import Refused
from tftptui.telemetry.findings import FACT, OURS, Evidence, Remedy
from tftptui.telemetry.words import LEADS_NOWHERE, counted, joined

_CHANGED = ("the file was cut short", "the file was changed")
"""How texts of SourceChangedError begin; see files/source.py."""

_EXHAUSTED = 20.0
"""Seconds after the last request that found no free port: then there are enough."""

_OF_THE_MOMENT = frozenset(
    {"rate", "client-limit", "limit", "ports-exhausted", "broadcast"}
)
"""Why a request is refused whatever file it is for: the next may be answered."""

_MISSING = frozenset({"file-missing", "file-case"})

_LOCKED = {
    "access": "this server may not read it",
    "unreadable": "this server can't read it",
    "not-a-file": "it is no regular file",
    "outside-root": "it lies outside the folder that is served",
}


def missing(facts: Facts) -> Draft | None:
    """The file is not there; what is there instead may be what was meant."""
    refused = _last_refusal(facts, "read")
    if refused is None or refused.reason != "not-found" or _is_expected(facts):
        return None
    is_case = refused.near_rule == "case"
    search = facts.search
    if search is not None and search.is_alarm and not search.list.hint:
        text = f"{search.words}: {joined(search.missing[-2:])} and others."
        headline = text if len(search.missing) > 2 else f"{search.words}."  # noqa: PLR2004
    elif refused.message == LEADS_NOWHERE:
        headline = f"{facts.client} asks for {facts.file}, a link that leads nowhere."
    else:
        headline = f"{facts.client} asks for {facts.file}, which is not here."
    if refused.near:
        headline = f"{headline[:-1]}; {refused.near[0]} is."
    return Draft(
        code="file-case" if is_case else "file-missing",
        headline=headline,
        confidence=FACT,
        stands_at="server",
        since=facts.refusals[0].time,
        evidence=(
            _asked_in_vain(facts, refused),
            *(Evidence(text=f"here is {name}") for name in refused.near),
            *_searched(facts),
        ),
        remedies=_spelling(facts, refused),
        proof=_explain(facts),
    )


def is_still_missing(facts: Facts, code: str) -> bool:
    """Whether a name that was told as missing is so: nothing was served for it since.

    That its client asks on, or is told to ask later, says nothing of the file.
    """
    if code not in _MISSING or _last_refusal(facts, "read") is None:
        return False
    return facts.search is None or facts.search.state != "normal"


def ambiguous(facts: Facts) -> Draft | None:
    """Several files differ in case alone, and none is written as asked."""
    refused = _last_refusal(facts, "read")
    if refused is None or refused.reason != "ambiguous":
        return None
    return Draft(
        code="file-case",
        headline=f"{facts.client} asks for {facts.file}; {refused.message}.",
        confidence=FACT,
        stands_at="server",
        since=facts.refusals[0].time,
        evidence=(_asked_in_vain(facts, refused),),
        remedies=remedies.say(
            "have the client ask for one of them as it is written, or keep one alone"
        ),
        proof=_explain(facts),
    )


def locked(facts: Facts) -> Draft | None:
    """The file is there and can't be served."""
    refused = _last_refusal(facts, "read")
    if refused is None or refused.reason not in _LOCKED:
        return None
    is_outside = refused.reason == "outside-root"  # and that is all the ERROR says
    told = "" if is_outside else f": {refused.message}"
    return Draft(
        code="file-permission",
        headline=f"{facts.client} asks for {facts.file}, but {_LOCKED[refused.reason]}"
        f"{told}.",
        confidence=FACT,
        stands_at="server",
        since=facts.refusals[0].time,
        evidence=(_asked_in_vain(facts, refused),),
        remedies=_unlocking(facts, refused.reason),
        proof=_explain(facts),
    )


def _unlocking(facts: Facts, reason: str) -> tuple[Remedy, ...]:
    if reason == "access":
        text = "let the server's user read it, and enter the folders above"
        command = f"namei -l {quote(facts.scene.place(facts.file))}"
        return (Remedy(platform="Linux", text=text, command=command),)
    if reason == "outside-root":
        return remedies.say(
            "nothing, unless the client is meant to have it: then put a copy below the "
            "folder that is served, and have the client ask for that"
        )
    return remedies.say("put a regular file there, below the folder that is served")


def changed(facts: Facts) -> Draft | None:
    """The file changed while it was sent, so the transfer was ended."""
    one = facts.latest
    if one is None or one.phase != "failed" or not one.error.startswith(_CHANGED):
        return None
    return Draft(
        code="file-changed",
        headline=f"{facts.file} changed while {facts.client} was reading it; the "
        "transfer was ended, for half of each version is no file.",
        confidence=FACT,
        stands_at="server",
        transfers=(one.number,),
        since=one.ended or one.moved,
        evidence=(Evidence(text=one.error, transfer=one.number, time=one.ended),),
        remedies=(
            Remedy(
                text="write the new version beside the old one and rename it: "
                "transfers that are going on then keep the old one",
                command=f"cp NEW {quote(facts.file)}.new && "
                f"mv {quote(facts.file)}.new {quote(facts.file)}",
            ),
        ),
    )


def ports_exhausted(facts: Facts) -> Draft | None:
    """All ports of the range were in use."""
    is_ours = not facts.scene.is_capture
    if not (is_ours and is_exhausted(facts) and is_range_of_now(facts)):
        return None
    scene, foreign = facts.scene, _foreign(facts)
    taken = "were in use"
    if foreign == scene.last - scene.first + 1:
        taken = "were held by other programs"
    elif foreign:
        taken = f"were taken, {foreign:,} of them by other programs,"
    return Draft(
        code="range-exhausted",
        headline=f"All {scene.last - scene.first + 1} ports {scene.first}–{scene.last} "
        f"{taken} when {facts.client} asked for {facts.file}.",
        confidence=FACT,
        stands_at="server",
        since=_without_port(facts)[0].time,
        evidence=(_asked_in_vain(facts, _without_port(facts)[-1]),),
        remedies=_more_ports(scene, foreign),
        proof=f"ss -lunp 'sport >= :{scene.first} and sport <= :{scene.last}'",
    )


def _foreign(facts: Facts) -> int:
    """Return how many ports other programs held when the last one was wanting."""
    mine = _without_port(facts)
    held = re.search(r"other programs hold ([0-9,]+)", mine[-1].message if mine else "")
    return int(held[1].replace(",", "")) if held else 0


def _more_ports(scene: Scene, foreign: int) -> tuple[Remedy, ...]:
    """Return what helps; how large a range has to be, the pane Ports knows best."""
    found = []
    if foreign:
        found.append(
            Remedy(
                text="a range that other programs leave alone: r in the pane Ports "
                "changes it, --ports FIRST-LAST sets it at the start; or end the "
                "programs that hold these (the proof below names them)"
            )
        )
    if foreign == scene.last - scene.first + 1:  # none is left to be short of
        return tuple(found)
    found.append(
        Remedy(
            text="a larger range, a port for each transfer at the same time: r in "
            "the pane Ports proposes one, --ports FIRST-LAST sets it at the start"
        )
    )
    return tuple(found)


def is_exhausted(facts: Facts) -> bool:
    """Whether ports are wanting, for this client a moment ago and for any since."""
    missed = last_exhausted(facts)
    return missed is not None and facts.now - missed < _EXHAUSTED


def last_exhausted(facts: Facts) -> float | None:
    """Return when a request last found no free port; None if none of these ever did."""
    mine = _without_port(facts)
    return max(facts.last_exhausted, mine[-1].time) if mine else None


def is_range_of_now(facts: Facts) -> bool:
    """Whether a refusal names the range that answers leave from now."""
    now = f"{facts.scene.first}-{facts.scene.last}"
    mine = _without_port(facts)
    told = mine[-1].message if mine else ""
    named = re.search(r"[0-9]+-[0-9]+", told)
    return facts.scene.is_capture or named is None or named[0] == now


def _without_port(facts: Facts) -> list[Refused]:
    return [one for one in facts.refusals if one.reason == "ports-exhausted"]


def _last_refusal(facts: Facts, direction: str) -> Refused | None:
    """Return the last refusal that tells of the file, unless it was served since."""
    told = [one for one in facts.refusals if one.reason not in _OF_THE_MOMENT]
    if not told or told[-1].direction != direction:
        return None
    last, latest = told[-1], facts.latest
    return None if latest is not None and latest.started > last.time else last


def _is_expected(facts: Facts) -> bool:
    """Whether a healthy boot asks for this name in vain."""
    search = facts.search
    if search is None:
        return False
    # One finding for the whole search, at the name that was asked for last.
    return not search.is_alarm or search.missing[-1] != facts.file


def _asked_in_vain(facts: Facts, last: Refused) -> Evidence:
    alike = evidence.answered_alike(facts, last)
    return Evidence(
        text=f"{evidence.refused_requests(alike)}; the answer was "
        f"ERROR {last.error_code}: {last.message}",
        time=last.time,
    )


def _searched(facts: Facts) -> list[Evidence]:
    search = facts.search
    if search is None:
        return []
    if search.list.hint:
        return [Evidence(text=search.list.hint)]
    names = f"{counted(len(search.missing), 'name')}: {joined(search.missing[:12])}"
    return [Evidence(text=f"{search.list.client} asked for {names}")]


def _spelling(facts: Facts, refused: Refused) -> tuple[Remedy, ...]:
    place = facts.scene.place(facts.file)
    found: list[Remedy] = []
    if refused.message == LEADS_NOWHERE:
        text = "put a file where the link leads, or have it lead elsewhere"
        return (Remedy(text=text, command=f"ls -l {quote(place)}"),)
    if refused.near_rule == "case":
        found.append(
            Remedy(text="press a in the pane Files: it is answered from now on")
        )
        text = "or take all names in any case: P changes it, or start the server with"
        found.append(Remedy(platform=OURS, text=text, command="--ignore-case"))
    if refused.near_rule == "extra-folder" and "/" in facts.file.strip("/"):
        folder = facts.file.strip("/").partition("/")[0]
        rule = quote(f"^/?{folder}/=")
        text = "leave out the folder in front"
        found.append(Remedy(platform=OURS, text=text, command=f"--rewrite {rule}"))
    if refused.near:
        found.append(Remedy(text=f"have the client ask for {refused.near[0]}"))
    if not facts.scene.named or "/" in facts.file.strip("/"):
        otherwise = "or " if found else ""
        found.append(Remedy(text=f"{otherwise}put the file at {place}"))
    return tuple(found)


def _explain(facts: Facts) -> str:
    return f"tftptui explain {quote(facts.file)} {facts.scene.arguments()}"
