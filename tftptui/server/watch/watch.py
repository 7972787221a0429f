"""Keeps the listings of open directories current.

The watcher is not reliable: it stops at a name that is not UTF-8, at an unreadable
subdirectory, and when no inotify watch is left. So it is restarted after growing
pauses, missed changes are found by comparing, and all open directories are listed now
and then anyway. While no watcher runs, a patrol visits the other directories, too.
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
"""Seconds between listings of all open directories."""

POLL = 2.0
IDLE_SHARE = 20
"""Without a watcher: POLL seconds. In both cases at least this many times the duration
of the last listing."""

SLOW, REST_SHARE = 0.05, 2
"""A directory that takes longer than this to list (seconds) is then not listed for
REST_SHARE times as long."""

LONGEST_TURN = 0.5
"""Maximum seconds of one patrol turn; a round of a big root takes several."""

_PACES = (3, 5, 10, 20, 30, 60, 120, 300, 600, 1_800, 3_600)
"""Displayed round durations in seconds, rounded up to the next one."""

_MINUTE = 60

_CHECK = 1.0
"""Seconds between checks that the watcher is alive."""

_PAUSES = (1, 2, 5, 10, 30)
"""Seconds before each restart of the watcher: every start scans the root, and uploading
clients can choose names that stop it."""

_STEADY = 60.0
"""Seconds of watching after which the pauses start over."""


class Watch:
    """Watches a root. Call start(); open() lists a directory.

    Attributes:
        state: "watching"; "polling" while open directories are listed every few seconds
            instead; "gone" while the root does not exist.
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
        """Start watching."""
        self._spawn(self._watch())
        self._spawn(self._look_again())

    async def stop(self) -> None:
        """Stop watching."""
        self._stop.set()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def open(self, folder: bytes) -> None:
        """List a directory soon, and again whenever it changes."""
        self._open.setdefault(folder, None)
        self._spawn(self._list([folder], always=True))

    def close(self, folder: bytes) -> None:
        """Stop listing a directory."""
        self._open.pop(folder, None)
        self._news.pop(folder, None)

    def take_news(self) -> list[Listing]:
        """Return the listings that changed since the last call."""
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
                if version == self._root.version:  # if it changed: restart at once
                    await self._pause(1)
            failures += 1
            await self._list(list(self._open))

    async def _watch_once(self) -> bool:
        """Watch until the watcher stops; return whether it ran for long."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        version, events = self._root.version, None
        try:
            events = FileEvents(watched_of(self._root), loop, self._heard)
            async with self._at_patrol:  # until then, reports wait
                if self._forget_other_root():
                    await self._compare_all()
                await asyncio.to_thread(events.start)
                self._say(watching=True)
                await self._compare_all()
            await self._list(list(self._open))
            await self._follow(events, version)
            if self._stop.is_set():
                return True
        except OSError as error:  # no inotify watch left, or the root is gone
            await asyncio.to_thread(self._root.follow)
            self._say(error)
            return False
        finally:
            if events is not None:
                events.stop()
        is_other = version != self._root.version
        self._say(watching=is_other)  # otherwise it stopped at a name that is not UTF-8
        return is_other or loop.time() - begun >= _STEADY

    async def _follow(self, events: FileEvents, version: int) -> None:
        """Wait until the watcher ends, the root changes, or stop() is called.

        Raises:
            OSError: the watcher failed, or no watch is left for a new directory.
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
        """Set the state, and the advice to the operator."""
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
        """Return the type of the network file system that we serve, if any."""
        folders = [os.fsdecode(one.folder) for one in watched_of(self._root)]
        kinds = (file_system(Path(folder)) for folder in folders)
        return next((kind for kind in kinds if is_far(kind)), "")

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)

    async def _look_again(self) -> None:
        """List all open directories now and then, more often without a watcher."""
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
        """Run patrol turns until the round is over."""
        await self._turn()
        while not self._patrol.is_round_over and not self._stop.is_set():
            await self._turn()

    async def _look_everywhere(self) -> None:
        """Find changes by patrol while there is no watcher."""
        if self.state != "polling":
            self._pace, self._round_begun = 0, 0.0
            return
        async with self._at_patrol:
            self._forget_other_root()
            if self._patrol.is_round_over:
                self._begin_round(asyncio.get_running_loop().time())
            await self._turn()

    def _forget_other_root(self) -> bool:
        """Forget the previous root; return whether nothing is known now."""
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
        """Queue names reported as changed; see FileEvents."""
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
        """List changed directories soon, each only once."""
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
                if took > SLOW:  # frequent changes must not use all the time
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
        """List directories in a thread, as a big one takes a while."""
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
