"""Write the man pages, from the table of commands and docs/reference.md.

    python tools/make_man_pages.py FOLDER

They are made when a package is built and stored nowhere, so they are never old.
"""

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from cyclopts import App, Group
from cyclopts.argument import Argument

from tftptui import __version__
from tftptui.cli import app
from tftptui.commands.help_text import EXAMPLES

PROGRAM = "tftptui"
REFERENCE = Path(__file__).parent.parent / "docs" / "reference.md"


def pages() -> dict[str, str]:
    """Return all pages: a file's name, and what is in it."""
    app.resolved_commands()
    names = sorted(name for name in app if not name.startswith("-"))
    found = {f"{PROGRAM}.1": _page(app, None, names)}
    for name in names:
        found[f"{PROGRAM}-{name}.1"] = _page(app[name], name, names)
    return found


def _page(command: App, name: str | None, names: list[str]) -> str:
    title = PROGRAM if name is None else f"{PROGRAM}-{name}"
    function = command.default_command
    text = inspect.getdoc(function) or ""
    first, _, rest = text.partition("\n\n")
    headline = app.help if name is None else first
    lines = [
        f'.TH {title.upper()} 1 "" "{PROGRAM} {__version__}" "User Commands"',
        ".SH NAME",
        f"{_text(title)} \\- {_text(str(headline).rstrip('.'))}",
        ".SH SYNOPSIS",
        *_synopsis(command, name),
    ]
    told = [first, rest] if name is None else [rest or first]
    lines += [".SH DESCRIPTION"]
    for place, paragraph in enumerate(one for one in told if one):
        lines += [".PP"] if place else []
        lines += [_text(paragraph)]
    lines += _arguments(command)
    if name is None:
        lines += [".SH COMMANDS"]
        for one in names:
            help_ = inspect.getdoc(app[one].default_command) or ""
            lines += [".TP", f"\\fB{PROGRAM}-{one}\\fR(1)"]
            lines += [_text(help_.partition("\n\n")[0])]
    lines += _examples(name)
    lines += _reference()
    others = [PROGRAM, *(f"{PROGRAM}-{one}" for one in names)]
    seen = ", ".join(f"\\fB{_text(one)}\\fR(1)" for one in others if one != title)
    return "\n".join([*lines, ".SH SEE ALSO", seen]) + "\n"


def _shown(command: App) -> list[Argument]:
    return [one for one in command.assemble_argument_collection() if one.show]


def _is_option(argument: Argument) -> bool:
    return argument.name.startswith("-")


def _synopsis(command: App, name: str | None) -> Iterator[str]:
    words = [f"\\fB{_text(PROGRAM if name is None else f'{PROGRAM} {name}')}\\fR"]
    for one in _shown(command):
        if not _is_option(one):
            text = f"\\fI{_text(one.name)}\\fR"
            words.append(text if one.required else f"[{text}]")
    if any(map(_is_option, _shown(command))):
        words.append("[\\fIOPTION\\fR...]")
    yield " ".join(words)


def _arguments(command: App) -> Iterator[str]:
    shown = _shown(command)
    for title, is_option in (("ARGUMENTS", False), ("OPTIONS", True)):
        chosen = [one for one in shown if _is_option(one) is is_option]
        if chosen:
            yield f".SH {title}"
        for group, those in _by_group(chosen).items():
            if is_option and group != "Options":
                yield f".SS {group}"
            for one in those:
                yield from (".TP", _heading(one), _text(_help(one)))


def _by_group(arguments: list[Argument]) -> dict[str, list[Argument]]:
    """Return arguments by the heading of their group, in the order of the help."""
    found: dict[tuple[object, str], list[Argument]] = {}
    for one in arguments:
        group = one.parameter.group[0] if one.parameter.group else None
        key = (
            (group.sort_key, group.name)
            if isinstance(group, Group)
            else ((), "Options")
        )
        found.setdefault(key, []).append(one)
    return {name: found[order, name] for order, name in sorted(found, key=str)}


def _heading(argument: Argument) -> str:
    names = [f"\\fB{_text(one)}\\fR" for one in (*argument.names, *argument.negatives)]
    if not _is_option(argument):
        return f"\\fI{_text(argument.name)}\\fR"
    takes_value = argument.hint is not bool
    value = argument.name.strip("-").upper()
    return ", ".join(names) + (f" \\fI{_text(value)}\\fR" if takes_value else "")


def _help(argument: Argument) -> str:
    help_ = argument.parameter.help or ""
    if choices := argument.get_choices():
        help_ += f" One of: {', '.join(map(str, choices))}."
    default: object = argument.field_info.default
    shown = argument.parameter.show_default
    if isinstance(shown, str):
        default = shown
    elif default is True:
        default = "on"
    is_reported = shown is not False and default is not False
    if is_reported and isinstance(default, str | int | float):
        help_ = f"{help_.rstrip('.')}. Default: {default}."
    return help_


def _examples(name: str | None) -> Iterator[str]:
    lines = EXAMPLES[name or ""].strip().splitlines()
    yield from (".SH EXAMPLES", ".nf", *map(_literal, lines), ".fi")


def _reference() -> Iterator[str]:
    """Yield the tables of docs/reference.md."""
    for line in REFERENCE.read_text("utf-8").splitlines():
        if line.startswith("## "):
            yield f".SH {line[3:].upper()}"
        elif row := re.fullmatch(r"\| (.+?) \| (.+) \|", line):
            key, text = row.groups()
            if key not in {"status", "variable", "file"}:
                yield from (".TP", f"\\fB{_text(key)}\\fR", _text(text))


def _literal(line: str) -> str:
    """Return one line of an example for roff, its spaces kept."""
    return line.replace("\\", "\\e").replace("-", "\\-")


def _text(text: str) -> str:
    """Return TEXT for roff: no line begins a request, marks of Markdown are gone."""
    plain = " ".join(text.replace("`", "").replace(r"\|", "|").split())
    plain = plain.replace("\\", "\\e").replace("-", "\\-").replace("…", "...")
    return re.sub(r"^([.'])", r"\\&\1", plain)


def main() -> int:
    """Write them; return the exit status."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
