"""Hidden temporary files that replace their target when complete."""

import os
import secrets

try:
    import fcntl
except ImportError:  # not available on Windows
    fcntl = None  # type: ignore[assignment]  # mypy sees the module only

PREFIX = b".tftptui-"
"""Start of the names of hidden files."""

_CREATE = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_LONGEST_NAME = 200
"""Bytes kept of a long name."""


def create_hidden(folder: int, name: bytes, mode: int) -> tuple[bytes, int]:
    """Create a hidden file for NAME in a directory; return its name and descriptor.

    The file is locked as long as the descriptor is open, so others can see that it is
    in use; see is_in_use().

    Raises:
        OSError: it can't be created.
    """
    token = secrets.token_hex(4).encode()
    hidden = PREFIX + name[:_LONGEST_NAME] + b"." + token
    descriptor = os.open(hidden, _CREATE, mode, dir_fd=folder)
    _lock(descriptor)
    return hidden, descriptor


def is_in_use(descriptor: int) -> bool:
    """Return whether another descriptor, maybe in another process, holds a hidden file.

    If the file system or the system has no locks, it counts as in use.
    """
    return not _lock(descriptor)


def _lock(descriptor: int) -> bool:
    """Try to lock an open file; return whether it is locked now."""
    if fcntl is None:
        return False  # type: ignore[unreachable]  # reached on Windows
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def take_place(folder: int, hidden: bytes, name: bytes) -> None:
    """Rename a hidden file to its name, replacing an existing file.

    For durability, call fsync on the file before and on the directory afterwards.

    Raises:
        OSError: renaming failed.
    """
    os.replace(hidden, name, src_dir_fd=folder, dst_dir_fd=folder)
