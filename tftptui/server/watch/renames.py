"""What was renamed a moment ago: a listing says so once, and who watches follows."""

import time

import msgspec

from tftptui.server.watch.file_events import Change
from tftptui.telemetry.views import Listing

REMEMBERED = 10.0
"""Seconds; a folder is listed long before."""

MOST = 1_000


class Renamed:
    """Call note() with what was renamed, and marked() with each new listing."""

    def __init__(self) -> None:
        self._names: dict[bytes, tuple[bytes, float]] = {}

    def note(self, change: Change) -> None:
        """Remember a name for a while, and what it was before."""
        was, _ = self._names.pop(change.was, (change.was, 0.0))  # renamed twice
        self._names[change.name] = (was, time.monotonic())
        while len(self._names) > MOST:
            del self._names[next(iter(self._names))]

    def marked(self, listing: Listing) -> Listing:
        """Return a listing that says of its entries what they were."""
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
