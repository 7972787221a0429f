"""Time limits of a transfer: in total, and without progress."""

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from tftptui.protocol.commands import Command, SendError
from tftptui.protocol.errors import ErrorCode
from tftptui.protocol.session import Session
from tftptui.settings import Settings

UNPROVEN_PATIENCE = 90.0
"""Seconds for a client that has never replied, whatever its timeout option and
--retries. Otherwise a forged request could ask for timeouts of minutes and hold a port
for hours."""


class Fate(Enum):
    """The verdict of the time limits on a transfer."""

    GOES_ON = "goes on"
    TOO_LONG = "too long"
    TOO_STILL = "too still"
    """Give up with an ERROR to the client."""
    UNPROVEN = "unproven"
    """Give up silently: the client may not exist."""


_GOES_ON = Fate.GOES_ON  # used all the time, and looking up an Enum member is slow


@dataclass(frozen=True, slots=True)
class Lifespan:
    """Limits of one transfer in seconds; None for no limit.

    Attributes:
        longest: from the request to the end.
        idle: without progress.
        unproven: without any reply of the client.
    """

    longest: float | None = None
    idle: float | None = None
    unproven: float | None = None

    def judge(self, age: float, still: float, *, is_proven: bool) -> Fate:
        """Return the verdict on a transfer.

        Args:
            age: seconds since its request.
            still: seconds since its last progress.
            is_proven: whether its client has ever replied.
        """
        if self.longest is not None and age >= self.longest:
            return Fate.TOO_LONG
        if not is_proven and self.unproven is not None and still >= self.unproven:
            return Fate.UNPROVEN
        if self.idle is not None and still >= self.idle:
            return Fate.TOO_STILL
        return _GOES_ON

    def farewell(self, fate: Fate, session: Session) -> list[Command]:
        """Return the commands that end a session by this verdict."""
        match fate:
            case Fate.TOO_LONG:
                text = f"transfer time limit of {self.longest:g} s reached"
                return session.fail(SendError(ErrorCode.UNDEFINED, text))
            case Fate.TOO_STILL:
                text = f"no progress for {self.idle:g} s"
                return [SendError(ErrorCode.UNDEFINED, text), *session.give_up()]
            case Fate.UNPROVEN:
                return session.give_up()
            case Fate.GOES_ON:
                return []


FOREVER = Lifespan()


def lifespan_by(settings: Settings) -> Lifespan:
    """Return the time limits by the settings."""
    return _lifespan(settings.max_transfer_time, settings.max_idle_time)


@lru_cache(maxsize=8)
def _lifespan(longest: float | None, idle: float | None) -> Lifespan:
    return Lifespan(longest, idle, UNPROVEN_PATIENCE)
