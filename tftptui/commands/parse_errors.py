"""Messages for command line errors: what is wrong, and what to type.

cyclopts finds the error; its own messages speak of tokens and Python types.
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
"""By Python type: its name for users, and an example."""


def error_text(error: CycloptsError) -> str:
    """Return one line: what is wrong, and what to type."""
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
                f"unexpected argument {first!r}; {command} --help lists the arguments"
            )
        case _:
            error.verbose = False
            return str(error)


def _unknown(error: UnknownOptionError, command: str) -> str:
    name = error.token.keyword or error.token.value
    text = str(error)
    _, found, meant = text.partition("Did you mean ")
    if found and not name.startswith("--help"):
        return f"unknown option {name}; did you mean {meant}"
    return f"unknown option {name}; {command} --help lists all options"


def _unreadable(error: CoercionError) -> str:
    value = error.token.value if error.token else ""
    name = _name(error.argument, error.token.keyword if error.token else None)
    kind = error.target_type
    if get_origin(kind) is Literal:
        return f"{name} {value}: must be {_listed(get_args(kind))}"
    if kind not in _KINDS:
        error.verbose = False
        return str(error)
    what, example = _KINDS[kind]
    usual = None if error.argument is None else error.argument.field_info.default
    if isinstance(usual, int | float):
        example = f"{usual:g}" if isinstance(usual, float) else str(usual)
    return f"{name} {value}: needs {what}, like {name} {example}"


def _missing(error: MissingArgumentError, command: str) -> str:
    name = _name(error.argument, error.keyword)
    how = f"see {command} --help"
    if name.startswith("-"):
        return f"{name} needs a value; {how}"
    return f"{name} is missing; {how}"


def _name(argument: Argument | None, keyword: str | None) -> str:
    if keyword:
        return keyword
    return "" if argument is None else argument.name


def _listed(words: Sequence[object]) -> str:
    *others, last = map(str, words)
    return f"{', '.join(others)} or {last}" if others else last
