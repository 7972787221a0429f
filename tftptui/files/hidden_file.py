"""A hidden file beside the place that it will take whole, or not at all."""

import os
import secrets

try:
    import fcntl
except ImportError:  # Windows has no such locks
    fcntl = None  # type: ignore[assignment]  # mypy sees the module only

PREFIX = b".tftptui-"
"""How the names of hidden files begin."""

_CREATE = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_LONGEST_NAME = 200
"""Bytes kept of a name that would grow too long."""


def create_hidden(folder: int, name: bytes, mode: int) -> tuple[bytes, int]:
    """Make a hidden file for NAME in a folder; return its own name and descriptor.

    The file is locked as long as the descriptor is open, so that others see that it is
    in use; see is_in_use().

    Raises:
        OSError: it can't be made.
    """
    token = secrets.token_hex(4).encode()
    hidden = PREFIX + name[:_LONGEST_NAME] + b"." + token
    descriptor = os.open(hidden, _CREATE, mode, dir_fd=folder)
    _lock(descriptor)
    return hidden, descriptor


def is_in_use(descriptor: int) -> bool:
    """Whether another descriptor holds a hidden file, perhaps another process's.

    Where the file system or the system knows no locks it is taken to be in use.
    """
    return not _lock(descriptor)


def _lock(descriptor: int) -> bool:
    """Lock an open file, without waiting; return whether it is locked now."""
    if fcntl is None:
        return False  # type: ignore[unreachable]  # reached on Windows
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def take_place(folder: int, hidden: bytes, name: bytes) -> None:
    """Give a hidden file its name, in the place of what is there.

    To be sure of it call fsync for the file before and for the folder
    afterwards.

    Raises:
        OSError: it can't be renamed.
    """
    os.replace(hidden, name, src_dir_fd=folder, dst_dir_fd=folder)
