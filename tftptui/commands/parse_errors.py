"""A command line that can't be understood, told in our words, with what to type.

cyclopts finds what is wrong; its own sentences are about tokens and Python's types.
"""

from collections.abc import Sequence
from typing import Literal, get_args, get_origin

from cyclopts import CycloptsError
from cyclopts.argument import Argument
from cyclopts.exceptions import (
    CoercionError,
    MissingArgumentError,
    UnknownOptionError,
    UnusedCliTokensError,
)

PROGRAM = "tftptui"

_KINDS: dict[object, tuple[str, str]] = {
    int: ("a whole number", "20"),
    float: ("a number", "2.5"),
}
"""For Python's types: what is to be written, and one such."""


def told(error: CycloptsError) -> str:
    """Return one sentence for people: what is wrong, and what to type."""
    command = " ".join((PROGRAM, *(error.command_chain or ())))
    match error:
        case UnknownOptionError():
            return _unknown(error, command)
        case CoercionError():
            return _unreadable(error)
        case MissingArgumentError():
            return _missing(error, command)
        case UnusedCliTokensError(unused_tokens=[first, *_]):
            return (
                f"{first!r} is one too many for {command}; "
                f"{command} --help tells what it takes"
            )
        case _:
            error.verbose = False
            return str(error)


def _unknown(error: UnknownOptionError, command: str) -> str:
    name = error.token.keyword or error.token.value
    text = str(error)
    _, found, meant = text.partition("Did you mean ")
    if found and not name.startswith("--help"):
        return f"there is no option {name}; did you mean {meant}"
    return f"there is no option {name}; {command} --help lists those there are"


def _unreadable(error: CoercionError) -> str:
    value = error.token.value if error.token else ""
    name = _name(error.argument, error.token.keyword if error.token else None)
    kind = error.target_type
    if get_origin(kind) is Literal:
        return f"{name} {value}: choose {_listed(get_args(kind))}"
    if kind not in _KINDS:
        error.verbose = False
        return str(error)
    what, example = _KINDS[kind]
    usual = None if error.argument is None else error.argument.field_info.default
    if isinstance(usual, int | float):
        example = f"{usual:g}" if isinstance(usual, float) else str(usual)
    return f"{name} {value}: {what} is expected, like {name} {example}"


def _missing(error: MissingArgumentError, command: str) -> str:
    name = _name(error.argument, error.keyword)
    how = f"{command} --help tells how"
    if name.startswith("-"):
        return f"{name} wants a value behind it; {how}"
    return f"{command} wants {name}; {how}"


def _name(argument: Argument | None, keyword: str | None) -> str:
    if keyword:
        return keyword
    return "" if argument is None else argument.name


def _listed(words: Sequence[object]) -> str:
    *others, last = map(str, words)
    return f"{', '.join(others)} or {last}" if others else last
