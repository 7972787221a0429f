"""A hidden file beside the place that it will take whole, or not at all."""

import os
import secrets

PREFIX = b".tftptui-"
"""How the names of hidden files begin."""

_CREATE = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_LONGEST_NAME = 200
"""Octets kept of a name that would grow too long."""


def create_hidden(folder: int, name: bytes, mode: int) -> tuple[bytes, int]:
    """Make a hidden file for NAME in a folder; return its own name and descriptor.

    Raises:
        OSError: it can't be made.
    """
    token = secrets.token_hex(4).encode()
    hidden = PREFIX + name[:_LONGEST_NAME] + b"." + token
    return hidden, os.open(hidden, _CREATE, mode, dir_fd=folder)


def take_place(folder: int, hidden: bytes, name: bytes) -> None:
    """Give a hidden file its name, in the place of what is there.

    Whoever wants to be sure of it calls fsync for the file before and for the folder
    afterwards.

    Raises:
        OSError: it can't be renamed.
    """
    os.replace(hidden, name, src_dir_fd=folder, dst_dir_fd=folder)
