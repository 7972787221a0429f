"""Settings from a file under those of the command line, and ``tftptui config``."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import App, ArgumentCollection, Parameter, Token
from cyclopts.argument import Argument

from tftptui.commands.config_file import (
    ConfigError,
    Given,
    commented_file,
    default_file,
    how_to_make,
    read_config,
)
from tftptui.commands.usage_error import EXIT_USAGE

CONFIG = "--config"


def add_config(
    app: App, commands: tuple[str, ...], arguments: ArgumentCollection
) -> None:
    """Fill in from the file what the command line leaves open.

    Nothing happens for commands without --config. A file that can't be used ends
    the program with status 2, after saying why.
    """
    del app, commands
    asked = arguments.get(CONFIG, None)
    if asked is None:
        return
    file = Path(asked.tokens[-1].value) if asked.has_tokens else default_file()
    if not asked.has_tokens and not can_be_read(file):
        return
    for given in _read(file):
        argument = _argument(arguments, given)
        if argument is not None and not argument.has_tokens:
            for token in _tokens(given, f"{file}:{given.line}"):
                argument.append(token)


def config(
    file: Annotated[
        Path | None,
        Parameter(help="File to check.", show_default="~/.config/tftptui/tftptui.toml"),
    ] = None,
    /,
    *,
    write: Annotated[
        bool,
        Parameter(
            help="Print a file with every setting, commented out.",
            negative=(),
        ),
    ] = False,
) -> int:
    """Check a configuration file, or print one to start from."""
    if write:
        print(commented_file(), end="")
        return 0
    place = default_file() if file is None else file
    if file is None and not can_be_read(place):
        print(f"{place} does not exist; to create it: {how_to_make(place)}")
        return 0
    for given in _read(place):
        print(f"{place}:{given.line}: {given.option.name} = {_words(given.value)}")
    return 0


def can_be_read(file: Path) -> bool:
    """Whether the usual file is there; in another user's home it is not for us."""
    try:
        return file.exists()
    except OSError:
        return False


def _read(file: Path) -> list[Given]:
    try:
        return read_config(file)
    except ConfigError as error:
        print(f"tftptui: {error}", file=sys.stderr)
        sys.exit(EXIT_USAGE)


def _argument(arguments: ArgumentCollection, given: Given) -> Argument | None:
    """Return where a value goes; None for what this command does not take."""
    name = given.option.name
    return arguments.get(f"--{name}", None) or arguments.get(name.upper(), None)


def _tokens(given: Given, source: str) -> list[Token]:
    name, value = f"--{given.option.name}", given.value
    if isinstance(value, bool):
        return [Token(keyword=name, source=source, implicit_value=value)]
    several = value if isinstance(value, tuple) else (value,)
    return [Token(keyword=name, value=str(one), source=source) for one in several]


def _words(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
