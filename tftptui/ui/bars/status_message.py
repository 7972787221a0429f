"""One thing that the operator should know: how bad it is, in words of any length."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

WHOLE = 100_000
"""Cells that no message is longer than."""


class Level(IntEnum):
    """How much a message matters, the worst first."""

    DOWN = 0
    """Nothing is served."""
    NO_PORT = 1
    """Any client may be refused: no port is free."""
    ALARM = 2
    """A finding: somebody does not get a file."""
    REFUSED = 3
    """A request was refused, as the settings say."""
    CURED = 4
    """A finding no longer holds."""
    NOTICE = 5
    """What the operator should know about how the server runs."""


@dataclass(frozen=True, slots=True)
class StatusMessage:
    """One message of the line under the header.

    Attributes:
        level: how much it matters.
        say: returns it in as many cells at most as it is given.
        finding: number of the finding that tells more; 0 if there is none.
    """

    level: Level
    say: Callable[[int], str]
    finding: int = 0

    @property
    def whole(self) -> str:
        """All of it, however long."""
        return self.say(WHOLE).rstrip()
