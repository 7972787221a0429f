"""All file names below the root, within limits.

A snapshot, outdated as soon as it is done. Call it off the event loop.
"""

import os
import stat
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress

from tftptui.server.root.path_resolution import RootError, is_hidden
from tftptui.server.root.root import Root

MOST_NAMES = 200_000
"""Maximum number of files; each takes about 250 bytes of memory."""

MOST_FOLDERS = 20_000
DEEPEST = 64
"""Maximum depth of directories."""


def names_below(
    root: Root, *, go_on: Callable[[], bool] = lambda: True
) -> Iterator[bytes]:
    """Yield the files below the root, breadth first.

    Links to files are included if they stay inside the root; links to directories are
    not followed. Unreadable directories are skipped. It stops when GO_ON() returns
    False, and at MOST_NAMES or MOST_FOLDERS.
    """
    count, folders = 0, 0
    ahead = deque([(b"", 0)])
    while ahead and folders < MOST_FOLDERS and go_on():
        folder, depth = ahead.popleft()
        folders += 1
        for name, is_folder in _entries(root, folder):
            if is_folder:
                if depth < DEEPEST:
                    ahead.append((name, depth + 1))
                continue
            yield name
            count += 1
            if count >= MOST_NAMES:
                return


def is_served(root: Root, name: bytes) -> bool:
    """Return whether a name is a file that would be served now."""
    try:
        status, may_read = root.look(name)
    except RootError:
        return False
    return may_read and stat.S_ISREG(status.st_mode)


def _entries(root: Root, folder: bytes) -> list[tuple[bytes, bool]]:
    """Return the files and directories in a directory, and which are directories."""
    if not folder and (top := root.top) is not None:
        return _at_top(root, top)
    try:
        descriptor = root.open_folder(folder)
    except RootError:
        return []
    above = folder + b"/" if folder else b""
    found: list[tuple[bytes, bool]] = []
    try:
        with os.scandir(descriptor) as entries:
            for entry in entries:
                name = os.fsencode(entry.name)
                if is_hidden(name):
                    continue
                is_folder = entry.is_dir(follow_symlinks=False)
                if is_folder or _is_file(root, entry, above + name):
                    found.append((above + name, is_folder))
    except OSError:
        return found  # removed in the meantime
    finally:
        os.close(descriptor)
    return found


def _at_top(root: Root, names: list[bytes]) -> list[tuple[bytes, bool]]:
    """Return the named places, and which are directories."""
    found = []
    for name in names:
        with suppress(RootError):
            mode = root.look(name)[0].st_mode
            if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
                found.append((name, stat.S_ISDIR(mode)))
    return found


def _is_file(root: Root, entry: "os.DirEntry[str]", name: bytes) -> bool:
    if entry.is_symlink():
        return is_served(root, name)
    return entry.is_file(follow_symlinks=False)
