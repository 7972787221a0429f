"""Names below the root that the system reports as changed, through watchfiles.

The reports are hints: which names to look at. What became of them is read from the
disk (``patrol.py``), because a rename comes as two reports, a new folder without what
is in it, and several reports of one moment in no order.
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
"""Milliseconds without another report after which those gathered are passed on; also
how long the thread takes to stop."""

DEBOUNCE = 400
"""Milliseconds for which reports are gathered at most: a copy is many of them."""

_IN_DELETE_SELF = 0x400

Hints = dict[bytes, str]
"""Names below the root, each with "added", "modified" or "deleted"."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A folder to watch.

    Attributes:
        folder: absolute, without links.
        prefix: what the names of its changes begin with: "" or a name and a slash.
        only: names in it that matter, and the names each is served under; None for
            all, and all below it.
    """

    folder: bytes
    prefix: bytes = b""
    only: Mapping[bytes, tuple[bytes, ...]] | None = None

    def names(self, path: bytes) -> Iterable[bytes]:
        """Return the served names of what is at PATH; none if it is not watched."""
        above = self.folder.rstrip(b"/") + b"/"
        if not path.startswith(above):
            return ()
        name = path[len(above) :]
        return (self.prefix + name,) if self.only is None else self.only.get(name, ())


def watched_of(root: Root) -> list[Watched]:
    """Return the folders whose reports cover all of ROOT."""
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
    """Watches folders. Call start(), off the loop; then stop().

    A watch ends by itself when a name is not UTF-8 (watchfiles can't pass it on), when
    the system has no watch left, or when a subfolder may not be read: ``is_alive`` is
    then False, and ``error`` says why if that was an OSError.

    Args:
        watched: the folders.
        loop: on which REPORT is called.
        report: gets the names reported in one moment.
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
        """Whether it still watches."""
        return not self._ended.is_set()

    def start(self) -> None:
        """Begin to watch; returns once the system watches all folders.

        Raises:
            OSError: a folder can't be watched; ENOSPC for no watch left, EMFILE for no
                watcher left, EACCES for a subfolder that may not be read, EILSEQ for a
                path that is not UTF-8.
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
            yield_on_timeout=True,  # the first one says that it has begun
            raise_interrupt=False,
            recursive=is_recursive,
            ignore_permission_denied=False,  # else it goes blind without a word
        )
        # Not a daemon: Rust code must not be cut off when the interpreter ends.
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
        except (
            RuntimeError
        ):  # watchfiles' own, of a name that is not UTF-8 among others
            pass
        finally:
            self._ended.set()
            began.set()

    def _pass_on(self, batch: set[tuple[Report, str]]) -> None:
        hints: Hints = {}
        real: dict[bytes, bytes] = {}
        for report, path in batch:
            # watchfiles goes through links: what they lead to is reported below a
            # link only, even if it lies in the root, and reported if it does not.
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
        """Make sure that the system has a watch left for one more folder.

        Nothing reports a new subfolder that no watch was left for: changes in it would
        be missed in silence.

        Raises:
            OSError: there is none; ENOSPC for watches, EMFILE for watchers.
        """
        if sys.platform.startswith("linux"):
            _try_watch(b"/")  # any folder that is there for sure

    def stop(self) -> None:
        """Watch no more. The threads end by themselves within a step."""
        self._stop.set()


def _with_errno(error: OSError) -> OSError:
    """Return an error of watchfiles with the errno that it leaves out."""
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
