"""Directory listings below the root."""

import heapq
import os
import re
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress

import msgspec

from tftptui.files.versions import version_of
from tftptui.server.root.path_resolution import (
    EFFECTIVE,
    RootError,
    is_hidden,
    kind_of,
    refusal,
)
from tftptui.server.root.root import Root
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.refusal_reasons import Reason
from tftptui.telemetry.views import Entry, Listing

MOST_ENTRIES = 5_000
"""Maximum entries of a listing; nobody reads more, and each costs time."""

_NUMBER = re.compile(rb"(\d+)")


def list_folder(root: Root, folder: bytes) -> Listing:
    """List a directory: subdirectories first, then by name in natural order."""
    if not folder and (top := root.top) is not None:
        return _in_order(folder, [_named(root, name) for name in top], more=0)
    try:
        descriptor = root.open_folder(folder)
    except RootError as error:
        return Listing(folder=folder, gone=True, why=error.text)
    try:
        found, count = _first(descriptor)
        entries = [_entry(root, folder, entry, descriptor) for entry in found]
    except OSError as error:
        return Listing(folder=folder, gone=True, why=error.strerror or str(error))
    finally:
        os.close(descriptor)
    # Only now is it known which links lead to directories.
    return _in_order(folder, entries, more=count - len(found))


def _in_order(folder: bytes, entries: list[Entry], *, more: int) -> Listing:
    entries.sort(key=lambda entry: (entry.kind != "folder", counted(entry.name)))
    return Listing(folder=folder, entries=entries, more=more)


def _named(root: Root, name: bytes) -> Entry:
    """Return the entry of a named place."""
    try:
        status, may_read = root.look(name)
    except RootError as error:
        why = "no longer there" if error.reason == Reason.NOT_FOUND else error.text
        return _other(name, why)
    if not status.st_nlink:  # deleted; a file that was moved is still served
        return _other(name, "no longer there")
    return _known(name, status, may_read=may_read)


def _first(descriptor: int) -> "tuple[list[os.DirEntry[str]], int]":
    """Return the first MOST_ENTRIES entries in order, and the total number.

    Sorting all entries of a big directory would hold the GIL for long, and every
    transfer would wait.
    """
    count = 0

    def shown(found: "Iterable[os.DirEntry[str]]") -> "Iterator[os.DirEntry[str]]":
        nonlocal count
        for entry in found:
            if not is_hidden(os.fsencode(entry.name)):
                count += 1
                yield entry

    with os.scandir(descriptor) as found:
        return heapq.nsmallest(MOST_ENTRIES, shown(found), key=_place), count


def _place(entry: "os.DirEntry[str]") -> tuple[bool, bytes]:
    # Not counted(): for a hundred thousand names that takes a second.
    is_folder = entry.is_dir(follow_symlinks=False)
    return not is_folder, os.fsencode(entry.name).lower()


def counted(name: bytes) -> list[bytes | int]:
    """Return a sort key for natural order: fw-2.9 before fw-2.10, ignoring case."""
    parts: list[bytes | int] = [*_NUMBER.split(name.lower())]
    parts[1::2] = map(int, parts[1::2])
    return parts


def _entry(
    root: Root, folder: bytes, found: "os.DirEntry[str]", descriptor: int
) -> Entry:
    name = os.fsencode(found.name)
    if not found.is_symlink():
        return _met(root, folder, found, descriptor)
    target = b""
    with suppress(OSError):  # removed in the meantime
        target = os.readlink(name, dir_fd=descriptor)
    entry = _met(root, folder, found, descriptor)
    return msgspec.structs.replace(entry, link=True, target=visible(target))


def _met(
    root: Root, folder: bytes, found: "os.DirEntry[str]", descriptor: int
) -> Entry:
    name = os.fsencode(found.name)
    try:
        status, may_read = _look(root, folder, found, descriptor)
    except RootError as error:
        why = "broken link" if error.reason == Reason.NOT_FOUND else error.text
        return _other(name, why)
    return _known(name, status, may_read=may_read)


def _known(name: bytes, status: os.stat_result, *, may_read: bool) -> Entry:
    if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
        what = kind_of(status.st_mode)
        return _other(name, f"{what}, cannot be served")
    if not may_read:
        return _other(name, "permission denied")
    is_folder = stat.S_ISDIR(status.st_mode)
    return Entry(
        name=name,
        text=visible(name),
        kind="folder" if is_folder else "file",
        size=status.st_size,
        modified=status.st_mtime,
        version=None if is_folder else version_of(status),
    )


def _look(
    root: Root, folder: bytes, found: "os.DirEntry[str]", descriptor: int
) -> tuple[os.stat_result, bool]:
    """Return the status of an entry, and whether we may read it.

    Raises:
        RootError: it no longer exists, or leads outside the root.
    """
    if found.is_symlink():
        name = os.fsencode(found.name)
        return root.look(folder + b"/" + name if folder else name)
    try:
        status = found.stat(follow_symlinks=False)
        may_read = os.access(
            found.name, os.R_OK, dir_fd=descriptor, effective_ids=EFFECTIVE
        )
    except OSError as error:
        raise refusal(error) from error
    return status, may_read


def _other(name: bytes, why: str) -> Entry:
    return Entry(name=name, text=visible(name), kind="other", why=why)
