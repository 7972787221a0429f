"""What is worth knowing besides and is no trouble: told once of each way."""

from dataclasses import dataclass

from tftptui.findings.causes import Part, Touched, joined, touched
from tftptui.findings.draft import Draft
from tftptui.findings.facts import Case
from tftptui.findings.registry import notes
from tftptui.findings.reporting import Teller
from tftptui.findings.tries import Story

REMEMBERED = 600.0
"""Seconds for which the same is not told again of the way to a network."""

MOST_NAMED = 8
"""Cases of the same that one finding names, so that a rack does not fill it."""


@dataclass(slots=True)
class _Told:
    """What was told of a way: when, in which story, and of which cases."""

    time: float
    story: Story
    parts: list[Part]

    def has(self, draft: Draft) -> bool:
        """Whether it names the transfers of a draft."""
        named = {number for one in self.parts for number in one.draft.transfers}
        return named.issuperset(draft.transfers)


class Asides:
    """Findings that are no alarm, as losses and size probes."""

    def __init__(self, teller: Teller) -> None:
        self._teller = teller
        self._of_way: dict[tuple[str, str], _Told] = {}

    def follow(self, story: Story, case: Case) -> None:
        """Tell what a case shows besides, unless it is told."""
        for draft in notes(case):
            if draft.code in story.notes:
                continue
            known = self._known(story, draft, case.now)
            part = Part(draft, story.client, story.file)
            if known is not None:
                self._add(known, part)
                continue
            told = self._teller.note(draft, Touched([story.client], [story.file]))
            if told is not None:
                story.notes[draft.code] = told
                self._of_way[story.way, draft.code] = _Told(case.now, story, [part])

    def look_back(self, now: float) -> None:
        """Forget what may be told again."""
        self._of_way = {
            key: told
            for key, told in self._of_way.items()
            if told.time >= now - REMEMBERED
        }

    def clear(self) -> None:
        """Forget all that was told."""
        self._of_way.clear()

    def _known(self, story: Story, draft: Draft, now: float) -> _Told | None:
        """Return what was told of the way to another client of the network."""
        if draft.stands_at != "between":
            return None
        told = self._of_way.get((story.way, draft.code))
        return told if told is not None and now - told.time < REMEMBERED else None

    def _add(self, told: _Told, part: Part) -> None:
        """Name one more of the same in what was told."""
        if told.has(part.draft) or len(told.parts) >= MOST_NAMED:
            return
        told.parts.append(part)
        notes_, code = told.story.notes, part.draft.code
        notes_[code] = self._teller.name(
            notes_[code], joined(told.parts), touched(told.parts)
        )
