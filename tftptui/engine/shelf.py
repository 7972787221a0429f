"""What watchers ask of single files: pieces, kinds, hashes, other names for them.

Whoever watches may sit at another machine; so all reading is done here, in threads,
by the same walk that serves the files.
"""

import asyncio
import os

from tftptui.engine.client import CommandRefusedError
from tftptui.engine.hashing import Hashing
from tftptui.engine.messages import (
    Answer,
    CancelHash,
    ExamineFiles,
    HashFile,
    LookAtFile,
    ShelfCommand,
)
from tftptui.knowledge.magic import READ, FileKind, recognise
from tftptui.server.root import Root
from tftptui.server.walk import RootError
from tftptui.telemetry.file_views import FileKinds, FilePiece, HashView, KindView

LONGEST_PIECE = 1 << 16
MOST_EXAMINED = 256


class Shelf:
    """Answers questions about the files of a root, between the start and stop()."""

    def __init__(self, root: Root) -> None:
        self.root = root
        self._hashing = Hashing()

    async def stop(self) -> None:
        """Read no more."""
        await self._hashing.stop()

    def take_news(self) -> list[HashView]:
        """Return how far hashes are that went on since this was last asked."""
        return self._hashing.take_news()

    async def answer(self, command: ShelfCommand) -> Answer | None:
        """Answer a question.

        Raises:
            CommandRefusedError: the file can't be read.
        """
        match command:
            case LookAtFile(name, offset, length):
                return await self._look(name, offset, min(length, LONGEST_PIECE))
            case ExamineFiles(names):
                return await asyncio.to_thread(_examine, self.root, names)
            case HashFile(name):
                if not self._hashing.begin(self.root, name):
                    raise CommandRefusedError("too many files wait to be hashed")
            case CancelHash(name):
                self._hashing.cancel(name)
        return None

    async def _look(self, name: bytes, offset: int, length: int) -> FilePiece:
        if offset < 0:
            raise CommandRefusedError("no file begins before its first octet")
        try:
            return await asyncio.to_thread(_piece, self.root, name, offset, length)
        except RootError as error:
            raise CommandRefusedError(error.text) from error
        except OSError as error:
            raise CommandRefusedError(error.strerror or str(error)) from error


def _piece(root: Root, name: bytes, offset: int, length: int) -> FilePiece:
    with root.walk() as walk:
        file = walk.open(name)
    try:
        found = os.fstat(file.descriptor)
        head = os.pread(file.descriptor, READ, 0)
        octets = os.pread(file.descriptor, length, offset) if length else b""
    finally:
        os.close(file.descriptor)
    return FilePiece(
        name=name,
        size=found.st_size,
        modified=found.st_mtime,
        offset=offset,
        octets=octets,
        kind=_told(recognise(head, found.st_size, name)),
    )


def _examine(root: Root, names: list[bytes]) -> FileKinds:
    return FileKinds(kinds=[_kind(root, name) for name in names[:MOST_EXAMINED]])


def _kind(root: Root, name: bytes) -> KindView | None:
    try:
        return _piece(root, name, 0, 0).kind
    except (RootError, OSError):
        return None


def _told(kind: FileKind) -> KindView:
    return KindView(key=kind.key, words=kind.words, troubles=list(kind.troubles))
