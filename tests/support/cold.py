"""Files that lie on the disk alone, whatever the system keeps in memory."""

import errno
import os
from collections.abc import Sequence

import pytest


class SlowDisk:
    """A file's disk that has in memory only what somebody has waited for.

    This system's own tells less: to ask makes it read, and where the disk is fast the
    bytes may be there before the answer is no.
    """

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        if not hasattr(os, "RWF_NOWAIT"):
            pytest.skip("this system can't read without waiting")
        self._pread, self._preadv = os.pread, os.preadv
        self._warm: list[range] = []
        patch.setattr(os, "pread", self.pread)
        patch.setattr(os, "preadv", self.preadv)

    def pread(self, descriptor: int, octets: int, offset: int) -> bytes:
        """Read, however long it takes."""
        self._warm.append(range(offset, offset + octets))
        return self._pread(descriptor, octets, offset)

    def preadv(
        self, descriptor: int, views: Sequence[memoryview], offset: int, flags: int = 0
    ) -> int:
        """Read what is in memory, or raise BlockingIOError, where nobody may wait."""
        octets = sum(map(len, views))
        if not flags & os.RWF_NOWAIT:
            self._warm.append(range(offset, offset + octets))
        elif room := self._left(offset, octets):
            if offset == room.start:
                raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
            views = _beginning(views, room.start - offset)
        return self._preadv(descriptor, views, offset)

    def _left(self, offset: int, octets: int) -> range:
        """Return what of that lies on the disk alone, from its first byte on."""
        end = offset + octets
        while warm := next((one for one in self._warm if offset in one), None):
            offset = warm.stop
        return range(offset, end)


def _beginning(views: Sequence[memoryview], octets: int) -> list[memoryview]:
    """Return the views of the first OCTETS."""
    some = []
    for view in views:
        some.append(view[: max(0, octets)])
        octets -= len(view)
    return some
