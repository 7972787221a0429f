"""News of the disk: which names below a folder were added, modified or deleted.

What the system is asked for leaves out that files are opened and read, which is
what this server does all day: each would wake a thread of ours.
"""

import asyncio
import ctypes
import os
import sys
import threading
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from watchdog.events import (
    DirAttribEvent,
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileAttribEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from tftptui.server.root.root import Root

GATHERED = 0.2
"""Seconds of changes that are told together: a copy is many of them."""

_WANTED: list[type[FileSystemEvent]] = [
    DirAttribEvent,
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileAttribEvent,
    FileClosedEvent,  # after writing; each single write would be too much
    FileCreatedEvent,
    FileDeletedEvent,
    FileMovedEvent,
]
_WORDS = {"created": "added", "deleted": "deleted"}


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a name.

    Attributes:
        name: below the root.
        word: "added", "modified", "deleted" or "renamed".
        was: the name before, of one that is renamed.
    """

    name: bytes
    word: str
    was: bytes = b""


@dataclass(frozen=True, slots=True)
class Watched:
    """A folder to watch.

    Attributes:
        folder: absolute.
        prefix: what the names of its changes begin with: "" or a name and a slash.
        only: names in it that matter, and how each is called; None for all, and all
            below it.
    """

    folder: bytes
    prefix: bytes = b""
    only: Mapping[bytes, tuple[bytes, ...]] | None = None

    def names(self, path: bytes) -> Iterable[bytes]:
        """Return how what is at PATH is called; nothing for what is not watched."""
        above = self.folder.rstrip(b"/") + b"/"
        if not path.startswith(above):
            return ()
        name = path[len(above) :]
        return (self.prefix + name,) if self.only is None else self.only.get(name, ())


def watched_of(root: Root) -> list[Watched]:
    """Return the folders that tell of all changes below ROOT."""
    if root.top is None:
        return [Watched(os.fsencode(root.path))]
    found: list[Watched] = []
    files: dict[bytes, dict[bytes, tuple[bytes, ...]]] = {}
    for place in root.places:
        name = place.given.name.encode()
        if place.part is None:
            found.append(Watched(place.folder, name + b"/"))
        else:
            only = files.setdefault(place.folder, {})
            only[place.part] = (*only.get(place.part, ()), name)
    return found + [Watched(folder, only=only) for folder, only in files.items()]


class Changes(FileSystemEventHandler):
    """Watches folders, most with all below. Call start(), off the loop; then stop().

    Args:
        watched: the folders.
        loop: on which TELL is called.
        tell: gets all changes of a moment, in order and each once.
    """

    def __init__(
        self,
        watched: Sequence[Watched],
        loop: asyncio.AbstractEventLoop,
        tell: Callable[[list[Change]], None],
    ) -> None:
        self._watched = watched
        self._loop = loop
        self._tell = tell
        self._lock = threading.Lock()
        self._gathered: dict[Change, None] = {}
        self._observer = _observer()

    @property
    def is_alive(self) -> bool:
        """Whether it still watches: it ends when the folder is gone."""
        emitters = self._observer.emitters
        return bool(emitters) and all(emitter.is_alive() for emitter in emitters)

    def start(self) -> None:
        """Begin to watch; all folders are walked through.

        Raises:
            OSError: the folder can't be watched.
        """
        # A folder made while all are walked through is found twice: no harm, and
        # nothing to write across a screen.
        warnings.filterwarnings("ignore", "Callback with id", RuntimeWarning)
        self._observer.start()
        missing = [one for one in self._watched if not os.path.isdir(one.folder)]  # noqa: PTH112 - octets
        for one in self._watched:
            if one in missing and len(missing) < len(self._watched):
                continue  # the others are watched meanwhile
            self._observer.schedule(
                self,
                os.fsdecode(one.folder),
                recursive=one.only is None,
                event_filter=_WANTED,
            )
        self.require_room()

    def require_room(self) -> None:
        """Make sure that the system has a watch left for one more folder.

        The library says nothing of sub-folders that it found no watch for: changes in
        them would be missed in silence.

        Raises:
            OSError: there is none; ENOSPC for watches, EMFILE for watchers.
        """
        if sys.platform.startswith("linux"):
            _try_watch(b"/")  # any folder that is there for sure

    def stop(self) -> None:
        """Watch no more; returns when the threads have ended."""
        self._observer.stop()
        if self._observer.is_alive():
            self._observer.join()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Gather a change; called by a thread."""
        if event.event_type == "moved":
            self._gather(self._moved(event.src_path, event.dest_path))
        else:
            word = _WORDS.get(event.event_type, "modified")
            self._gather([Change(name, word) for name in self._names(event.src_path)])

    def _names(self, path: bytes | str) -> list[bytes]:
        octets = os.fsencode(path)
        return [name for one in self._watched for name in one.names(octets)]

    def _moved(self, before: bytes | str, after: bytes | str) -> list[Change]:
        """Return what a move is: out of what is watched, into it, or within."""
        olds, news = self._names(before), self._names(after)
        if not olds:
            return [Change(name, "added") for name in news]
        if not news:
            return [Change(name, "deleted") for name in olds]
        renamed = [Change(name, "renamed", olds[0]) for name in news]
        return [*renamed, *(Change(name, "deleted") for name in olds[1:])]

    def _gather(self, found: list[Change]) -> None:
        if not found:
            return
        with self._lock:
            is_first = not self._gathered
            self._gathered.update(dict.fromkeys(found))
        if is_first:
            self._loop.call_soon_threadsafe(
                self._loop.call_later, GATHERED, self._tell_all
            )

    def _tell_all(self) -> None:
        with self._lock:
            gathered, self._gathered = self._gathered, {}
        self._tell(list(gathered))


def _try_watch(folder: bytes) -> None:
    from watchdog.observers import inotify_c  # noqa: PLC0415 - Linux alone has it

    descriptor = inotify_c.inotify_init()
    if descriptor < 0:
        raise OSError(ctypes.get_errno(), "no watcher is left")
    try:
        mask = inotify_c.InotifyConstants.IN_DELETE_SELF
        if inotify_c.inotify_add_watch(descriptor, folder, mask) < 0:
            raise OSError(ctypes.get_errno(), "no watch is left")
    finally:
        os.close(descriptor)


def _observer() -> BaseObserver:
    """Return an observer that also hears of changed rights, and of nothing read."""
    if not sys.platform.startswith("linux"):
        return Observer()
    from watchdog.observers.inotify import (  # noqa: PLC0415 - Linux alone has it
        InotifyEmitter,
        InotifyObserver,
    )
    from watchdog.observers.inotify_c import (  # noqa: PLC0415
        InotifyConstants,
        Mask,
    )

    class NarrowEmitter(InotifyEmitter):
        """The library's own, which forgets changed rights when it is narrowed."""

        def get_event_mask_from_filter(self) -> Mask:
            """Return what the kernel is asked for."""
            mask = super().get_event_mask_from_filter()
            return Mask(mask | InotifyConstants.IN_ATTRIB)

    class NarrowObserver(InotifyObserver):
        """The library's own, with that emitter."""

        def __init__(self) -> None:
            super().__init__()
            self._emitter_class = NarrowEmitter

    return NarrowObserver()
