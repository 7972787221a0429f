"""The model of the Files pane: open folders, and changes in them.

Plain data, no widgets. Folders and files are paths below the root, as bytes; b"" is the
root.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

import msgspec

from tftptui.engine.messages import Entry, FoundFiles, HashView, KindView, Listing
from tftptui.telemetry.escapes import visible
from tftptui.ui.formats import count
from tftptui.ui.kit.fields import has_all
from tftptui.ui.panes.files.fetches import Served
from tftptui.ui.panes.files.missing_names import MissingNames, is_answered
from tftptui.ui.panes.files.rows import (
    EntryRow,
    Key,
    MissingRow,
    NearRow,
    NoteRow,
    Row,
    UploadRow,
    depth_of,
    name_of_row,
    plain_name,
)
from tftptui.ui.panes.files.versions import Digests, differs, hash_now
from tftptui.ui.store import Store

ROOT = b""
MOST_CHILDREN = 2_000
MOST_KINDS = 5_000
DEEPEST = 64
"""Depth limit of open folders: a symlink may form a loop."""

REMEMBERED = 60.0
"""Seconds for which a new or changed file is marked."""


@dataclass(frozen=True, slots=True)
class Change:
    """The time at which a file was seen to be new or changed.

    ``was`` is its previous name, if it was renamed.
    """

    is_new: bool
    time: float
    was: bytes = b""


class FileModel:
    """The rows of the pane, and the folders to list for them.

    Attributes:
        rows: the rows from top to bottom.
        changes: new or changed files, by path.
        served: running and past transfers.
        wanted: folders to list.
        listed: number of names in the shown folders.
        kinds: kinds of files, by path and version.
        words: if not empty, only rows with all of these words are shown.
    """

    def __init__(self, store: Store) -> None:
        self.rows: list[Row] = []
        self.changes: dict[bytes, Change] = {}
        self.served = Served()
        self.kinds: dict[object, KindView | None] = {}
        self.words: tuple[str, ...] = ()
        self._found: FoundFiles | None = None
        self.wanted: set[bytes] = {ROOT}
        self.listed = 0
        self._store = store
        self._expanded: set[bytes] = set()
        self._refused: dict[bytes, str] = {}
        self._seen: dict[bytes, Listing] = {}
        self._current: set[bytes] = set()
        self._places: dict[Key, int] = {}
        self._asked = MissingNames(store)
        self._read_at = 0.0
        self._root: object = None
        self._forgotten = store.forgotten
        self._arrange()

    def place(self, key: Key) -> int | None:
        """Return the row of a key, or None."""
        return self._places.get(key)

    def is_answered(self, near: NearRow) -> bool:
        """Return whether a rewrite rule now maps the requested name to a file."""
        return is_answered(self._store, near.asked, near.near)

    def fold(self, folder: bytes, *, is_open: bool) -> None:
        """Show or hide a folder's entries."""
        if is_open:
            self._expanded.add(folder)
        else:
            self._expanded.discard(folder)
        self._refused.pop(folder, None)
        self._arrange()

    def refuse(self, folder: bytes, why: str) -> None:
        """Record why a folder is not listed."""
        self._refused[folder] = why
        self._seen.pop(folder, None)  # a listing of another engine is void
        self._arrange()

    def narrow(self, words: tuple[str, ...]) -> None:
        """Show only rows that contain all WORDS."""
        if words != self.words:
            self.words, self._found = words, None
            self._arrange()

    def take_found(self, words: tuple[str, ...], found: FoundFiles) -> None:
        """Also show the files in closed folders that were found by WORDS."""
        if words == self.words:
            self._found = found
            self._arrange()

    def hit(self, near: int | None) -> int | None:
        """Return NEAR if that row contains all words, else the first such row."""
        hits = (place for place, row in enumerate(self.rows) if self._is_hit(row))
        if near is not None and near < len(self.rows) and self._is_hit(self.rows[near]):
            return near
        return next(hits, None)

    def _is_hit(self, row: Row) -> bool:
        name = row.name if isinstance(row, EntryRow) else name_of_row(row)
        return bool(name) and has_all(self.words, name)

    def read(self, now: float) -> None:
        """Update from the store; NOW is the wall clock."""
        if self._store.forgotten != self._forgotten:
            self._start_over()
        self._follow_root()
        news = [self._read_listing(folder, now) for folder in self.wanted]
        self._read_at = now
        news.append(self.served.read(self._store.transfers))
        news.append(self._asked.read(now))
        self.forget(now)
        if any(news) or not self._seen:
            self._arrange()

    def _start_over(self) -> None:
        """Start over with another engine: data of the previous one is void."""
        self._forgotten = self._store.forgotten
        self._current.clear()
        self.changes.clear()
        self.kinds.clear()
        self.served, self._asked = Served(), MissingNames(self._store)

    def _follow_root(self) -> None:
        """Start over with another root: nothing in it counts as new."""
        status = self._store.status
        root = (status.root, tuple(status.named)) if status else self._root
        if self._root not in (None, root):
            self._current.clear()
            self.changes.clear()
            self.served.forget()
        self._root = root

    def look_again(self, now: float) -> None:
        """Update what depends on the time: a client may have stopped its requests."""
        self.forget(now)
        if self._asked.read(now):
            self._arrange()

    def kind(self, row: EntryRow) -> KindView | None:
        """Return the kind of a file, if known."""
        return self.kinds.get(row.version)

    def hashed(self, row: EntryRow) -> HashView | None:
        """Return the hash of a file, unless it is of another version."""
        return hash_now(row, self._store)

    @property
    def digests(self) -> Digests:
        """Finished hashes, by version."""
        return self._store.digests

    def unknown(self, rows: Sequence[Row]) -> list[EntryRow]:
        """Return those of ROWS whose file has not been examined."""
        files = [row for row in rows if isinstance(row, EntryRow)]
        return [
            row
            for row in files
            if row.entry.kind == "file" and row.version not in self.kinds
        ]

    def take_kinds(
        self, rows: Sequence[EntryRow], kinds: Sequence[KindView | None]
    ) -> None:
        """Cache the kinds of files."""
        while len(self.kinds) > MOST_KINDS:
            del self.kinds[next(iter(self.kinds))]
        for row, kind in zip(rows, kinds, strict=False):
            self.kinds[row.version] = kind

    def forget(self, now: float) -> None:
        """Remove expired marks."""
        for path, change in list(self.changes.items()):
            if now - change.time >= REMEMBERED:
                del self.changes[path]

    def moved(self, key: Key | None) -> Key | None:
        """Return the new key of an entry that was renamed."""
        if key is None or not isinstance(path := key[1], bytes):
            return None
        for new, change in self.changes.items():
            if change.was and (path + b"/").startswith(change.was + b"/"):
                return key[0], new + path[len(change.was) :]
        return None

    def depth_at(self, place: int) -> int:
        """Return the folder depth of a row."""
        return depth_of(self.rows[place])

    def beside(self, before: Sequence[Row], place: int) -> Key | None:
        """Return where the cursor goes from a row of BEFORE that has vanished.

        To the next row of the same folder, else the previous one or the folder, else
        the row that followed.
        """
        depth = depth_of(before[place])
        after = takewhile(lambda row: depth_of(row) >= depth, before[place + 1 :])
        nearest = [row for row in after if depth_of(row) == depth]
        nearest += [row for row in reversed(before[:place]) if depth_of(row) <= depth]
        nearest += before[place + 1 :]
        return next((row.key for row in nearest if row.key in self._places), None)

    def _arrange(self) -> None:
        """Rebuild the rows."""
        self.wanted = {ROOT}
        entries: list[Row] = [*self._folder_rows(ROOT, 0)]
        if found := self._found_rows({row.key for row in entries}):
            nothing = all(isinstance(row, NoteRow) for row in entries)
            entries = found if nothing else [*entries, *found]
        files = [row for row in entries if isinstance(row, EntryRow)]
        here = {row.name for row in files if row.entry.kind == "file"}
        self.rows = [*entries, *self._narrowed(self._asked.rows(here))]
        self._places = {row.key: place for place, row in enumerate(self.rows)}
        self._current &= self.wanted
        self.listed = sum(
            len(self._seen[folder].entries) + self._seen[folder].more
            for folder in self.wanted
            if folder in self._seen
        )

    def _read_listing(self, folder: bytes, now: float) -> bool:
        listing, before = self._store.listings.get(folder), self._seen.get(folder)
        if listing is None or listing is before:
            return False
        # Differences since the folder was last open are not marked as changes.
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
            if old is None or (entry.kind == "file" and differs(old, entry)):
                path = _path(listing.folder, entry)
                marked = self.changes.get(path)
                is_new = old is None or (marked is not None and marked.is_new)
                if old is None and entry.was:
                    self.changes[path] = Change(is_new=True, time=now, was=entry.was)
                    self._follow(entry.was, path)
                elif (time := self._change_time(entry, now)) is not None:
                    self.changes[path] = Change(is_new=is_new, time=time)

    def _follow(self, was: bytes, path: bytes) -> None:
        """Keep the folders below a renamed folder open."""
        for folder in [one for one in self._expanded if _is_within(one, was)]:
            renamed = path + folder[len(was) :]
            self._expanded.discard(folder)
            self._expanded.add(renamed)
            listing = self._seen.pop(folder, None)
            if listing is not None and not listing.gone:
                self._seen[renamed] = msgspec.structs.replace(listing, folder=renamed)

    def _change_time(self, entry: Entry, now: float) -> float | None:
        """Return when an entry changed; None if it was not observed."""
        if self._read_at < entry.modified <= now:
            return entry.modified
        return now if now - self._read_at < REMEMBERED else None

    def _folder_rows(self, folder: bytes, depth: int) -> Iterator[Row]:
        listing = self._seen.get(folder)
        shown: list[Row] = []
        if listing is not None and not listing.gone:
            above = plain_name(visible(folder))
            shown += self._entry_rows(listing, above, depth)
            shown += self._arriving(above, listing, depth)
        if not shown and (not self.words or folder == ROOT):
            notes = enumerate(self._notes(folder, listing))
            shown += [NoteRow(folder, depth, text, number) for number, text in notes]
        yield from shown

    def _entry_rows(self, listing: Listing, above: str, depth: int) -> Iterator[Row]:
        folder, shown = listing.folder, 0
        # A search needs all names; otherwise the first ones are enough.
        looked_at = listing.entries if self.words else listing.entries[:MOST_CHILDREN]
        for entry in looked_at:
            path = _path(folder, entry)
            can_open = entry.kind == "folder" and depth < DEEPEST
            is_open = can_open and path in self._expanded
            name = f"{above}/{entry.text}" if above else entry.text
            inside: list[Row] = []
            if is_open:
                self.wanted.add(path)
                inside = [*self._folder_rows(path, depth + 1)]
            if self.words and not inside and not has_all(self.words, name):
                continue
            if shown < MOST_CHILDREN:
                yield EntryRow(path, depth, entry, name, is_open)
                yield from inside
            shown += 1
        total = shown if self.words else len(listing.entries) + listing.more
        if (more := total - MOST_CHILDREN) > 0:
            text = f"… {count(more)} more; / searches by name"
            yield NoteRow(folder, depth, text)

    def _arriving(self, above: str, listing: Listing, depth: int) -> list[UploadRow]:
        """Return the uploads into a folder that do not have their final name yet."""
        names = [
            name
            for name in self.served.arriving
            if name.rpartition("/")[0] == above and has_all(self.words, name)
        ]
        if not names:
            return []
        there = {entry.text for entry in listing.entries}
        bases = [(name, name.rpartition("/")[2]) for name in names]
        return [
            UploadRow(name, depth, base) for name, base in bases if base not in there
        ]

    def _found_rows(self, shown: set[Key]) -> list[Row]:
        """Return the rows for files found in closed folders."""
        rows: list[Row] = []
        if self._found is None:
            return rows
        for entry in self._found.files:
            row = EntryRow(entry.name, 0, entry, plain_name(entry.text))
            if row.key not in shown:
                rows.append(row)
        if rows:
            rows.insert(0, NoteRow(ROOT, 0, "in other folders", 1))
        if self._found.more:
            rows.append(NoteRow(ROOT, 0, f"… {count(self._found.more)} more", 2))
        return rows

    def _narrowed(self, rows: list[Row]) -> list[Row]:
        if not self.words:
            return rows
        kept = [row for row in rows if has_all(self.words, name_of_row(row))]
        return [MissingRow(), *kept] if kept else []

    def _notes(self, folder: bytes, listing: Listing | None) -> list[str]:
        if folder in self._refused:
            notes = [self._refused[folder]]
        elif listing is None:
            notes = ["reading …"]
        elif listing.gone:
            notes = [listing.why or "no longer exists"]
        elif self.words and listing.entries:
            where = "" if self._found is not None else " in the open folders"
            notes = [f"no match{where}; esc shows all"]
        elif folder != ROOT:
            notes = ["empty"]
        else:
            status = self._store.status
            where = status.root if status else "the root"
            notes = ["Nothing to serve yet.", "Put files into", where]
        return notes


def _is_within(folder: bytes, above: bytes) -> bool:
    return (folder + b"/").startswith(above + b"/")


def _path(folder: bytes, entry: Entry) -> bytes:
    return folder + b"/" + entry.name if folder else entry.name
