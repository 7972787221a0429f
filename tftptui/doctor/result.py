"""The result of a check: a mark, words, and commands to type."""

from dataclasses import dataclass
from enum import Enum


class Mark(Enum):
    """How bad a result is."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one check.

    Attributes:
        topic: one word, stable: programs may look for it.
        commands: what to type, one command each.
    """

    topic: str
    mark: Mark
    text: str
    commands: tuple[str, ...] = ()


def ok(topic: str, text: str) -> Result:
    """Return a good result."""
    return Result(topic, Mark.OK, text)


def warn(topic: str, text: str, *commands: str) -> Result:
    """Return a warning: it may fail, or is unknown."""
    return Result(topic, Mark.WARN, text, commands)


def bad(topic: str, text: str, *commands: str) -> Result:
    """Return an error: it does not work."""
    return Result(topic, Mark.BAD, text, commands)


def exit_status(results: list[Result]) -> int:
    """Return 0 if all is good, 1 for warnings, 2 for errors."""
    marks = {result.mark for result in results}
    if Mark.BAD in marks:
        return 2
    return 1 if Mark.WARN in marks else 0
