"""Notes: findings that are no alarm, reported once per path."""

from dataclasses import dataclass

from tftptui.findings.causes import Affected, Occurrence, affected, joined
from tftptui.findings.draft import Draft
from tftptui.findings.facts import Facts
from tftptui.findings.registry import notes
from tftptui.findings.reporting import Reporter
from tftptui.findings.tries import ClientTries

REMEMBERED = 600.0
"""Seconds for which the same note about a path is not repeated."""

MOST_NAMED = 8
"""Limit of cases in one note, so that a rack does not fill it."""


@dataclass(slots=True)
class _Note:
    """A reported note about a path: its time, tries and transfers."""

    time: float
    tries: ClientTries
    occurrences: list[Occurrence]

    def has(self, draft: Draft) -> bool:
        """Return whether it names the transfers of a draft."""
        named = {number for one in self.occurrences for number in one.draft.transfers}
        return named.issuperset(draft.transfers)


class Notes:
    """Findings that are no alarm, such as losses and size probes."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter
        self._of_way: dict[tuple[str, str], _Note] = {}

    def follow(self, tries: ClientTries, facts: Facts) -> None:
        """Report the notes about the facts, unless reported already."""
        for draft in notes(facts):
            if draft.code in tries.notes:
                continue
            known = self._known(tries, draft, facts.now)
            occurrence = Occurrence(draft, tries.client, tries.file)
            if known is not None:
                self._add(known, occurrence)
                continue
            finding = self._reporter.note(draft, Affected([tries.client], [tries.file]))
            if finding is not None:
                tries.notes[draft.code] = finding
                self._of_way[tries.way, draft.code] = _Note(
                    facts.now, tries, [occurrence]
                )

    def look_back(self, now: float) -> None:
        """Drop expired notes, which may be reported again."""
        self._of_way = {
            key: note
            for key, note in self._of_way.items()
            if note.time >= now - REMEMBERED
        }

    def clear(self) -> None:
        """Drop all notes."""
        self._of_way.clear()

    def _known(self, tries: ClientTries, draft: Draft, now: float) -> _Note | None:
        """Return the note reported about the path to another client of the network."""
        if draft.stands_at != "between":
            return None
        note = self._of_way.get((tries.way, draft.code))
        return note if note is not None and now - note.time < REMEMBERED else None

    def _add(self, note: _Note, occurrence: Occurrence) -> None:
        """Add one more case to a reported note."""
        if note.has(occurrence.draft) or len(note.occurrences) >= MOST_NAMED:
            return
        note.occurrences.append(occurrence)
        notes_, code = note.tries.notes, occurrence.draft.code
        notes_[code] = self._reporter.name(
            notes_[code], joined(note.occurrences), affected(note.occurrences)
        )
