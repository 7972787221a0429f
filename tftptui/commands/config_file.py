"""``tftptui.toml``: the options of every command that serves, kept in a file.

The keys are the names of the options. The command line overrides them.
"""

import difflib
import re
import textwrap
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from shlex import quote
from typing import Literal, get_args, get_origin, get_type_hints

import msgspec
from platformdirs import user_config_path

from tftptui.commands.help_text import JOURNAL_HELP, THEME_HELP
from tftptui.commands.server import ServerOptions
from tftptui.settings import SettingsError

NAME = "tftptui.toml"
COLUMNS = 79

NEVER_STORED = ("cable", "dnsmasq")
"""A DHCP server started by a file would answer on the next network, too."""

EXAMPLES: dict[str, object] = {
    "allow": ["192.0.2.0/24"],
    "bandwidth": "100Mbit",
    "capture": "tftp.pcapng",
    "capture-size": "100M",
    "control": "/run/tftptui/control.socket",
    "deny": ["192.0.2.66"],
    "journal": "journal.jsonl",
    "listen": ["192.0.2.1"],
    "max-client-transfers": 20,
    "max-transfer-time": 3_600.0,
    "max-upload": "100M",
    "metrics": "127.0.0.1:9469",
    "port": 6_969,
    "refuse": ["windowsize"],
    "rewrite": ["^boot/=pxe/"],
    "rewrite-file": "names.rules",
    "root": "/srv/images",
    "snaplen": 128,
    "theme": "tftptui-light",
    "timeout": 1.0,
    "transfer-bandwidth": "2M",
    "upload-quota": "1G",
    "upload-total": "10G",
    "user": "nobody",
    "wire": "eth1",
}
"""For options that are not set by default."""


_NUMBERS_TOO = frozenset(
    {"capture-size", "max-upload", "metrics", "upload-quota", "upload-total"}
)
"""Texts that may be a bare number: bytes, or a port of this host."""


class ConfigError(ValueError):
    """A settings file is unusable; the text names it, the line and the fix."""


@dataclass(frozen=True, slots=True)
class Option:
    """One key.

    Attributes:
        name: as in the file: ``max-blksize``.
        path: fields that lead to it in ServerOptions; empty if it is not there.
        kind: type of the value.
        help: one sentence.
        default: None for not set.
    """

    name: str
    path: tuple[str, ...]
    kind: object
    help: str
    default: object = None


@dataclass(frozen=True, slots=True)
class Given:
    """One value of a file, and its line (0: unknown)."""

    option: Option
    value: object
    line: int


_OTHERS = (
    Option(
        "root",
        (),
        tuple[Path, ...],
        "Folder to serve, or a list of files and folders (NAME=PATH renames one): "
        '["boot.cfg", "fw=/srv/firmware"]',
    ),
    Option("journal", (), Path, JOURNAL_HELP),
    Option("theme", (), str, THEME_HELP),
    Option("control", (), str, "Socket for tftptui attach, or off"),
)


@cache
def options() -> dict[str, Option]:
    """Return all keys by name, in the order of the help."""
    found = [*_OTHERS, *_options(ServerOptions)]
    return {option.name: option for option in found}


def default_file() -> Path:
    """Return the default settings file (XDG)."""
    return user_config_path("tftptui") / NAME


def read_config(file: Path) -> list[Given]:
    """Return the settings in FILE, each value checked.

    Raises:
        ConfigError: unreadable, an unknown key, or an invalid value.
    """
    try:
        text = file.read_text("utf-8")
    except FileNotFoundError as error:
        raise ConfigError(
            f"{file} does not exist; to create it: {how_to_make(file)}"
        ) from error
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: not UTF-8 text") from error
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(_broken(file, text, str(error))) from error
    return [_given(file, key, value, _line(text, key)) for key, value in table.items()]


def how_to_make(file: Path) -> str:
    """Return the command that creates FILE and its folders."""
    write = f"tftptui config --write > {quote(str(file))}"
    return f"mkdir -p {quote(str(file.parent))} && {write}"


def _broken(file: Path, text: str, why: str) -> str:
    """Return the message for invalid TOML: the line, and the usual fix."""
    place = re.search(r" \(at line (\d+), column \d+\)", why)
    if place is None:
        return f"{file}: {why}"
    number = int(place[1])
    line = text.splitlines()[number - 1].strip()
    said = f"{file}:{number}: {why.replace(place[0], '')}: {line}"
    # By far the most frequent: a text without quotes.
    bare = re.fullmatch(r"([\w-]+)\s*=\s*([^\s\"'\[{#][^\"'#]*?)\s*(#.*)?", line)
    return f'{said} (text needs quotes: {bare[1]} = "{bare[2]}")' if bare else said


def commented_file() -> str:
    """Return a file with every key as a comment, with its meaning and default."""
    lines = [
        f"# {NAME}: settings of tftptui. The command line overrides them.",
        f"# Read from {default_file()}, or from --config FILE.",
    ]
    for option in options().values():
        if option.default in (None, ()):
            value, note = EXAMPLES[option.name], "  # example; not set by default"
        else:
            value, note = option.default, ""
        meaning = textwrap.wrap(option.help, COLUMNS - 2)
        lines += ["", *(f"# {line}" for line in meaning)]
        lines.append(f"# {option.name} = {_toml(value)}{note}")
    return "\n".join(lines) + "\n"


def _options(holder: type, path: tuple[str, ...] = ()) -> Iterator[Option]:
    hints = get_type_hints(holder, include_extras=True)
    for field in fields(holder):
        hint, inside = hints[field.name], (*path, field.name)
        if isinstance(hint, type):  # options that are kept in a class of their own
            yield from _options(hint, inside)
        elif field.name not in ("config", *NEVER_STORED):
            kind, parameter = get_args(hint)[:2]
            name = field.name.replace("_", "-")
            yield Option(name, inside, kind, parameter.help or "", field.default)


def _given(file: Path, key: str, value: object, line: int) -> Given:
    where = f"{file}:{line}" if line else f"{file}"
    option = options().get(key.replace("_", "-"))
    if key in NEVER_STORED:
        raise ConfigError(
            f"{where}: {key} is for the command line only: a DHCP server started "
            "by a file is easily forgotten"
        )
    if option is None:
        near = difflib.get_close_matches(key.replace("_", "-"), options(), n=3)
        near.sort(key=lambda one: sorted(one) != sorted(key))  # twisted letters first
        meant = f"; did you mean {near[0]}?" if near else ""
        raise ConfigError(
            f"{where}: unknown setting {key}{meant} (tftptui config --write lists all)"
        )
    if option.name == "root" and isinstance(value, str):
        value = [value]
    if option.name in _NUMBERS_TOO and type(value) is int:  # true is an int, too
        value = str(value)
    try:
        converted = msgspec.convert(value, option.kind, dec_hook=_path)
        converted = _beside(file, option, converted)
        _try(option, converted)
    except msgspec.ValidationError as error:
        raise ConfigError(
            f"{where}: {option.name} = {_toml(value)} is invalid"
            f"{_choices(option.kind)}; write it {_cure(option, value)}"
        ) from error
    except SettingsError as error:
        text = str(error).removeprefix(f"{option.name} ")
        raise ConfigError(f"{where}: {option.name}: {text}") from error
    return Given(option, converted, line)


def _cure(option: Option, value: object) -> str:
    """Return how to write a value; the same without quotes, if that is all."""
    with suppress(msgspec.ValidationError):
        if isinstance(value, str):
            meant = msgspec.convert(value, option.kind, strict=False)
            return f"without quotes: {option.name} = {_toml(meant)}"
    example = option.default
    if example in (None, ()):
        example = EXAMPLES[option.name]
    return f"like {option.name} = {_toml(example)}"


def _choices(kind: object) -> str:
    if get_origin(kind) is not Literal:
        return ""
    return f" (allowed: {', '.join(map(str, get_args(kind)))})"


def _path(kind: object, value: object) -> object:
    if kind is Path and isinstance(value, str | Path):
        return Path(value)
    raise msgspec.ValidationError(f"needs text, not {value!r}")


def _beside(file: Path, option: Option, value: object) -> object:
    """Return paths as seen from the file, except - for standard output."""
    folder = file.absolute().parent
    if option.name == "root" and isinstance(value, tuple):
        return tuple(_served_beside(folder, one) for one in value)
    if not isinstance(value, Path) or (option.name, value) == ("journal", Path("-")):
        return value
    return folder / value.expanduser()


def _served_beside(folder: Path, argument: Path) -> Path:
    """Return a path, or NAME=PATH, as seen from a folder; see files/named_files.py."""
    place = folder / argument.expanduser()
    before, has_name, behind = str(argument).partition("=")
    if not has_name or "/" in before or place.exists():
        return place
    return Path(f"{before}={folder / Path(behind).expanduser()}")


def _try(option: Option, value: object) -> None:
    """Check one value on its own, so that the error names its line."""
    nested: object = value
    for field in reversed(option.path):
        nested = {field: nested}
    known = nested if option.path else {}
    root = value if option.name == "root" and isinstance(value, tuple) else ()
    msgspec.convert(known, ServerOptions, dec_hook=_path).settings(root, None)


def _line(text: str, key: str) -> int:
    """Return the line in which a key of the first level stands."""
    name = re.compile(rf"\s*(\[+\s*)?([\"']?){re.escape(key)}\2\s*[\].=]")
    lines = enumerate(text.splitlines(), 1)
    return next((number for number, line in lines if name.match(line)), 0)


def _toml(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case list() | tuple():
            return f"[{', '.join(_toml(one) for one in value)}]"
        case str() | Path():
            return msgspec.json.encode(str(value)).decode()
        case _:
            return str(value)
