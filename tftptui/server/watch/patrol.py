"""Finds changes below a root by comparing it with its previous state.

A round visits every directory, breadth first, and may take several turns. Names
reported as changed are compared at once. All methods that read the disk must be called
off the event loop, one at a time.
"""

import os
import stat
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress

from tftptui.server.root.path_resolution import RootError, is_hidden, refusal
from tftptui.server.root.root import Root
from tftptui.server.watch.renames import Change, Mark, pair_renames, without_renames
from tftptui.telemetry.refusal_reasons import Reason

MOST_NAMES = 50_000
"""Maximum number of names remembered, about 300 bytes each."""

DEEPEST = 64
"""Maximum depth of directories."""


Folder = dict[bytes, Mark]


class Patrol:
    """Visits a root again and again. Call turn(); forget() starts over.

    Args:
        root: the root.
        most: maximum number of names remembered.

    Attributes:
        is_whole: whether all directories fit; otherwise only the top ones are covered.
    """

    def __init__(self, root: Root, most: int = MOST_NAMES) -> None:
        self._root, self._most = root, most
        self.forget()

    def forget(self) -> None:
        """Forget everything: the next round reports no changes."""
        self.is_whole = True
        self._known: dict[bytes, Folder] = {}
        self._count = 0
        self._ahead: deque[tuple[bytes, int]] = deque()
        self._met: set[bytes] = set()

    @property
    def is_round_over(self) -> bool:
        """True if the next turn starts a new round."""
        return not self._ahead

    def turn(self, go_on: Callable[[], bool]) -> list[Change]:
        """Visit directories while GO_ON(), at most one round; return changes."""
        if not self._ahead:
            self._ahead.append((b"", 0))
            self._met, self.is_whole = set(), True
        changes: list[Change] = []
        while self._ahead and go_on():
            folder, depth = self._ahead.popleft()
            changes += self._look(folder, depth)
        if not self._ahead:
            for gone in self._known.keys() - self._met:
                changes += self._without(gone)
        return changes

    def look_at(self, hints: Mapping[bytes, str]) -> list[Change]:
        """Return the actual changes of names that were reported as changed.

        Args:
            hints: "added", "modified" or "deleted" by name; trusted only if the name's
                directory is not remembered.
        """
        folders: dict[bytes, list[bytes]] = {}
        for name in hints:
            folder, _, part = name.rpartition(b"/")
            if not is_hidden(part):
                folders.setdefault(folder, []).append(part)
        hinted = _Comparison(hints)
        for folder, parts in sorted(folders.items()):
            known = self._known.get(folder)
            above = folder + b"/" if folder else b""
            if known is None:
                hinted.changes += [
                    Change(above + part, hints[above + part])
                    for part in parts
                    # otherwise found with its directory
                    if above + part not in hinted.came
                ]
                continue
            for part, status in _statuses(self._root, folder, parts):
                self._compare(hinted, known, above + part, status)
        renamed = pair_renames(hinted.gone, hinted.came, hinted.folder_times)
        return without_renames(hinted.changes, renamed)

    def _compare(
        self,
        found: "_Comparison",
        known: Folder,
        name: bytes,
        status: os.stat_result | None,
    ) -> None:
        """Compare one name with its previous state, and all below a directory."""
        part = name.rpartition(b"/")[2]
        before = known.get(part)
        now = _mark(status) if status is not None else None
        if before == now:
            return
        if before is not None and (now is None or before.inode != now.inode):
            self._forget_below(found, name)
        if status is None or now is None:
            self._count -= 1
            found.gone[name] = known.pop(part)
            found.changes.append(Change(name, "deleted"))
        elif before is not None:
            known[part] = now
            found.changes.append(Change(name, "modified"))
        elif self._count >= self._most:  # not remembered: it may have existed before
            self.is_whole = False
            found.changes.append(Change(name, found.hints.get(name, "added")))
            return
        else:
            known[part] = now
            self._count += 1
            found.came[name] = now
            found.changes.append(Change(name, "added"))
        if status is not None and now is not None and now.is_folder:
            found.folder_times[name] = status.st_mtime_ns
            if name not in self._known and name.count(b"/") < DEEPEST:
                self._add_below(found, name)

    def _forget_below(self, found: "_Comparison", folder: bytes) -> None:
        above = folder + b"/"
        for one in [n for n in self._known if n == folder or n.startswith(above)]:
            marks = self._known[one]
            found.gone |= {one + b"/" + part: mark for part, mark in marks.items()}
            found.changes += self._without(one)

    def _add_below(self, found: "_Comparison", folder: bytes) -> None:
        """Remember a new directory and its content."""
        self._known[folder] = {}
        self._met.add(folder)  # the current round may have passed it
        try:
            parts = list(_marks(self._root, folder))
        except RootError:
            return
        known = self._known[folder]
        for part, status in _statuses(self._root, folder, parts):
            self._compare(found, known, folder + b"/" + part, status)

    def _look(self, folder: bytes, depth: int) -> list[Change]:
        """Compare one directory with its previous state; queue its subdirectories."""
        try:
            now = _marks(self._root, folder)
        except RootError as error:
            if error.reason != Reason.NOT_FOUND:
                self._keep(folder)  # it exists, but is not readable
            # names of a deleted directory are reported at the end of the round
            return []
        before = self._known.get(folder)
        more = len(now) - len(before or ())
        if self._count + more > self._most:
            self._keep(folder)
            self.is_whole = False
            return []
        self._met.add(folder)
        self._count += more
        self._known[folder] = now
        above = folder + b"/" if folder else b""
        below = [above + name for name, mark in now.items() if mark.is_folder]
        if depth < DEEPEST:
            self._ahead.extend((name, depth + 1) for name in below)
        if before is None:
            return []
        found = _differences(before, now)
        changes = [Change(above + name, word) for name, word in found]
        is_new = {one.name for one in changes if one.word == "added"}
        for name in is_new.intersection(below):
            self._known.setdefault(name, {})  # so that everything in it counts as new
        return changes

    def _keep(self, folder: bytes) -> None:
        """Keep the state of a directory, and of everything below it, as it is."""
        above = folder + b"/" if folder else b""
        below = (one for one in self._known if one.startswith(above))
        self._met.update(below, (folder,))

    def _without(self, folder: bytes) -> list[Change]:
        """Forget a directory not found in this round; return its names as deleted."""
        names = self._known.pop(folder)
        self._count -= len(names)
        return [Change(folder + b"/" + name, "deleted") for name in names]


class _Comparison:
    """The result of comparing reported names.

    Args:
        hints: reported changes by name.

    Attributes:
        gone, came: names with their marks.
        folder_times: modification times of directories in nanoseconds.
    """

    def __init__(self, hints: Mapping[bytes, str]) -> None:
        self.hints = hints
        self.changes: list[Change] = []
        self.gone: Folder = {}
        self.came: Folder = {}
        self.folder_times: dict[bytes, int] = {}


def _differences(before: Folder, now: Folder) -> Iterator[tuple[bytes, str]]:
    for name, mark in now.items():
        was = before.get(name)
        if was is None:
            yield name, "added"
        elif was != mark:
            yield name, "modified"
    for name in before.keys() - now.keys():
        yield name, "deleted"


def _marks(root: Root, folder: bytes) -> Folder:
    """Return the marks of all names in a directory.

    Raises:
        RootError: it does not exist or is not readable.
    """
    if not folder and (top := root.top) is not None:
        return _named(root, top)
    descriptor = root.open_folder(folder)
    marks: Folder = {}
    try:
        with os.scandir(descriptor) as found:
            for entry in found:
                name = os.fsencode(entry.name)
                if not is_hidden(name):
                    with suppress(FileNotFoundError):  # removed in the meantime
                        marks[name] = _mark(entry.stat(follow_symlinks=False))
    except OSError as error:
        raise refusal(error) from error
    finally:
        os.close(descriptor)
    return marks


def _named(root: Root, names: Iterable[bytes]) -> Folder:
    """Return the marks of the named places."""
    marks: Folder = {}
    for name in names:
        with suppress(RootError):
            marks[name] = _mark(root.look(name)[0])
    return marks


def _mark(found: os.stat_result) -> Mark:
    if stat.S_ISDIR(found.st_mode):
        return Mark(found.st_mode, found.st_ino)
    return Mark(found.st_mode, found.st_ino, found.st_size, found.st_mtime_ns)


def _statuses(
    root: Root, folder: bytes, parts: Iterable[bytes]
) -> Iterator[tuple[bytes, os.stat_result | None]]:
    """Yield each name in a directory with its status; None if it does not exist.

    Names in an unreadable directory are skipped.
    """
    if not folder and root.top is not None:
        yield from ((part, _named_status(root, part)) for part in parts)
        return
    try:
        descriptor = root.open_folder(folder)
    except RootError as error:
        if error.reason == Reason.NOT_FOUND:
            yield from ((part, None) for part in parts)
        return
    try:
        for part in parts:
            with suppress(PermissionError):
                yield part, _status(part, descriptor)
    finally:
        os.close(descriptor)


def _named_status(root: Root, name: bytes) -> os.stat_result | None:
    try:
        return root.look(name)[0]
    except RootError:
        return None


def _status(part: bytes, folder: int) -> os.stat_result | None:
    try:
        return os.stat(part, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None
