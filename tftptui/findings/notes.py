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
class _Told:
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
        self._of_way: dict[tuple[str, str], _Told] = {}

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
            told = self._reporter.note(draft, Affected([tries.client], [tries.file]))
            if told is not None:
                tries.notes[draft.code] = told
                self._of_way[tries.way, draft.code] = _Told(
                    facts.now, tries, [occurrence]
                )

    def look_back(self, now: float) -> None:
        """Drop expired notes, which may be reported again."""
        self._of_way = {
            key: told
            for key, told in self._of_way.items()
            if told.time >= now - REMEMBERED
        }

    def clear(self) -> None:
        """Drop all notes."""
        self._of_way.clear()

    def _known(self, tries: ClientTries, draft: Draft, now: float) -> _Told | None:
        """Return the note reported about the path to another client of the network."""
        if draft.stands_at != "between":
            return None
        told = self._of_way.get((tries.way, draft.code))
        return told if told is not None and now - told.time < REMEMBERED else None

    def _add(self, told: _Told, occurrence: Occurrence) -> None:
        """Add one more case to a reported note."""
        if told.has(occurrence.draft) or len(told.occurrences) >= MOST_NAMED:
            return
        told.occurrences.append(occurrence)
        notes_, code = told.tries.notes, occurrence.draft.code
        notes_[code] = self._reporter.name(
            notes_[code], joined(told.occurrences), affected(told.occurrences)
        )
