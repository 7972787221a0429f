"""Files that are not in the page cache, whatever the system keeps in memory."""

import errno
import os
from collections.abc import Sequence

import pytest


class SlowDisk:
    """A file's disk that has in memory only what was read with blocking reads.

    The system's own page cache is no use here: asking for a byte starts a read, and on
    a fast disk the bytes may be there before the answer is no.
    """

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        if not hasattr(os, "RWF_NOWAIT"):
            pytest.skip("this system can't read without waiting")
        self._pread, self._preadv = os.pread, os.preadv
        self._warm: list[range] = []
        patch.setattr(os, "pread", self.pread)
        patch.setattr(os, "preadv", self.preadv)

    def pread(self, descriptor: int, nbytes: int, offset: int) -> bytes:
        """Read, blocking as long as necessary."""
        self._warm.append(range(offset, offset + nbytes))
        return self._pread(descriptor, nbytes, offset)

    def preadv(
        self, descriptor: int, views: Sequence[memoryview], offset: int, flags: int = 0
    ) -> int:
        """Read what is in memory, or raise BlockingIOError instead of blocking."""
        nbytes = sum(map(len, views))
        if not flags & os.RWF_NOWAIT:
            self._warm.append(range(offset, offset + nbytes))
        elif room := self._left(offset, nbytes):
            if offset == room.start:
                raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
            views = _beginning(views, room.start - offset)
        return self._preadv(descriptor, views, offset)

    def _left(self, offset: int, nbytes: int) -> range:
        """Return the part that is only on disk, from its first byte on."""
        end = offset + nbytes
        while warm := next((one for one in self._warm if offset in one), None):
            offset = warm.stop
        return range(offset, end)


def _beginning(views: Sequence[memoryview], nbytes: int) -> list[memoryview]:
    """Return views of the first NBYTES bytes."""
    some = []
    for view in views:
        some.append(view[: max(0, nbytes)])
        nbytes -= len(view)
    return some
