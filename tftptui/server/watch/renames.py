"""Detects renames below the root, and marks renamed entries in listings."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from stat import S_ISDIR

import msgspec

from tftptui.telemetry.views import Listing

REMEMBERED = 10.0
"""Seconds; a directory is listed long before."""

MOST = 1_000

_SETTLED = 2 * 10**9
"""Nanoseconds without a change after which a directory is surely not new. A new
directory may reuse the inode of one just deleted, so a young one never counts as
renamed. Files are also identified by their modification time."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one name.

    Attributes:
        name: below the root.
        word: "added", "modified", "deleted" or "renamed".
        was: the previous name, if renamed.
    """

    name: bytes
    word: str
    was: bytes = b""


@dataclass(frozen=True, slots=True)
class Mark:
    """Identifies one version of a file.

    Attributes:
        size, modified_ns: 0 for a directory, whose content is compared separately.
    """

    mode: int
    inode: int
    size: int = 0
    modified_ns: int = 0

    @property
    def is_folder(self) -> bool:
        """True for a directory."""
        return S_ISDIR(self.mode)


def pair_renames(
    gone: Mapping[bytes, Mark],
    came: Mapping[bytes, Mark],
    folder_times: Mapping[bytes, int],
) -> list[Change]:
    """Return the renames among deleted and added names.

    The watcher reports a rename as a deletion and an addition; the inode shows that
    both are one file.

    Args:
        gone: marks of deleted names.
        came: marks of added names.
        folder_times: modification times of directories in CAME, in nanoseconds.
    """
    now, renamed = time.time_ns(), []
    before = {mark: name for name, mark in gone.items()}
    for name, mark in came.items():
        is_young = mark.is_folder and now - folder_times.get(name, now) < _SETTLED
        if not is_young and (was := before.pop(mark, None)) is not None:
            renamed.append(Change(name, "renamed", was))
    return renamed


class RecentRenames:
    """Remembers renames. Call note() for each rename, marked() for each listing."""

    def __init__(self) -> None:
        self._names: dict[bytes, tuple[bytes, float]] = {}

    def note(self, change: Change) -> None:
        """Remember a rename for a while."""
        # it may have been renamed before
        was, _ = self._names.pop(change.was, (change.was, 0.0))
        self._names[change.name] = (was, time.monotonic())
        while len(self._names) > MOST:
            del self._names[next(iter(self._names))]

    def marked(self, listing: Listing) -> Listing:
        """Return a listing whose renamed entries have their previous names."""
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
    """Return CHANGES sorted by name, with each rename instead of its two halves."""
    by_name = {one.name: one for one in changes}
    for one in renamed:
        by_name.pop(one.was, None)
        by_name[one.name] = one
    return [by_name[name] for name in sorted(by_name)]
