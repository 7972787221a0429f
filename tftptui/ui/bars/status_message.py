"""A message for the user: its level, and its text in any length."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

WHOLE = 100_000
"""More cells than any message needs."""


class Level(IntEnum):
    """How important a message is, most important first."""

    DOWN = 0
    """Nothing is served."""
    NO_PORT = 1
    """Any client may be refused: no port is free."""
    ALARM = 2
    """A finding: a client does not get a file."""
    REFUSED = 3
    """A request was refused, as configured."""
    CURED = 4
    """A finding is no longer in force."""
    NOTICE = 5
    """A notice about how the server runs."""


@dataclass(frozen=True, slots=True)
class StatusMessage:
    """One message of the line under the header.

    Attributes:
        level: how important it is.
        say: returns the text in at most the given number of cells.
        finding: number of the finding that explains it; 0 if there is none.
    """

    level: Level
    say: Callable[[int], str]
    finding: int = 0

    @property
    def whole(self) -> str:
        """The full text."""
        return self.say(WHOLE).rstrip()
