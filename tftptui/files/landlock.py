"""Landlock: limits which files this process and its children can open.

Linux 5.13 and later, landlock(7); through the C library, as Python has no API. It
affects only files opened afterwards. Nobody can lift it again, not even root.
"""

import ctypes
import os
import struct
import sys
from collections.abc import Mapping
from enum import IntFlag
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
"""System call numbers; the same on all architectures except Alpha."""
_GET_VERSION = 1
_PATH_BENEATH = 1
_PR_SET_NO_NEW_PRIVS = 38

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REMOVE_FILE, _MAKE_DIR, _MAKE_REG, _MAKE_SOCK = 1 << 5, 1 << 7, 1 << 8, 1 << 9
_REFER, _TRUNCATE = 1 << 13, 1 << 14
_FIRST = (1 << 13) - 1
"""Rights of version 1; version 2 added REFER, version 3 TRUNCATE."""
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE


class Access(IntFlag):
    """Allowed operations on everything below a path."""

    READ = _READ_FILE | _READ_DIR
    RUN = READ | _EXECUTE
    WRITE = READ | _WRITE_FILE | _MAKE_REG | _REMOVE_FILE | _REFER | _TRUNCATE
    """Write, create, replace and remove files."""
    DEVICES = READ | _WRITE_FILE
    SOCKETS = _READ_DIR | _MAKE_DIR | _MAKE_SOCK | _REMOVE_FILE
    """Create Unix sockets, and directories for them."""


def landlock_version() -> int:
    """Return the kernel's Landlock version; 0 if it has none."""
    if sys.platform != "linux":
        return 0
    version = _libc().syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _GET_VERSION)
    return max(0, int(version))


def restrict_files(allowed: Mapping[Path, Access]) -> None:
    """Limit this thread, and what it starts from now on, to the allowed paths.

    Threads that are already running are not limited, so there should be none.

    Args:
        allowed: files and directories, including everything below; paths that do not
            exist are skipped.

    Raises:
        OSError: the kernel has no Landlock, or its use is forbidden.
    """
    libc, version = _libc(), landlock_version()
    handled = _FIRST
    handled |= _REFER if version > 1 else 0
    handled |= _TRUNCATE if version > 2 else 0  # noqa: PLR2004 - see _FIRST
    attributes = struct.pack("Q", handled)
    size = ctypes.c_size_t(len(attributes))
    ruleset = _checked(libc.syscall(_CREATE_RULESET, attributes, size, 0))
    try:
        for path, access in allowed.items():
            _allow(libc, ruleset, path, access & handled)
        _checked(libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        _checked(libc.syscall(_RESTRICT_SELF, ruleset, 0))
    finally:
        os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path, access: int) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not path.is_dir():
            access &= _OF_FILES
        rule = struct.pack("=Qi", access, opened)
        _checked(libc.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, rule, 0))
    finally:
        os.close(opened)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
