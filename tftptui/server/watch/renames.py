"""Changes below the root, renames among them, and listings that name them."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from stat import S_ISDIR

import msgspec

from tftptui.telemetry.views import Listing

REMEMBERED = 10.0
"""Seconds; a folder is listed long before."""

MOST = 1_000

_SETTLED = 2 * 10**9
"""Nanoseconds without a change after which a folder is surely not a new one. A new
folder may get the inode of one that was just deleted, so a young one is never taken
for a renamed one. A file is known by its modification time as well."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a name.

    Attributes:
        name: below the root.
        word: "added", "modified", "deleted" or "renamed".
        was: the name before, if renamed.
    """

    name: bytes
    word: str
    was: bytes = b""


@dataclass(frozen=True, slots=True)
class Mark:
    """What distinguishes one version of a file from another.

    Attributes:
        size, modified_ns: 0 for a folder, whose content is looked at on its own.
    """

    mode: int
    inode: int
    size: int = 0
    modified_ns: int = 0

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return S_ISDIR(self.mode)


def pair_renames(
    gone: Mapping[bytes, Mark],
    came: Mapping[bytes, Mark],
    folder_times: Mapping[bytes, int],
) -> list[Change]:
    """Return the renames among names that are gone and names that came.

    The watcher reports a rename as a deleted name and an added one; the inode tells
    that both are one file.

    Args:
        gone: marks of names that are no longer there.
        came: marks of names that were not there before.
        folder_times: when folders among CAME were modified, nanoseconds.
    """
    now, renamed = time.time_ns(), []
    before = {mark: name for name, mark in gone.items()}
    for name, mark in came.items():
        is_young = mark.is_folder and now - folder_times.get(name, now) < _SETTLED
        if not is_young and (was := before.pop(mark, None)) is not None:
            renamed.append(Change(name, "renamed", was))
    return renamed


class RecentRenames:
    """Call note() with each rename, and marked() with each new listing."""

    def __init__(self) -> None:
        self._names: dict[bytes, tuple[bytes, float]] = {}

    def note(self, change: Change) -> None:
        """Remember a name for a while, and what it was before."""
        was, _ = self._names.pop(change.was, (change.was, 0.0))  # renamed twice
        self._names[change.name] = (was, time.monotonic())
        while len(self._names) > MOST:
            del self._names[next(iter(self._names))]

    def marked(self, listing: Listing) -> Listing:
        """Return a listing whose renamed entries say what they were."""
        oldest = time.monotonic() - REMEMBERED
        while self._names:
            name = next(iter(self._names))
            if self._names[name][1] >= oldest:
                break
            del self._names[name]
        if not self._names:
            return listing
        above = listing.folder + b"/" if listing.folder else b""
        entries = list(listing.entries)
        for place, entry in enumerate(entries):
            if (known := self._names.get(above + entry.name)) is not None:
                entries[place] = msgspec.structs.replace(entry, was=known[0])
        return msgspec.structs.replace(listing, entries=entries)


def without_renames(
    changes: Iterable[Change], renamed: Iterable[Change]
) -> list[Change]:
    """Return CHANGES in order of their names, RENAMED in the place of their halves."""
    by_name = {one.name: one for one in changes}
    for one in renamed:
        by_name.pop(one.was, None)
        by_name[one.name] = one
    return [by_name[name] for name in sorted(by_name)]
