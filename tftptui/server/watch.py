"""Keeps the listings of open folders true while the disk changes.

The watcher is a hint, not the truth: it goes blind where it may not look and when
the system's watches are used up. So it is started again with growing pauses, and
all open folders are looked at now and then whatever it says.
"""

import asyncio
import contextlib
import os
from collections.abc import Coroutine, Iterable

from tftptui.server.changes import Change, Changes
from tftptui.server.clock import Ticker
from tftptui.server.folders import list_folder
from tftptui.server.recorder import Recorder
from tftptui.server.root import Root
from tftptui.server.walk import is_hidden
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.events import FileChanged
from tftptui.telemetry.views import Listing

RESCAN = 30.0
"""Seconds between looks at all open folders."""

_CHECK = 1.0
"""Seconds between questions whether the watcher is still alive."""

_PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)


class Watch:
    """Watches a root. Call start(); folders are listed once opened.

    Attributes:
        state: "watching", or "stale" while only the slow look works.
    """

    def __init__(self, root: Root, recorder: Recorder) -> None:
        self.state = "watching"
        self._root = root
        self._recorder = recorder
        self._open: dict[bytes, Listing | None] = {}
        self._news: dict[bytes, Listing] = {}
        self._stop = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._rescanner = Ticker(RESCAN, self._rescan)

    def start(self) -> None:
        """Begin to watch."""
        self._spawn(self._watch())
        self._rescanner.start()

    async def stop(self) -> None:
        """Watch no more."""
        self._rescanner.stop()
        self._stop.set()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def open(self, folder: bytes) -> None:
        """List a folder soon, and again whenever it changes."""
        self._open.setdefault(folder, None)
        self._spawn(self._list([folder], always=True))

    def close(self, folder: bytes) -> None:
        """Forget a folder."""
        self._open.pop(folder, None)
        self._news.pop(folder, None)

    def take_news(self) -> list[Listing]:
        """Return the listings that changed since this was last asked."""
        news, self._news = self._news, {}
        return list(news.values())

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _watch(self) -> None:
        failures = 0
        while not self._stop.is_set():
            if await self._watch_once():
                failures = 0
            if self._stop.is_set():
                return
            self.state = "stale"
            await self._pause(_PAUSES[min(failures, len(_PAUSES) - 1)])
            failures += 1
            await self._list(list(self._open))

    async def _watch_once(self) -> bool:
        """Watch for as long as that works; return whether it did at all."""
        folder, loop = os.fsencode(self._root.path), asyncio.get_running_loop()
        changes: Changes | None = None
        try:
            changes = Changes(folder, loop, self._changed)
            await asyncio.to_thread(changes.start)
            self.state = "watching"
            while changes.is_alive and not self._stop.is_set():
                await self._pause(_CHECK)
        except OSError:  # no watches left, or the folder is gone
            return False
        finally:
            if changes is not None:
                await asyncio.to_thread(changes.stop)
        return True

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)

    def _changed(self, changes: Iterable[Change]) -> None:
        touched: set[bytes] = set()
        for name, change in changes:
            if is_hidden(name.rpartition(b"/")[2]):  # an upload in progress
                continue
            self._tell(name, change)
            touched |= {name.rpartition(b"/")[0], name}
        if folders := [folder for folder in self._open if folder in touched]:
            self._spawn(self._list(folders))

    def _tell(self, name: bytes, change: str) -> None:
        self._recorder.emit(
            FileChanged(
                time=self._recorder.clock.wall(),
                file=visible(name),
                change=change,
            )
        )

    def _rescan(self) -> None:
        self._spawn(self._list(list(self._open)))

    async def _list(self, folders: Iterable[bytes], *, always: bool = False) -> None:
        """Look at folders, off the loop: a big one takes a while."""
        for folder in folders:
            listing = await asyncio.to_thread(list_folder, self._root, folder)
            if folder not in self._open:
                continue
            if always or listing != self._open[folder]:
                self._open[folder] = listing
                self._news[folder] = listing
