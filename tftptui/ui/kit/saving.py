"""Saving of what a pane shows: file name and format."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from tftptui.telemetry.words import counted


def suggested_name(what: str, end: str, now: float) -> str:
    """Return a file name that probably does not exist: ``packets-120423.pcapng``."""
    return f"{what}-{datetime.fromtimestamp(now).astimezone():%H%M%S}.{end}"


def format_of(name: str, formats: Sequence[str]) -> str | None:
    """Return the format of a file name, by its extension."""
    end = name.rpartition(".")[2].lower()
    return end if end in formats else None


def in_other_format(name: str, formats: Sequence[str]) -> str:
    """Return the name with the extension of the next format."""
    known = format_of(name, formats)
    if known is None:
        return f"{name.rstrip('.')}.{formats[0]}"
    other = formats[(formats.index(known) + 1) % len(formats)]
    return f"{name.rpartition('.')[0]}.{other}"


def save_as(name: str, write: Callable[[Path], int], one: str) -> tuple[bool, str]:
    """Write a file; return whether that worked, and a sentence for the user.

    WRITE gets the path and returns how many rows it has written; ONE names a row.
    """
    path = Path(name)
    try:
        path = path.expanduser().absolute()
        written = write(path)
    except FileExistsError:
        return False, f"file exists: {path}"
    except (OSError, RuntimeError) as error:  # RuntimeError: ~ of an unknown user
        why = error.strerror if isinstance(error, OSError) else str(error)
        return False, f"not saved: {path}: {why}"
    return True, f"{counted(written, one)} saved: {path}"
