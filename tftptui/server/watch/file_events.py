"""File change notifications below the root, through watchfiles.

Reports are only hints about which names to check; the actual change is found on the
disk (``patrol.py``), because a rename arrives as two reports, a new directory without
its content, and simultaneous reports in any order.
"""

import asyncio
import ctypes
import errno
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import watchfiles
from watchfiles import Change as Report

from tftptui.server.root.root import Root

STEP = 200
"""Milliseconds without a new report after which a batch is passed on; also the time
that the thread takes to stop."""

DEBOUNCE = 400
"""Maximum milliseconds of collecting a batch: a copy causes many reports."""

_IN_DELETE_SELF = 0x400

Hints = dict[bytes, str]
"""Names below the root, each with "added", "modified" or "deleted"."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A directory to watch.

    Attributes:
        folder: absolute path without links.
        prefix: start of reported names: "" or a name and a slash.
        only: names in it that matter, each with the names it is served under; None to
            watch everything below it.
    """

    folder: bytes
    prefix: bytes = b""
    only: Mapping[bytes, tuple[bytes, ...]] | None = None

    def names(self, path: bytes) -> Iterable[bytes]:
        """Return the served names of PATH; none if it is not watched."""
        above = self.folder.rstrip(b"/") + b"/"
        if not path.startswith(above):
            return ()
        name = path[len(above) :]
        return (self.prefix + name,) if self.only is None else self.only.get(name, ())


def watched_of(root: Root) -> list[Watched]:
    """Return the directories that must be watched for all of ROOT."""
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


class FileEvents:
    """Watches directories. Call start(), off the loop; then stop().

    A watch ends by itself if a name is not UTF-8 (watchfiles can't handle it), if no
    inotify watch is left, or if a subdirectory is not readable: ``is_alive`` is then
    False, and ``error`` has the OSError if there was one.

    Args:
        watched: the directories.
        loop: the event loop on which REPORT is called.
        report: callback for the names of one batch.
    """

    def __init__(
        self,
        watched: Sequence[Watched],
        loop: asyncio.AbstractEventLoop,
        report: Callable[[Hints], None],
    ) -> None:
        self._watched, self._loop, self._report = watched, loop, report
        self._stop = threading.Event()
        self._ended = threading.Event()
        self._threads: list[threading.Thread] = []
        self.error: OSError | None = None

    @property
    def is_alive(self) -> bool:
        """True while it watches."""
        return not self._ended.is_set()

    def start(self) -> None:
        """Start watching; returns once all directories are watched.

        Raises:
            OSError: a directory can't be watched: ENOSPC if no inotify watch is left,
                EMFILE if no instance is left, EACCES for an unreadable subdirectory,
                EILSEQ for a path that is not UTF-8.
        """
        there = [one for one in self._watched if os.path.isdir(one.folder)]  # noqa: PTH112 - bytes
        if not there:
            raise FileNotFoundError("none of the folders exists")
        whole = [os.fsdecode(one.folder) for one in there if one.only is None]
        flat = [os.fsdecode(one.folder) for one in there if one.only is not None]
        for paths, is_recursive in ((whole, True), (flat, False)):
            if paths:
                self._start_thread(paths, is_recursive=is_recursive)
        self.require_room()
        if self.error is not None:
            raise self.error

    def _start_thread(self, paths: list[str], *, is_recursive: bool) -> None:
        began = threading.Event()
        reports = watchfiles.watch(
            *paths,
            watch_filter=None,
            step=STEP,
            debounce=DEBOUNCE,
            stop_event=self._stop,
            rust_timeout=STEP,
            yield_on_timeout=True,  # the first yield signals that it is running
            raise_interrupt=False,
            recursive=is_recursive,
            ignore_permission_denied=False,  # otherwise it silently misses changes
        )
        # Not a daemon: Rust code must not be killed at interpreter exit.
        thread = threading.Thread(target=self._run, args=(reports, began), name="watch")
        self._threads.append(thread)
        thread.start()
        began.wait()

    def _run(
        self, reports: Iterator[set[tuple[Report, str]]], began: threading.Event
    ) -> None:
        try:
            for batch in reports:
                began.set()
                self._pass_on(batch)
        except OSError as error:
            self.error = _with_errno(error)
        except UnicodeEncodeError:
            self.error = OSError(errno.EILSEQ, "the path of the root is not UTF-8")
        except RuntimeError:  # raised by watchfiles, e.g. for a name that is not UTF-8
            pass
        finally:
            self._ended.set()
            began.set()

    def _pass_on(self, batch: set[tuple[Report, str]]) -> None:
        hints: Hints = {}
        real: dict[bytes, bytes] = {}
        for report, path in batch:
            # watchfiles follows links: a target is reported under the link's path only,
            # even if it is in the root, and also if it is not.
            folder, part = os.path.split(os.fsencode(path))
            if folder not in real:
                real[folder] = os.path.realpath(folder)
            found = os.path.join(real[folder], part)  # noqa: PTH118 - bytes
            for one in self._watched:
                for name in one.names(found):
                    hints[name] = report.raw_str()
        if hints and not self._stop.is_set():
            self._loop.call_soon_threadsafe(self._report, hints)

    def require_room(self) -> None:
        """Check that an inotify watch is left for one more directory.

        Without one, a new subdirectory is not watched and nothing reports that.

        Raises:
            OSError: ENOSPC if no watch is left, EMFILE if no instance is left.
        """
        if sys.platform.startswith("linux"):
            _try_watch(b"/")  # any directory that surely exists

    def stop(self) -> None:
        """Stop watching. The threads end by themselves within STEP."""
        self._stop.set()


def _with_errno(error: OSError) -> OSError:
    """Return an error of watchfiles with its missing errno."""
    if isinstance(error, PermissionError):
        return PermissionError(errno.EACCES, str(error))
    if "watch limit" in str(error):
        return OSError(errno.ENOSPC, str(error))
    return error


def _try_watch(folder: bytes) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = libc.inotify_init1(os.O_CLOEXEC)
    if descriptor < 0:
        raise OSError(ctypes.get_errno(), "no inotify instance left")
    try:
        if libc.inotify_add_watch(descriptor, folder, _IN_DELETE_SELF) < 0:
            raise OSError(ctypes.get_errno(), "no inotify watch left")
    finally:
        os.close(descriptor)
