"""Which findings have the same cause, and the common report about them.

A firewall on the path is one cause, for any client and any file; a missing file is one
cause, for any client. It is reported once, with all clients that it affects.
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

MOST_CASES = 6
"""Limit of lines of evidence about other affected clients; the rest are counted."""


class Cause(NamedTuple):
    """The key by which findings are joined: equal keys mean the same cause.

    Attributes:
        kind: of the finding, or the less certain kind of the same cause.
        where: the path, the client, or "" for the server itself.
        what: the file, the hosts that reported it, or the client's ERROR.
    """

    kind: Kind
    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Occurrence:
    """The effect of a cause on one client and one file.

    Attributes:
        draft: the finding of a rule about it.
        reckoned: what its remedies depend on: other affected clients, and the result of
            a hop-by-hop probe to the client.
    """

    draft: Draft
    client: str
    file: str
    reckoned: tuple[str, ...] = ()


class Affected(NamedTuple):
    """The clients affected by a cause, and the files they do not get because of it.

    The clearest cases come first; both are empty if no client is affected.
    """

    clients: list[str]
    files: list[str]


@dataclass(eq=False)
class Incident:
    """Findings with the same cause, and all clients and files affected.

    Attributes:
        cause: its key while it is open.
        network: that of its first client.
        occurrences: its effects by the tries that show them, in order.
        finding: as reported; None until then.
        reckoned: what the remedies depend on, as reported.
        why: why the last of its occurrences ended.
        last: the tries of that occurrence.
    """

    cause: Cause
    network: str
    occurrences: dict[Hashable, Occurrence] = field(default_factory=dict)
    finding: Finding | None = None
    reckoned: tuple[str, ...] = ()
    why: str = ""
    last: str = ""

    def others(self, client: str) -> tuple[str, ...]:
        """Return the other clients affected, besides CLIENT, sorted by address."""
        clients = {one.client for one in self.occurrences.values()}
        return tuple(sorted(clients - {client}))

    @property
    def is_over(self) -> bool:
        """Whether it has no occurrences any more."""
        return not self.occurrences


def cause_of(draft: Draft, facts: Facts, way: str) -> Cause:
    """Return the cause of a finding; WAY is the name of the path to the client."""
    kind = draft.kind.surer_than or draft.kind
    seen = kind.key_part(facts)
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
    """Return the most certain occurrence, the first of equals.

    For a refused upload the newest one: earlier reasons may have been fixed.
    """
    if occurrences[0].draft.kind.newest_leads:
        return occurrences[-1]
    return max(occurrences, key=lambda one: one.draft.confidence)


def joined(occurrences: Sequence[Occurrence]) -> Draft:
    """Return the report of a cause: the most certain occurrence, and the others."""
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
        evidence=(*lead.draft.evidence, *_lines(others, lead)),
    )


def affected(occurrences: Sequence[Occurrence]) -> Affected:
    """Return the clients affected by a cause, the clearest case first."""
    found = [leading(occurrences), *occurrences]
    clients = dict.fromkeys(one.client for one in found)
    return Affected(list(clients), list(dict.fromkeys(one.file for one in found)))


def _said(
    occurrences: Sequence[Occurrence], headline: str
) -> tuple[tuple[int, str], ...]:
    """Return the headline of each transfer that differs from the common HEADLINE."""
    drafts = [one.draft for one in occurrences if one.draft.headline != headline]
    return tuple((number, one.headline) for one in drafts for number in one.transfers)


def _so_for(lead: Occurrence, others: Sequence[Occurrence]) -> str:
    """Return a sentence on how many others are affected; "" if none."""
    files = {one.file for one in others if one.client == lead.client} - {lead.file}
    clients = {one.client for one in others} - {lead.client}
    same = [one for one in others if (one.client, one.file) == (lead.client, lead.file)]
    again = {number for one in same for number in one.draft.transfers}
    found = (
        (len(again - set(lead.draft.transfers)), "other transfer"),
        (len(files), "other file"),
        (len(clients), "other client"),
    )
    counts = [counted(count, what) for count, what in found if count]
    return f" Also affected: {in_words(counts)}{_on(lead, others)}." if counts else ""


def _on(lead: Occurrence, others: Sequence[Occurrence]) -> str:
    """Return the others' ports, if the headline names some and not all of these."""
    tids = {tid for one in others for tid in one.draft.client_tids}
    if not lead.draft.client_tids or tids <= {*lead.draft.client_tids}:
        return ""
    words = port_word(tids)
    # No count: it changes with each request, and each change would be reported.
    return f", on {words}" if words.startswith("port") else ", on other ports"


def _lines(others: Sequence[Occurrence], lead: Occurrence) -> list[Evidence]:
    """Return a line for each of the others, up to a limit."""
    lines = [_line(one, lead) for one in others[:MOST_CASES]]
    rest = len(others) - MOST_CASES
    if rest > 0:
        lines.append(Evidence(text=f"and {counted(rest, 'more case')} like these"))
    return lines


def _line(one: Occurrence, lead: Occurrence) -> Evidence:
    seen = one.draft.evidence[0] if one.draft.evidence else None
    text = seen.text if seen else one.draft.headline
    who = [] if one.client == lead.client else [one.client]
    if one.file != lead.file and one.file not in text:
        who.append(one.file)
    return Evidence(
        text=f"also {', '.join(who)}: {text}" if who else f"also: {text}",
        transfer=seen.transfer if seen else None,
        time=seen.time if seen else one.draft.since,
    )
