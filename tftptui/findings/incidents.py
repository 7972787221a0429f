"""The troubles that stand: raised, joined where they have one cause, and withdrawn.

A story that shows a cause that is told already becomes a part of what is told; what is
told ends when its last part does. All is told at the end of a round, so that many who
meet one thing at once make one finding, and its end is one word.
"""

from collections.abc import Iterable, Iterator

from tftptui.findings.causes import Cause, Part, cause_of, joined, leading, touched
from tftptui.findings.draft import Draft
from tftptui.findings.facts import Case
from tftptui.findings.incident import Trouble
from tftptui.findings.registry import (
    Rule,
    answers_again,
    is_undecided,
    judge,
    overcome,
)
from tftptui.findings.reporting import Teller
from tftptui.findings.tries import Story

MOST_ALIKE = 20
"""Standing findings of one code and network: missing files, one by one."""

MOST_JOINED = 100
"""Stories that one cause is followed through."""

KEPT_STANDING = 1_000
"""Stories whose trouble is remembered, so that it can be revised or withdrawn."""

REMEMBERED = 600.0
"""Seconds for which a trouble may still be revised or withdrawn after its end."""


class Troubles:
    """What keeps clients from their files, by its cause.

    Call follow() with every case, and tell() when all have been looked at for now.

    Args:
        teller: who hands findings on.
        slot: by what name stories know it; what goes by other names stands beside it.
        rule: what says of a case whether there is trouble.
    """

    def __init__(self, teller: Teller, slot: str = "", rule: Rule = judge) -> None:
        self._teller, self._slot, self._rule = teller, slot, rule
        self._open: dict[Cause, Trouble] = {}
        self._standing: dict[Story, None] = {}
        self._changed: dict[Trouble, None] = {}

    def __iter__(self) -> Iterator[Story]:
        return iter(self._standing)

    def follow(self, story: Story, case: Case) -> None:
        """Take what a case shows of a story now."""
        draft, trouble = self._rule(case), self._of(story)
        if trouble is None or story not in trouble.parts:
            if draft is not None and not overcome(case, draft.code):
                self._join(story, draft, cause_of(draft, case, story.way))
            return
        before = trouble.parts[story].draft
        if draft is None and is_undecided(case, before.code):
            return
        why = overcome(case, draft.code if draft else before.code)
        if why or draft is None:
            self._leave(story, why or answers_again(case))
            return
        cause = cause_of(draft, case, story.way)
        if cause == trouble.cause:
            self._take_part(trouble, story, draft, case.others)
        else:
            self._turn(story, draft, cause)

    def tell(self) -> None:
        """Tell what has changed."""
        changed, self._changed = self._changed, {}
        for trouble in changed:
            if trouble.is_over:
                self._end(trouble)
            elif trouble.finding is None:
                self._begin(trouble)
            else:
                parts = list(trouble.parts.values())
                before, trouble.reckoned = trouble.reckoned, leading(parts).others
                trouble.finding = self._teller.revise(
                    trouble.finding,
                    joined(parts),
                    touched(parts),
                    renew=trouble.reckoned != before,
                )

    def look_back(self, now: float) -> list[Story]:
        """Forget what is long over; return stories that time alone may have cured."""
        passing = []
        for story in list(self._standing):
            if self._slot == "range-exhausted":
                passing.append(story)
            if story.is_over and story.touched < now - REMEMBERED:
                self._let_go(story)
        return passing

    def withdraw_all(self, why: str, stories: Iterable[Story]) -> None:
        """Withdraw all that is told, also what only these stories remember."""
        told = [self._of(story) for story in (*self._standing, *stories)]
        for trouble in dict.fromkeys(one for one in told if one is not None):
            if not trouble.is_over and trouble.finding is not None:
                self._teller.withdraw(trouble.finding, why)
            trouble.parts.clear()
        for known in (self._open, self._standing, self._changed):
            known.clear()

    def _join(self, story: Story, draft: Draft, cause: Cause) -> None:
        """Make a story a part of what it has one cause with, or tell it itself."""
        trouble = self._open.get(cause)
        if trouble is None:
            if self._are_too_many(story.network, cause.code):
                return
            trouble = self._open[cause] = Trouble(cause, story.network)
        elif len(trouble.parts) >= MOST_JOINED:
            return
        story.troubles[self._slot] = trouble
        self._standing[story] = None
        self._take_part(trouble, story, draft)
        if len(self._standing) > KEPT_STANDING:
            self._forget(next(iter(self._standing)))

    def _take_part(
        self,
        trouble: Trouble,
        story: Story,
        draft: Draft,
        others: tuple[str, ...] = (),
    ) -> None:
        trouble.parts[story] = Part(draft, story.client, story.file, others)
        self._changed[trouble] = None

    def _turn(self, story: Story, draft: Draft, cause: Cause) -> None:
        """Take in that new evidence shows another cause than before."""
        trouble, other = self._of(story), self._open.get(cause)
        if trouble is None:
            return
        if other is None and len(trouble.parts) == 1:  # it is told as another then
            self._close(trouble)
            trouble.cause = cause
            self._open[cause] = trouble
            self._take_part(trouble, story, draft)
            return
        why = "it has another cause, as it turned out"
        if other is not None:
            why = f"it has the same cause as {_first_of(other)}"
        self._leave(story, why)
        self._join(story, draft, cause)

    def _leave(self, story: Story, why: str) -> None:
        """Take a story out of what it has been a part of."""
        trouble = self._of(story)
        if trouble is None:
            return
        self._standing.pop(story, None)
        trouble.parts.pop(story, None)
        trouble.why, trouble.last = why, story.client
        self._changed[trouble] = None
        if trouble.is_over:
            self._close(trouble)

    def _begin(self, trouble: Trouble) -> None:
        parts = list(trouble.parts.values())
        trouble.finding = self._teller.trouble(joined(parts), touched(parts))
        if trouble.finding is None:  # too many just now: it is looked at again
            self._close(trouble)
            for story in list(self._standing):
                if self._of(story) is trouble:
                    del self._standing[story], story.troubles[self._slot]

    def _end(self, trouble: Trouble) -> None:
        told, why = trouble.finding, trouble.why
        if told is not None:
            if told.client != trouble.last:
                why = f"{why} ({trouble.last}, the last of them)"
            trouble.finding = self._teller.withdraw(told, why)

    def _let_go(self, story: Story) -> None:
        """Follow a story no more that is long over; a name may be asked for no more."""
        trouble = self._of(story)
        if trouble is not None and trouble.cause.code in ("file-missing", "file-case"):
            self._leave(story, "it is not asked for any more")
        else:
            self._forget(story)

    def _forget(self, story: Story) -> None:
        """Follow a story no more; what is told of it stays."""
        del self._standing[story]
        trouble = self._of(story)
        if trouble is not None and self._standing.keys().isdisjoint(trouble.parts):
            self._close(trouble)

    def _of(self, story: Story) -> Trouble | None:
        return story.troubles.get(self._slot)

    def _close(self, trouble: Trouble) -> None:
        """Let nobody join a trouble any more."""
        if self._open.get(trouble.cause) is trouble:
            del self._open[trouble.cause]

    def _are_too_many(self, network: str, code: str) -> bool:
        alike = sum(
            one.network == network and one.cause.code == code
            for one in self._open.values()
        )
        return alike >= MOST_ALIKE


def _first_of(trouble: Trouble) -> str:
    one = leading(list(trouble.parts.values()))
    return f"{one.file} for {one.client}"
