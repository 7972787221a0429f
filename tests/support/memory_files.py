"""Files in memory, for the ends of a transfer."""

import errno
from collections.abc import Sequence

from tftptui.files.source import SourceChangedError


class MemoryTarget:
    """A file to write to.

    Attributes:
        content: what was written.
        is_committed: whether it was committed.
    """

    def __init__(self) -> None:
        self.content = b""
        self.is_committed = False

    @property
    def nbytes(self) -> int:
        return len(self.content)

    def write(self, data: memoryview) -> None:
        self.content += data

    def commit(self) -> None:
        assert not self.is_committed, "committed twice"
        self.is_committed = True

    def discard(self) -> None:
        """Do nothing: nothing is kept anyway."""


class FullTarget(MemoryTarget):
    """A disk with ROOM bytes left, and none for the commit."""

    def __init__(self, room: int = 0) -> None:
        super().__init__()
        self._room = room

    def write(self, data: memoryview) -> None:
        if len(self.content) + len(data) > self._room:
            raise OSError(errno.ENOSPC, "no space left on device")
        super().write(data)

    def commit(self) -> None:
        raise OSError(errno.ENOSPC, "no space left on device")


class MemorySource:
    """A file to read blocks from; at BREAKS_AT it turns out to be truncated."""

    def __init__(
        self,
        content: bytes,
        *,
        is_size_known: bool = True,
        breaks_at: int | None = None,
    ) -> None:
        self.size = len(content) if is_size_known else None
        self._content, self._breaks_at = content, breaks_at

    def read_into(self, views: Sequence[memoryview], offset: int) -> int:
        start = offset
        for view in views:
            piece = self._content[offset : offset + len(view)]
            view[: len(piece)] = piece
            offset += len(piece)
        if self._breaks_at is not None and offset > self._breaks_at:
            raise SourceChangedError("the file was cut short while it was read")
        return offset - start

    def close(self) -> None:
        """Do nothing: nothing is open."""
