"""Changes made from the screen, and how to undo them."""

from dataclasses import dataclass

from tftptui.engine.messages import Command

KEPT = 100


@dataclass(frozen=True, slots=True)
class Change:
    """One change.

    Attributes:
        back: the command that undoes it.
        words: the restored state: ``ports 40000–40099, random``.
    """

    back: Command
    words: str


class UndoList:
    """Changes that can be undone, the latest first."""

    def __init__(self) -> None:
        self._changes: list[Change] = []

    def did(self, back: Command, words: str) -> None:
        """Record how to undo a change that was just made."""
        self._changes = [*self._changes[1 - KEPT :], Change(back, words)]

    def forget(self) -> None:
        """Drop all changes: they were another server's."""
        self._changes = []

    def take(self) -> Change | None:
        """Remove and return the latest change; None if there is none."""
        return self._changes.pop() if self._changes else None

    def __len__(self) -> int:
        return len(self._changes)
