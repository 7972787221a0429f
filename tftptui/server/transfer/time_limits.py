"""How long a transfer may take, and how long it may stand still."""

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from tftptui.protocol.commands import Command, SendError
from tftptui.protocol.errors import ErrorCode
from tftptui.protocol.session import Session
from tftptui.settings import Settings

UNPROVEN_PATIENCE = 90.0
"""Seconds for a client that has never answered, whatever its time-outs and --retries.

A forged request may ask for time-outs of minutes, to hold a port for hours.
"""


class Fate(Enum):
    """What becomes of a transfer."""

    GOES_ON = "goes on"
    TOO_LONG = "too long"
    TOO_STILL = "too still"
    """It is given up: the client gets an ERROR."""
    UNPROVEN = "unproven"
    """It is given up without a word: there may be no such client."""


_GOES_ON = Fate.GOES_ON  # asked for all the time, and an Enum is slow to look in


@dataclass(frozen=True, slots=True)
class Lifespan:
    """Limits of one transfer in seconds; None is no limit.

    Attributes:
        longest: from the request to the end.
        idle: without progress.
        unproven: without any answer of the client.
    """

    longest: float | None = None
    idle: float | None = None
    unproven: float | None = None

    def judge(self, age: float, still: float, *, is_proven: bool) -> Fate:
        """Return what becomes of a transfer.

        Args:
            age: seconds since its request.
            still: seconds since it last made progress.
            is_proven: whether its client has ever answered.
        """
        if self.longest is not None and age >= self.longest:
            return Fate.TOO_LONG
        if not is_proven and self.unproven is not None and still >= self.unproven:
            return Fate.UNPROVEN
        if self.idle is not None and still >= self.idle:
            return Fate.TOO_STILL
        return _GOES_ON

    def farewell(self, fate: Fate, session: Session) -> list[Command]:
        """Return how a session ends that has met its fate."""
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
    """Return the limits of a transfer."""
    return _lifespan(settings.max_transfer_time, settings.max_idle_time)


@lru_cache(maxsize=8)
def _lifespan(longest: float | None, idle: float | None) -> Lifespan:
    return Lifespan(longest, idle, UNPROVEN_PATIENCE)
