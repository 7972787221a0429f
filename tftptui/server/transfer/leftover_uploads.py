"""Finds and removes hidden files of uploads that a dead server left behind."""

import os
import stat
import time
from collections import deque
from contextlib import suppress

from tftptui.files.hidden_file import is_in_use
from tftptui.server.root.path_resolution import RootError, is_hidden
from tftptui.server.root.root import Root
from tftptui.telemetry.escapes import visible

MIN_AGE = 10.0
"""Seconds since the last write; a younger file may be an upload in progress."""

MOST_NAMES = 50_000
"""Maximum number of names examined; in a larger root, deep leftovers stay."""

_LOOK = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def remove_leftovers(root: Root) -> list[str]:
    """Remove unfinished uploads that no process has open; return their names.

    Reads the disk: call it off the event loop.
    """
    removed: list[str] = []
    ahead, seen = deque([*(root.top or [b""])]), 0
    while ahead and seen < MOST_NAMES:
        folder = ahead.popleft()
        try:
            descriptor = root.open_folder(folder)
        except (RootError, NotADirectoryError):
            continue  # a named file, or an unreadable directory
        above = folder + b"/" if folder else b""
        try:
            for name, is_folder in _entries(descriptor):
                seen += 1
                if is_folder:
                    ahead.append(above + name)
                elif is_hidden(name) and _remove(descriptor, name):
                    removed.append(visible(above + name))
        finally:
            os.close(descriptor)
    return removed


def _entries(folder: int) -> list[tuple[bytes, bool]]:
    """Return the names in a directory, and which of them are directories."""
    with suppress(OSError), os.scandir(folder) as found:
        return [
            (os.fsencode(entry.name), entry.is_dir(follow_symlinks=False))
            for entry in found
        ]
    return []


def _remove(folder: int, name: bytes) -> bool:
    """Remove a hidden file unless it is in use; return whether it was removed."""
    try:
        descriptor = os.open(name, _LOOK, dir_fd=folder)
    except OSError:
        return False
    try:
        status = os.fstat(descriptor)
        age = time.time() - status.st_mtime  # noqa: TID251 - compared with mtime
        is_left = stat.S_ISREG(status.st_mode) and age >= MIN_AGE
        if not is_left or is_in_use(descriptor):
            return False
        os.unlink(name, dir_fd=folder)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True
