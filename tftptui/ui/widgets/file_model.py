"""What the pane of files knows: which folders are open, and what changed in them.

Plain data, without a widget. Folders and files are paths below the root, as
octets; b"" is the root.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from tftptui.engine.messages import Entry, Listing, Refusal
from tftptui.telemetry.escapes import visible
from tftptui.ui.formats import count
from tftptui.ui.store import Store
from tftptui.ui.widgets.file_rows import (
    AskedRow,
    EntryRow,
    Key,
    NoteRow,
    Row,
    Served,
    asked_for,
    plain_name,
)

ROOT = b""
MOST_CHILDREN = 2_000
MOST_ASKED = 20
DEEPEST = 64
"""Folders in folders that can be opened; a link may lead round in circles."""

REMEMBERED = 60.0
"""Seconds for which a new or changed file is marked."""


@dataclass(frozen=True, slots=True)
class Change:
    """That a file is new, or another than before, and when that was seen."""

    is_new: bool
    time: float


class FileModel:
    """The rows of the pane, and which folders should be listed for them.

    Attributes:
        rows: what is shown, from top to bottom.
        changes: files that are new or changed, by path.
        served: what is read, and was.
        wanted: folders to be listed.
        listed: how many names the shown folders hold.
    """

    def __init__(self, store: Store) -> None:
        self.rows: list[Row] = []
        self.changes: dict[bytes, Change] = {}
        self.served = Served()
        self.wanted: set[bytes] = {ROOT}
        self.listed = 0
        self._store = store
        self._expanded: set[bytes] = set()
        self._refused: dict[bytes, str] = {}
        self._seen: dict[bytes, Listing] = {}
        self._current: set[bytes] = set()
        self._places: dict[Key, int] = {}
        self._last_refusal: Refusal | None = None
        self._read_at = 0.0
        self._arrange()

    def place(self, key: Key) -> int | None:
        """Return the row of a key, if it is there."""
        return self._places.get(key)

    def fold(self, folder: bytes, *, is_open: bool) -> None:
        """Show a folder's entries, or don't."""
        if is_open:
            self._expanded.add(folder)
        else:
            self._expanded.discard(folder)
        self._refused.pop(folder, None)
        self._arrange()

    def refuse(self, folder: bytes, why: str) -> None:
        """Say why a folder is not listed."""
        self._refused[folder] = why
        self._arrange()

    def read(self, now: float) -> None:
        """Take in what the store has got; NOW is the wall clock."""
        news = [self._read_listing(folder, now) for folder in self.wanted]
        self._read_at = now
        self.served.read(self._store.transfers)
        self.forget(now)
        refusals = self._store.refusals
        last = refusals[-1] if refusals else None
        if any(news) or last is not self._last_refusal or not self._seen:
            self._last_refusal = last
            self._arrange()

    def forget(self, now: float) -> None:
        """Drop marks that have grown old."""
        for path, change in list(self.changes.items()):
            if now - change.time >= REMEMBERED:
                del self.changes[path]

    def depth_at(self, place: int) -> int:
        """Return how deep in folders a row is."""
        return _depth(self.rows[place])

    def beside(self, before: Sequence[Row], place: int) -> Key | None:
        """Return where the cursor goes from a row of BEFORE that is gone.

        That is the next row of the same folder, else the one before or the folder.
        """
        depth = _depth(before[place])
        after = takewhile(lambda row: _depth(row) >= depth, before[place + 1 :])
        nearest = [row for row in after if _depth(row) == depth]
        nearest += [row for row in reversed(before[:place]) if _depth(row) <= depth]
        return next((row.key for row in nearest if row.key in self._places), None)

    def _arrange(self) -> None:
        """Build the rows anew."""
        self.wanted = {ROOT}
        entries = [*self._folder_rows(ROOT, 0)]
        self.rows = [*entries, *self._asked_rows(entries)]
        self._places = {row.key: place for place, row in enumerate(self.rows)}
        self._current &= self.wanted
        self.listed = sum(
            len(self._seen[folder].entries)
            for folder in self.wanted
            if folder in self._seen
        )

    def _read_listing(self, folder: bytes, now: float) -> bool:
        listing, before = self._store.listings.get(folder), self._seen.get(folder)
        if listing is None or listing is before:
            return False
        # What is different since the folder was open the last time is no news.
        if before is not None and folder in self._current and not before.gone:
            self._compare(before, listing, now)
        self._seen[folder] = listing
        self._current.add(folder)
        self._refused.pop(folder, None)
        return True

    def _compare(self, before: Listing, listing: Listing, now: float) -> None:
        known = {entry.name: entry for entry in before.entries}
        for entry in listing.entries:
            old = known.get(entry.name)
            if old is None or (entry.kind == "file" and _differs(old, entry)):
                path = _path(listing.folder, entry)
                marked = self.changes.get(path)
                is_new = old is None or (marked is not None and marked.is_new)
                if (time := self._change_time(entry, now)) is not None:
                    self.changes[path] = Change(is_new=is_new, time=time)

    def _change_time(self, entry: Entry, now: float) -> float | None:
        """Return when an entry changed: what nobody looked at is not made up."""
        if self._read_at < entry.modified <= now:
            return entry.modified
        return now if now - self._read_at < REMEMBERED else None

    def _folder_rows(self, folder: bytes, depth: int) -> Iterator[Row]:
        listing = self._seen.get(folder)
        if listing is None or listing.gone or not listing.entries:
            for number, text in enumerate(self._notes(folder, listing)):
                yield NoteRow(folder, depth, text, number)
            return
        for entry in listing.entries[:MOST_CHILDREN]:
            path = _path(folder, entry)
            can_open = entry.kind == "folder" and depth < DEEPEST
            is_open = can_open and path in self._expanded
            yield EntryRow(path, depth, entry, plain_name(visible(path)), is_open)
            if is_open:
                self.wanted.add(path)
                yield from self._folder_rows(path, depth + 1)
        if (more := len(listing.entries) - MOST_CHILDREN) > 0:
            yield NoteRow(folder, depth, f"… {count(more)} more")

    def _notes(self, folder: bytes, listing: Listing | None) -> list[str]:
        if folder in self._refused:
            return [self._refused[folder]]
        if listing is None:
            return ["reading …"]
        if listing.gone:
            return [listing.why or "not here any more"]
        if folder != ROOT:
            return ["empty"]
        status = self._store.status
        where = status.root if status else "the root"
        return ["Nothing to serve yet.", "Put files into", where]

    def _asked_rows(self, entries: Sequence[Row]) -> list[AskedRow]:
        here = {row.name for row in entries if isinstance(row, EntryRow)}
        asked = asked_for(self._store.refusals)
        missing = [row for row in asked if plain_name(row.name) not in here]
        return [AskedRow(), *missing[:MOST_ASKED]] if missing else []


def _depth(row: Row) -> int:
    return int(bool(row.name)) if isinstance(row, AskedRow) else row.depth


def _path(folder: bytes, entry: Entry) -> bytes:
    return folder + b"/" + entry.name if folder else entry.name


def _differs(old: Entry, new: Entry) -> bool:
    return (old.size, old.modified) != (new.size, new.modified)
