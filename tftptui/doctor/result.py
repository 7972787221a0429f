"""What a check comes to: a mark, words, and what to type."""

from dataclasses import dataclass
from enum import Enum


class Mark(Enum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the doctor's.

    Attributes:
        topic: one word, stable: programs may look for it.
        commands: what to type, one command each.
    """

    topic: str
    mark: Mark
    text: str
    commands: tuple[str, ...] = ()


def ok(topic: str, text: str) -> Result:
    """Return that all is well."""
    return Result(topic, Mark.OK, text)


def warn(topic: str, text: str, *commands: str) -> Result:
    """Return that something may go wrong, or can't be told."""
    return Result(topic, Mark.WARN, text, commands)


def bad(topic: str, text: str, *commands: str) -> Result:
    """Return that something does not work."""
    return Result(topic, Mark.BAD, text, commands)


def exit_status(results: list[Result]) -> int:
    """Return 0 if all is well, 1 if something may go wrong, 2 if something does."""
    marks = {result.mark for result in results}
    if Mark.BAD in marks:
        return 2
    return 1 if Mark.WARN in marks else 0
