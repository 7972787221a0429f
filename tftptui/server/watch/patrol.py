"""Changes below a root where nothing tells of them: all names are looked at in turn.

A round goes through every folder, those near the top first, and compares what it finds
with the round before. It takes as many turns as it needs; call turn() off the loop.
"""

import os
import stat
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from tftptui.server.root.path_resolution import RootError, is_hidden, refusal
from tftptui.server.root.root import Root
from tftptui.server.watch.file_events import Change
from tftptui.telemetry.refusal_reasons import Reason

MOST_NAMES = 50_000
"""Names that are remembered, about 300 octets each; folders beyond are left out."""

DEEPEST = 64
"""Folders in folders."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What tells one version of a file from another."""

    mode: int
    inode: int
    size: int = 0
    modified_ns: int = 0

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder, whose content is looked at on its own."""
        return stat.S_ISDIR(self.mode)


Folder = dict[bytes, Mark]


class Patrol:
    """Goes through a root again and again. Call turn(); forget() begins anew.

    Args:
        root: the root.
        most: names that are remembered.

    Attributes:
        is_whole: whether all folders have had room; else only those near the top.
    """

    def __init__(self, root: Root, most: int = MOST_NAMES) -> None:
        self._root, self._most = root, most
        self.forget()

    def forget(self) -> None:
        """Know nothing: what is found from now on is no change."""
        self.is_whole = True
        self._known: dict[bytes, Folder] = {}
        self._count = 0
        self._ahead: deque[tuple[bytes, int]] = deque()
        self._met: set[bytes] = set()
        self._heard: set[bytes] = set()
        self._heard_before: set[bytes] = set()

    def heard(self, names: Iterable[bytes]) -> None:
        """Take in that somebody else has told of NAMES: they are not told again."""
        self._heard.update(names)

    @property
    def is_round_over(self) -> bool:
        """Whether the next turn begins a round."""
        return not self._ahead

    def turn(self, go_on: Callable[[], bool]) -> list[Change]:
        """Look at folders until GO_ON() says no or the round is over; tell changes."""
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
        told = [one for one in changes if not self._was_heard(one.name)]
        if not self._ahead:
            # What was heard after its folder was looked at shows in the next round.
            self._heard_before, self._heard = self._heard, set()
        return told

    def _was_heard(self, name: bytes) -> bool:
        return name in self._heard or name in self._heard_before

    def _look(self, folder: bytes, depth: int) -> list[Change]:
        """Compare one folder with what it was, and put those in it behind the rest."""
        try:
            now = _marks(self._root, folder)
        except RootError as error:
            if error.reason != Reason.NOT_FOUND:
                self._keep(folder)  # it is there, and may not be looked at
            return []  # what went with a folder is told at the end of the round
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
            self._known.setdefault(name, {})  # all that is in it is new, too
        return changes

    def _keep(self, folder: bytes) -> None:
        """Leave what is known of a folder, and of all below it, as it is."""
        above = folder + b"/" if folder else b""
        below = (one for one in self._known if one.startswith(above))
        self._met.update(below, (folder,))

    def _without(self, folder: bytes) -> list[Change]:
        """Forget a folder that was not met again; return what went with it."""
        names = self._known.pop(folder)
        self._count -= len(names)
        return [Change(folder + b"/" + name, "deleted") for name in names]


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
    """Return what a folder holds.

    Raises:
        RootError: it is not there, or can't be looked at.
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
                    with suppress(FileNotFoundError):  # it went meanwhile
                        marks[name] = _mark(entry.stat(follow_symlinks=False))
    except OSError as error:
        raise refusal(error) from error
    finally:
        os.close(descriptor)
    return marks


def _named(root: Root, names: Iterable[bytes]) -> Folder:
    """Return what is served side by side."""
    marks: Folder = {}
    for name in names:
        with suppress(RootError):
            marks[name] = _mark(root.look(name)[0])
    return marks


def _mark(found: os.stat_result) -> Mark:
    if stat.S_ISDIR(found.st_mode):
        return Mark(found.st_mode, found.st_ino)
    return Mark(found.st_mode, found.st_ino, found.st_size, found.st_mtime_ns)
