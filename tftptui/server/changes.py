"""News of the disk: which names below a folder were added, modified or deleted.

What the system is asked for leaves out that files are opened and read, which is
what this server does all day: each would wake a thread of ours.
"""

import asyncio
import os
import sys
import threading
from collections.abc import Callable

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

Change = tuple[bytes, str]
"""A name below the folder, and "added", "modified" or "deleted"."""


class Changes(FileSystemEventHandler):
    """Watches a folder and all below it. Call start(), off the loop; then stop().

    Args:
        folder: absolute.
        loop: on which TELL is called.
        tell: gets all changes of a moment, in order and each once.
    """

    def __init__(
        self,
        folder: bytes,
        loop: asyncio.AbstractEventLoop,
        tell: Callable[[list[Change]], None],
    ) -> None:
        self._folder = folder
        self._above = folder.rstrip(b"/") + b"/"
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
        path = os.fsdecode(self._folder)
        self._observer.start()
        self._observer.schedule(self, path, recursive=True, event_filter=_WANTED)

    def stop(self) -> None:
        """Watch no more; returns when the threads have ended."""
        self._observer.stop()
        if self._observer.is_alive():
            self._observer.join()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Gather a change; called by a thread."""
        if event.event_type == "moved":
            self._gather(event.src_path, "deleted")
            self._gather(event.dest_path, "added")
        else:
            self._gather(event.src_path, _WORDS.get(event.event_type, "modified"))

    def _gather(self, path: bytes | str, change: str) -> None:
        name = os.fsencode(path)
        if not name.startswith(self._above):
            return
        with self._lock:
            is_first = not self._gathered
            self._gathered[name[len(self._above) :], change] = None
        if is_first:
            self._loop.call_soon_threadsafe(
                self._loop.call_later, GATHERED, self._tell_all
            )

    def _tell_all(self) -> None:
        with self._lock:
            gathered, self._gathered = self._gathered, {}
        self._tell(list(gathered))


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
