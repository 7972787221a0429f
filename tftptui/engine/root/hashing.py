"""Hashes files one by one in a thread, and compares with checksum files."""

import asyncio
import hashlib
import os
from collections import deque
from contextlib import ExitStack

import msgspec

from tftptui.files.versions import version_of
from tftptui.knowledge import checksums
from tftptui.server.root.path_resolution import RootError
from tftptui.server.root.root import Root
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.file_views import HashView

PIECE = 1 << 18
"""Bytes read at once."""

MOST_WAITING = 32


class Hashing:
    """A queue of files to hash. Call begin(), take_news(), and stop()."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[Root, bytes]] = deque()
        self._current: HashView | None = None
        self._cancelled: set[bytes] = set()
        self._news: dict[bytes, HashView] = {}
        self._task: asyncio.Task[None] | None = None
        self._stopped = False

    @property
    def busy(self) -> list[bytes]:
        """Names being hashed or queued."""
        current = [self._current.name] if self._current else []
        return [*current, *(name for _, name in self._waiting)]

    def begin(self, root: Root, name: bytes) -> bool:
        """Queue a file; return False if the queue is full. Repeating does nothing."""
        if name in self.busy:
            return True
        if len(self._waiting) >= MOST_WAITING:
            return False
        self._waiting.append((root, name))
        self._news[name] = HashView(name=name)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._work())
        return True

    def cancel(self, name: bytes) -> None:
        """Stop hashing a file."""
        if name in self.busy:
            self._cancelled.add(name)

    async def stop(self) -> None:
        """Stop hashing."""
        self._stopped = True
        if self._task is not None:
            await self._task

    def take_news(self) -> list[HashView]:
        """Return the hashes that progressed since the last call."""
        news, self._news = self._news, {}
        return list(news.values())

    async def _work(self) -> None:
        while self._waiting and not self._stopped:
            root, name = self._waiting.popleft()
            self._current = HashView(name=name)
            try:
                view = await asyncio.to_thread(self._hash, root, name)
            except RootError as error:
                view = HashView(name=name, error=error.text)
            except OSError as error:
                view = HashView(name=name, error=error.strerror or str(error))
            self._cancelled.discard(name)
            self._news[name] = view
            self._current = None

    def _hash(self, root: Root, name: bytes) -> HashView:
        """Hash one file; runs in the thread."""
        with root.walk() as walk, ExitStack() as last:
            file = walk.open(name)
            last.callback(os.close, file.descriptor)
            found = os.fstat(file.descriptor)
            view = HashView(
                name=name,
                size=found.st_size,
                modified=found.st_mtime,
                version=version_of(found),
            )
            sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
            done = 0
            while piece := os.pread(file.descriptor, PIECE, done):
                if self._stopped or name in self._cancelled:
                    return msgspec.structs.replace(view, done=done, error="given up")
                sha256.update(piece)
                md5.update(piece)
                done += len(piece)
                self._news[name] = msgspec.structs.replace(view, done=done)
            after = os.fstat(file.descriptor)
        if version_of(after) != view.version:
            changed = "it changed while it was read; hash it again"
            return msgspec.structs.replace(view, done=done, error=changed)
        whole = msgspec.structs.replace(
            view, done=done, sha256=sha256.hexdigest(), md5=md5.hexdigest()
        )
        return judged(root, whole)


def judged(root: Root, view: HashView) -> HashView:
    """Return VIEW with the verdict of the nearest checksum file."""
    for place in checksums.places(view.name):
        text = _read_text(root, place)
        expected = text and checksums.expected(text, of=view.name, place=place)
        if expected:
            is_same = getattr(view, expected.algorithm) == expected.digest
            return msgspec.structs.replace(
                view,
                verdict="matches" if is_same else "differs",
                place=visible(place),
            )
    return view


def _read_text(root: Root, name: bytes) -> str:
    try:
        with root.walk() as walk:
            file = walk.open(name)
            with os.fdopen(file.descriptor, "rb") as opened:
                data = opened.read(checksums.LONGEST)
    except (RootError, OSError):
        return ""
    return data.decode("utf-8", "surrogateescape")
