"""What was changed from the screen, and the way back."""

from dataclasses import dataclass

from tftptui.engine.messages import Command

KEPT = 100


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that was done.

    Attributes:
        back: the command that takes it back.
        words: what is so again then: ``ports 40000–40099, random``.
    """

    back: Command
    words: str


class UndoList:
    """Changes that can be taken back, the latest first."""

    def __init__(self) -> None:
        self._changes: list[Change] = []

    def did(self, back: Command, words: str) -> None:
        """Remember how to take back what was just done."""
        self._changes = [*self._changes[1 - KEPT :], Change(back, words)]

    def forget(self) -> None:
        """Know of no change: those were another server's."""
        self._changes = []

    def take(self) -> Change | None:
        """Return the latest change, which is then forgotten; None without one."""
        return self._changes.pop() if self._changes else None

    def __len__(self) -> int:
        return len(self._changes)
