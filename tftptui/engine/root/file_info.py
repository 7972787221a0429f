"""Queries about single files: content, type, hash, search by name.

Watchers may run on another machine, so files are read here, in threads, through the
same path resolution as for serving.
"""

import asyncio
import os
from collections.abc import Callable
from typing import TypeVar

from tftptui.engine.client import CommandRefusedError
from tftptui.engine.messages import (
    Answer,
    CancelHash,
    ExamineFiles,
    FindFiles,
    HashFile,
    LookAtFile,
    ShelfCommand,
)
from tftptui.engine.root.hashing import Hashing
from tftptui.files.versions import version_of
from tftptui.knowledge.magic import READ, FileKind, recognize
from tftptui.server.root.all_names import names_below
from tftptui.server.root.path_resolution import RootError
from tftptui.server.root.root import Root
from tftptui.server.watch.directory_listing import counted
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.file_views import (
    FileKinds,
    FilePiece,
    FoundFiles,
    HashView,
    KindView,
)
from tftptui.telemetry.views import Entry

T = TypeVar("T")

LONGEST_PIECE = 1 << 16
MOST_EXAMINED = 256
MOST_FOUND = 200


class Shelf:
    """Answers queries about the files of a root, until stop()."""

    def __init__(self, root: Root) -> None:
        self.root = root
        self._hashing = Hashing()
        self._reading: set[asyncio.Task[object]] = set()
        self._stopped = False

    async def stop(self) -> None:
        """Stop reading; return when no thread uses the root any more."""
        self._stopped = True
        await self._hashing.stop()
        await asyncio.gather(*self._reading, return_exceptions=True)

    def take_news(self) -> list[HashView]:
        """Return the hashes that progressed since the last call."""
        return self._hashing.take_news()

    async def answer(self, command: ShelfCommand) -> Answer | None:
        """Answer a query.

        Raises:
            CommandRefusedError: the file can't be read.
        """
        match command:
            case LookAtFile(name, offset, length):
                return await self._look(name, offset, min(length, LONGEST_PIECE))
            case ExamineFiles(names):
                return await self._in_thread(lambda: _examine(self.root, names))
            case FindFiles(words):
                return await self._in_thread(
                    lambda: _find(self.root, words, lambda: not self._stopped)
                )
            case HashFile(name):
                if not self._hashing.begin(self.root, name):
                    raise CommandRefusedError("too many files wait to be hashed")
            case CancelHash(name):
                self._hashing.cancel(name)
        return None

    async def _look(self, name: bytes, offset: int, length: int) -> FilePiece:
        if offset < 0:
            raise CommandRefusedError("the offset is below 0")
        try:
            return await self._in_thread(
                lambda: _piece(self.root, name, offset, length)
            )
        except RootError as error:
            raise CommandRefusedError(error.text) from error
        except OSError as error:
            raise CommandRefusedError(error.strerror or str(error)) from error

    async def _in_thread(self, read: Callable[[], T]) -> T:
        """Run in a thread; stop() waits for it even if the caller was canceled."""
        task = asyncio.create_task(asyncio.to_thread(read))
        self._reading.add(task)
        task.add_done_callback(self._reading.discard)
        return await asyncio.shield(task)


def _piece(root: Root, name: bytes, offset: int, length: int) -> FilePiece:
    with root.walk() as walk:
        file = walk.open(name)
    try:
        found = os.fstat(file.descriptor)
        head = os.pread(file.descriptor, READ, 0)
        data = os.pread(file.descriptor, length, offset) if length else b""
    finally:
        os.close(file.descriptor)
    return FilePiece(
        name=name,
        size=found.st_size,
        modified=found.st_mtime,
        offset=offset,
        data=data,
        kind=_kind_view(recognize(head, found.st_size, name)),
        version=version_of(found),
    )


def _examine(root: Root, names: list[bytes]) -> FileKinds:
    return FileKinds(kinds=[_kind(root, name) for name in names[:MOST_EXAMINED]])


def _find(root: Root, words: list[str], go_on: Callable[[], bool]) -> FoundFiles:
    """Search all names below the root, breadth first."""
    wanted = [word.casefold() for word in words]
    files: list[Entry] = []
    more = 0
    for name in names_below(root, go_on=go_on):
        text = visible(name)
        folded = text.casefold()
        if not all(word in folded for word in wanted):
            continue
        if len(files) >= MOST_FOUND:
            more += 1
            continue
        try:
            status, _ = root.look(name)
        except RootError:
            continue
        files.append(
            Entry(
                name=name,
                text=text,
                kind="file",
                size=status.st_size,
                modified=status.st_mtime,
                version=version_of(status),
            )
        )
    files.sort(key=lambda file: (file.name.count(b"/"), counted(file.name)))
    return FoundFiles(files=files, more=more)


def _kind(root: Root, name: bytes) -> KindView | None:
    try:
        return _piece(root, name, 0, 0).kind
    except (RootError, OSError):
        return None


def _kind_view(kind: FileKind) -> KindView:
    return KindView(
        key=kind.key,
        words=kind.words,
        troubles=list(kind.troubles),
        machine=kind.machine,
    )
