"""Which findings have one cause, and what is said of all that it touches.

A firewall on the path is one cause, for any client and any file; a missing file
is one, for any client. Told once, with everybody whom it keeps from a file.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from tftptui.findings.draft import Draft
from tftptui.findings.facts import Facts
from tftptui.findings.kind import Kind, Scope
from tftptui.telemetry.findings import Evidence, Finding
from tftptui.telemetry.words import counted, port_word
from tftptui.telemetry.words import joined as in_words

MOST_TOLD = 6
"""Lines of evidence about others whom a cause touches; the rest are counted."""


class Cause(NamedTuple):
    """What two troubles have in common if they have one cause.

    Attributes:
        kind: of the finding, or the one that is less sure of the same.
        where: the way, the client, or "" for what is the server's.
        what: the file, the machines that reported it, or what the client said.
    """

    kind: Kind
    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Occurrence:
    """What a cause does to one client that wants one file.

    Attributes:
        draft: the trouble, as a rule sees it there.
        reckoned: what its remedies reckon with: others of the case, and what a walk
            to the client has shown.
    """

    draft: Draft
    client: str
    file: str
    reckoned: tuple[str, ...] = ()


class Affected(NamedTuple):
    """Clients that a cause touches, and files that they do not get for it.

    Those that show it best stand first; both are empty where it is nobody's alone.
    """

    clients: list[str]
    files: list[str]


@dataclass(eq=False)
class Incident:
    """Findings with one cause, and everybody whom it keeps from a file.

    Attributes:
        cause: what it is known by while it stands; network: that of its first client.
        occurrences: what it does, by the tries that show it, the first of them first.
        finding: as it is reported; None until it is.
        reckoned: what the remedies reckon with, as reported.
        why: why the last of its occurrences has left it; last: whose that was.
    """

    cause: Cause
    network: str
    occurrences: dict[Hashable, Occurrence] = field(default_factory=dict)
    finding: Finding | None = None
    reckoned: tuple[str, ...] = ()
    why: str = ""
    last: str = ""

    def others(self, client: str) -> tuple[str, ...]:
        """Return whom it touches besides a client, in order of their addresses."""
        clients = {one.client for one in self.occurrences.values()}
        return tuple(sorted(clients - {client}))

    @property
    def is_over(self) -> bool:
        """Whether nobody is kept from a file by it any more."""
        return not self.occurrences


def cause_of(draft: Draft, facts: Facts, way: str) -> Cause:
    """Return the cause of a finding; WAY names the way to the client."""
    kind = draft.kind.surer_than or draft.kind
    seen = kind.told_apart(facts)
    match kind.scope:
        case Scope.SERVER:
            return Cause(kind, "", "")
        case Scope.PATH:
            return Cause(kind, "" if draft.stands_at == "server" else way, seen)
        case Scope.FILE:
            return Cause(kind, "", facts.file)
        case Scope.CLIENT:
            return Cause(kind, facts.client, seen)
        case Scope.CLIENT_AND_FILE:
            return Cause(kind, facts.client, facts.file)


def leading(occurrences: Sequence[Occurrence]) -> Occurrence:
    """Return the part that shows the cause most surely, the first of these.

    Why an upload is not taken its newest answer tells: others may have been mended.
    """
    if occurrences[0].draft.kind.newest_leads:
        return occurrences[-1]
    return max(occurrences, key=lambda one: one.draft.confidence)


def joined(occurrences: Sequence[Occurrence]) -> Draft:
    """Return the report of a cause: the surest part, and whom else it affects."""
    lead = leading(occurrences)
    if len(occurrences) == 1:
        return lead.draft
    others = [one for one in occurrences if one is not lead]
    numbers = {number for one in occurrences for number in one.draft.transfers}
    headline, so_for = lead.draft.headline, _so_for(lead, others)
    if so_for:
        headline = f"{lead.draft.plain or headline}{so_for}"
    return replace(
        lead.draft,
        headline=headline,
        said=_said(occurrences, headline),
        transfers=tuple(sorted(numbers)),
        since=min(one.draft.since for one in occurrences),
        evidence=(*lead.draft.evidence, *_lines(others, lead.client)),
    )


def affected(occurrences: Sequence[Occurrence]) -> Affected:
    """Return whom a cause touches, the one that shows it best first."""
    found = [leading(occurrences), *occurrences]
    clients = dict.fromkeys(one.client for one in found)
    return Affected(list(clients), list(dict.fromkeys(one.file for one in found)))


def _said(
    occurrences: Sequence[Occurrence], headline: str
) -> tuple[tuple[int, str], ...]:
    """Return what is said of each transfer by itself, where it is not the HEADLINE."""
    drafts = [one.draft for one in occurrences if one.draft.headline != headline]
    return tuple((number, one.headline) for one in drafts for number in one.transfers)


def _so_for(lead: Occurrence, others: Sequence[Occurrence]) -> str:
    """Return for how many others it is so, as a sentence; "" for none."""
    files = {one.file for one in others if one.client == lead.client} - {lead.file}
    clients = {one.client for one in others} - {lead.client}
    same = [one for one in others if (one.client, one.file) == (lead.client, lead.file)]
    again = {number for one in same for number in one.draft.transfers}
    found = (
        (len(again - set(lead.draft.transfers)), "other transfer"),
        (len(files), "other file"),
        (len(clients), "other client"),
    )
    told = [counted(count, what) for count, what in found if count]
    return f" Also affected: {in_words(told)}{_on(lead, others)}." if told else ""


def _on(lead: Occurrence, others: Sequence[Occurrence]) -> str:
    """Return the others' ports, where the headline names some and not all of these."""
    tids = {tid for one in others for tid in one.draft.client_tids}
    if not lead.draft.client_tids or tids <= {*lead.draft.client_tids}:
        return ""
    words = port_word(tids)
    # How many there are changes with each request: a rack's would be told for ever.
    return f", on {words}" if words.startswith("port") else ", on other ports"


def _lines(others: Sequence[Occurrence], client: str) -> list[Evidence]:
    """Return a line for each of the others, as far as there is room."""
    told = [_line(one, client) for one in others[:MOST_TOLD]]
    rest = len(others) - MOST_TOLD
    if rest > 0:
        told.append(Evidence(text=f"and the same {rest:,} more times"))
    return told


def _line(one: Occurrence, client: str) -> Evidence:
    seen = one.draft.evidence[0] if one.draft.evidence else None
    text = seen.text if seen else one.draft.headline
    if one.file not in text:
        text = f"{one.file}: {text}"
    who = "also" if one.client == client else f"also {one.client}"
    return Evidence(
        text=f"{who}: {text}",
        transfer=seen.transfer if seen else None,
        time=seen.time if seen else one.draft.since,
    )
