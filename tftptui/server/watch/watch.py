"""Keeps the listings of open folders true while the disk changes.

The watcher is a hint, not the truth: it ends at a name that is not UTF-8, where a
subfolder may not be read, and when the system's watches are used up. So it is started
again with growing pauses, what changed meanwhile is found by comparing, and all open
folders are looked at now and then whatever it says. Where nothing reports changes a
patrol goes through the other folders as well.
"""

import asyncio
import contextlib
import errno
import os
import time
from collections.abc import Coroutine, Iterable
from pathlib import Path

from tftptui.files.mounts import file_system, is_far
from tftptui.server.recorder import Recorder
from tftptui.server.root.path_resolution import is_hidden
from tftptui.server.root.root import Root
from tftptui.server.watch.directory_listing import list_folder
from tftptui.server.watch.file_events import FileEvents, Hints, watched_of
from tftptui.server.watch.patrol import Patrol
from tftptui.server.watch.renames import Change, RecentRenames
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.events import FileChanged
from tftptui.telemetry.views import Listing

RESCAN = 30.0
"""Seconds between looks at all open folders."""

POLL = 2.0
IDLE_SHARE = 20
"""Seconds between such looks while nothing reports changes; a look that took a
second is followed by that many without one."""

SLOW, REST_SHARE = 0.05, 2
"""Seconds that make a folder a big one, and how many times as long as it took to list
one nothing is listed for news of changes."""

LONGEST_TURN = 0.5
"""Seconds of a patrol's turn; a round of a big root takes several."""

_PACES = (3, 5, 10, 20, 30, 60, 120, 300, 600, 1_800, 3_600)
"""Seconds that a round is said to take: the next larger one, so that it is calm."""

_MINUTE = 60

_CHECK = 1.0
"""Seconds between questions whether the watcher is still alive."""

_PAUSES = (1, 2, 5, 10, 30)
"""Seconds before it is started again, the longer the more often it ended: each start
walks through the root, and clients that upload may choose names that end it."""

_STEADY = 60.0
"""Seconds of watching after which the pauses begin at the first one again."""


class Watch:
    """Watches a root. Call start(); folders are listed once opened.

    Attributes:
        state: "watching"; "polling" while open folders are looked at every few
            seconds instead; "gone" while there is no root.
    """

    def __init__(self, root: Root, recorder: Recorder) -> None:
        self.state, self._cure = "watching", ""
        self._root = root
        self._recorder = recorder
        self._open: dict[bytes, Listing | None] = {}
        self._news: dict[bytes, Listing] = {}
        self._stop = asyncio.Event()
        self._due: dict[bytes, None] = {}
        self._is_listing = False
        self._hints: Hints = {}
        self._is_following = False
        self._patrol, self._renames = Patrol(root), RecentRenames()
        self._at_patrol = asyncio.Lock()
        self._round_begun, self._pace, self._patrolled = 0.0, 0, -1
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def cure(self) -> str:
        """Why it is not watching, what to do about it, and what it does instead."""
        if self.state != "polling" or not self._pace:
            return self._cure
        return f"{self._cure}\n{self._round()}"

    def _round(self) -> str:
        which = "all folders" if self._patrol.is_whole else "the top folders"
        seconds = self._pace
        pace = f"{seconds} s" if seconds < _MINUTE else f"{seconds // _MINUTE} min"
        return f"{which} are polled every {pace} instead"

    def start(self) -> None:
        """Begin to watch."""
        self._spawn(self._watch())
        self._spawn(self._look_again())

    async def stop(self) -> None:
        """Watch no more."""
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
            version = self._root.version
            for _ in range(_PAUSES[min(failures, len(_PAUSES) - 1)]):
                if version == self._root.version:  # else there is something new
                    await self._pause(1)
            failures += 1
            await self._list(list(self._open))

    async def _watch_once(self) -> bool:
        """Watch for as long as that works; return whether it did for a good while."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        version, events = self._root.version, None
        try:
            events = FileEvents(watched_of(self._root), loop, self._heard)
            async with self._at_patrol:  # reports wait until there is what to compare
                if self._forget_other_root():
                    await self._compare_all()
                await asyncio.to_thread(events.start)
                self._say(watching=True)
                await self._compare_all()
            await self._list(list(self._open))
            await self._follow(events, version)
            if self._stop.is_set():
                return True
        except OSError as error:  # no watches left, or the folder is gone
            await asyncio.to_thread(self._root.follow)
            self._say(error)
            return False
        finally:
            if events is not None:
                events.stop()
        is_other = version != self._root.version
        self._say(watching=is_other)  # else it ended at a name that is not UTF-8
        return is_other or loop.time() - begun >= _STEADY

    async def _follow(self, events: FileEvents, version: int) -> None:
        """Wait for the end of a watch, for another root, or for stop().

        Raises:
            OSError: the watch ended with it, or no watch is left for a new folder.
        """
        while events.is_alive and version == self._root.version:
            if self._stop.is_set():
                return
            await self._pause(_CHECK)
            await asyncio.to_thread(self._root.follow)
            await asyncio.to_thread(events.require_room)
            if self._root.is_there == (self.state == "gone"):
                self._say(watching=True)
        if events.error is not None:
            raise events.error

    def _say(self, error: OSError | None = None, *, watching: bool = False) -> None:
        """Tell the state, and what would change it."""
        root = self._root
        if not root.is_there:
            self.state, self._cure = "gone", f"{root.path} no longer exists"
        elif not watching:
            self.state, self._cure = "polling", _cure(error)
        elif kind := self._far():
            self.state = "polling"
            self._cure = f"changes by other machines are not reported on {kind}"
        else:
            self.state, self._cure = "watching", ""

    def _far(self) -> str:
        """Return the type of a file system that others may change, if we serve one."""
        folders = [os.fsdecode(one.folder) for one in watched_of(self._root)]
        kinds = (file_system(Path(folder)) for folder in folders)
        return next((kind for kind in kinds if is_far(kind)), "")

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)

    async def _look_again(self) -> None:
        """Look at all open folders now and then, more often while nothing watches."""
        took, loop = 0.0, asyncio.get_running_loop()
        while not self._stop.is_set():
            usual = RESCAN if self.state == "watching" else POLL
            since = loop.time()
            while loop.time() - since < max(usual, IDLE_SHARE * took):
                if self._stop.is_set():
                    return
                await self._pause(_CHECK)
                usual = RESCAN if self.state == "watching" else POLL
            begun = loop.time()
            await asyncio.to_thread(self._root.follow)
            await self._look_everywhere()
            await self._list(list(self._open))
            took = loop.time() - begun

    async def _compare_all(self) -> None:
        """Find what has changed since the last round, if there was one."""
        await self._turn()
        while not self._patrol.is_round_over and not self._stop.is_set():
            await self._turn()

    async def _look_everywhere(self) -> None:
        """Find changes that nothing reports, while nothing does."""
        if self.state != "polling":
            self._pace, self._round_begun = 0, 0.0
            return
        async with self._at_patrol:
            self._forget_other_root()
            if self._patrol.is_round_over:
                self._begin_round(asyncio.get_running_loop().time())
            await self._turn()

    def _forget_other_root(self) -> bool:
        """Forget what another root held; return whether nothing is known now."""
        if self._root.version == self._patrolled:
            return False
        self._patrol.forget()
        self._patrolled, self._pace = self._root.version, 0
        self._round_begun = 0.0
        return True

    async def _turn(self) -> None:
        end = time.monotonic() + LONGEST_TURN
        for change in await asyncio.to_thread(
            self._patrol.turn, lambda: self._may(end)
        ):
            self._tell(change)

    def _begin_round(self, now: float) -> None:
        if self._round_begun:
            took = now - self._round_begun
            self._pace = next((one for one in _PACES if one >= took), _PACES[-1])
        self._round_begun = now

    def _may(self, end: float) -> bool:
        return not self._stop.is_set() and time.monotonic() < end

    def _heard(self, hints: Hints) -> None:
        """Take in which names were reported as changed; see FileEvents."""
        ours = (name for name in hints if is_hidden(name.rpartition(b"/")[2]))
        for name in [*ours]:  # uploads in progress
            del hints[name]
        self._hints |= hints
        if not self._is_following and self._hints:
            self._is_following = True
            self._spawn(self._follow_hints())

    async def _follow_hints(self) -> None:
        try:
            while self._hints and not self._stop.is_set():
                hints, self._hints = self._hints, {}
                async with self._at_patrol:
                    changes = await asyncio.to_thread(self._patrol.look_at, hints)
                self._changed(hints, changes)
        finally:
            self._is_following = False

    def _changed(self, names: Iterable[bytes], changes: Iterable[Change]) -> None:
        touched = set(names)
        for change in changes:
            self._tell(change)
            touched |= {change.name, change.was} - {b""}
            if change.was:
                self._renames.note(change)
        touched |= {name.rpartition(b"/")[0] for name in touched}
        if folders := [folder for folder in self._open if folder in touched]:
            self._list_soon(folders)

    def _list_soon(self, folders: Iterable[bytes]) -> None:
        """Look at folders that changed; those that change again meanwhile but once."""
        self._due.update(dict.fromkeys(folders))
        if not self._is_listing:
            self._is_listing = True
            self._spawn(self._list_due())

    async def _list_due(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._due and not self._stop.is_set():
                folder, begun = next(iter(self._due)), loop.time()
                del self._due[folder]
                await self._list([folder])
                took = loop.time() - begun
                if took > SLOW:  # a storm in a big folder must not take all the time
                    await self._pause(REST_SHARE * took)
        finally:
            self._is_listing = False

    def _tell(self, change: Change) -> None:
        self._recorder.emit(
            FileChanged(
                time=self._recorder.clock.wall(),
                file=visible(change.name),
                change=change.word,
                was=visible(change.was) if change.was else None,
            )
        )

    async def _list(self, folders: Iterable[bytes], *, always: bool = False) -> None:
        """Look at folders, off the loop: a big one takes a while."""
        for folder in folders:
            listing = await asyncio.to_thread(list_folder, self._root, folder)
            listing = self._renames.marked(listing)
            if folder not in self._open:
                continue
            if always or listing != self._open[folder]:
                self._open[folder] = listing
                self._news[folder] = listing


_LIMIT = "sudo sysctl -w fs.inotify.max_user_"
_CURES = {
    errno.ENOSPC: f"no inotify watches left: {_LIMIT}watches=524288",
    errno.EMFILE: f"no inotify instances left: {_LIMIT}instances=512",
    errno.EACCES: "permission denied for a folder",
}


def _cure(error: OSError | None) -> str:
    if error is None:
        return "the watcher stopped and was restarted"
    return _CURES.get(error.errno or 0, error.strerror or str(error))
