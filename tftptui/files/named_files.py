"""Command-line paths and the names they are served under."""

import os
from collections.abc import Sequence
from pathlib import Path

from tftptui.settings import Named, SettingsError


def named_of(arguments: Sequence[Path]) -> tuple[Named, ...]:
    """Return the named places for ARGUMENTS, each a path or ``NAME=PATH``.

    A single directory without a name gives none: it is the root itself.

    Raises:
        SettingsError: one does not exist, or two have the same name.
    """
    for argument in arguments:
        _require_sound(argument)
    if len(arguments) == 1 and arguments[0].is_dir():
        return ()
    named: dict[str, Named] = {}
    for one in map(_named, arguments):
        other = named.setdefault(one.name, one)
        if other is not one:
            raise SettingsError(
                f"two are named {one.name}: {other.path} and {one.path}; "
                f"rename one of them: OTHER={one.path}"
            )
    return tuple(named.values())


def folder_above(named: Sequence[Named]) -> Path:
    """Return the nearest common parent directory."""
    return Path(os.path.commonpath([one.path.parent for one in named]))


def _require_sound(argument: Path) -> None:
    """Reject paths that can't even be looked up: too long, or a link loop."""
    try:
        argument.stat()
    except (FileNotFoundError, NotADirectoryError):
        return  # may be NAME=PATH; a missing file is reported later
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise SettingsError(f"cannot serve {argument}: {why}") from error


def _named(argument: Path) -> Named:
    path, name = argument, ""
    before, has_name, behind = str(argument).partition("=")
    if has_name and "/" not in before and not argument.exists():
        name, path = before, Path(behind).expanduser()
    if not path.is_file() and not path.is_dir():
        raise SettingsError(_missing(path))
    path = Path(os.path.abspath(path))  # noqa: PTH100 - links stay, .. goes
    name = name or path.name
    _require_name(name, path)
    return Named(name, path)


def _require_name(name: str, path: Path) -> None:
    if not _is_text(str(path)):
        raise SettingsError(
            f"cannot serve {str(path)!a}: its name is not UTF-8; rename it"
        )
    if name in ("", ".", "..") or not name.isprintable():
        raise SettingsError(
            f"cannot serve {path} as {name!r}; give it a name: NAME={path}"
        )


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _missing(path: Path) -> str:
    if path.exists():
        return f"{path} is neither a file nor a folder; only these can be served"
    near = next(one for one in path.absolute().parents if one.is_dir())
    if near == path.absolute().parent and "." in path.name:
        return f"file {path} does not exist; ls {near} lists the folder"
    return f"folder {path} does not exist; to create it: mkdir -p {path}"
