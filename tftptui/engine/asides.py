"""What is worth knowing besides and is no trouble: told once of each way."""

from tftptui.engine.stories import Story
from tftptui.engine.telling import Teller
from tftptui.knowledge.case import Case
from tftptui.knowledge.causes import Touched
from tftptui.knowledge.draft import Draft
from tftptui.knowledge.rules import notes

REMEMBERED = 600.0
"""Seconds for which the same is not told again of the way to a network."""


class Asides:
    """Findings that are no alarm, as losses and size probes."""

    def __init__(self, teller: Teller) -> None:
        self._teller = teller
        self._of_way: dict[tuple[str, str], float] = {}

    def follow(self, story: Story, case: Case) -> None:
        """Tell what a case shows besides, unless it is told."""
        for draft in notes(case):
            if draft.code in story.notes or self._is_known(story, draft, case.now):
                continue
            told = self._teller.note(draft, Touched([story.client], [story.file]))
            if told is not None:
                story.notes[draft.code] = told
                self._of_way[story.way, draft.code] = case.now

    def look_back(self, now: float) -> None:
        """Forget what may be told again."""
        self._of_way = {
            key: told for key, told in self._of_way.items() if told >= now - REMEMBERED
        }

    def clear(self) -> None:
        """Forget all that was told."""
        self._of_way.clear()

    def _is_known(self, story: Story, draft: Draft, now: float) -> bool:
        """Whether the same was told of the way to another client of the network."""
        if draft.stands_at != "between":
            return False
        told = self._of_way.get((story.way, draft.code), float("-inf"))
        return now - told < REMEMBERED
