"""Sources of blocks: one version of one file."""

import errno
import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

import msgspec

from tftptui.files.mounts import is_far_device
from tftptui.protocol import netascii

_PIECE = 65_536
_MOST_VIEWS = 1_024
"""Buffers filled per call; the limit of Linux (IOV_MAX)."""

_NOT_WAITING = getattr(os, "RWF_NOWAIT", 0)
_WARMED = 1 << 20
"""Bytes read into the page cache at once."""

_TRUSTED = 1 << 18
"""Bytes read before the file is checked for changes again. It is always checked at the
end: no client receives all of a file that was changed meanwhile."""

_KEPT = 1 << 21
"""Converted bytes kept for retransmission: more than any window."""


class ReadFile(Protocol):
    """A regular file, open for reading; its owner closes it.

    Attributes:
        descriptor: of the file.
        status: as of the opening.
    """

    @property
    def descriptor(self) -> int: ...  # noqa: D102 - see above

    @property
    def status(self) -> os.stat_result: ...  # noqa: D102

    def is_named(self) -> bool:
        """Return whether its name still refers to it; it may be moved meanwhile."""

    def close(self) -> None:
        """Close the file."""


class OpenFile(msgspec.Struct, frozen=True):
    """A ReadFile that is not shared and not moved."""

    descriptor: int
    status: os.stat_result

    @property
    def size(self) -> int:
        """Size in bytes as of the opening."""
        return self.status.st_size

    def is_named(self) -> bool:
        """Return True."""
        return True

    def close(self) -> None:
        """Close the file."""
        os.close(self.descriptor)


class ColdError(BlockingIOError):
    """The data must be read from the disk first.

    Attributes:
        warm: reads it into the page cache; slow, call it in a thread. Raises OSError on
            failure.
    """

    def __init__(self, warm: Callable[[], None]) -> None:
        super().__init__(errno.EAGAIN, os.strerror(errno.EAGAIN))
        self.warm = warm


class SourceChangedError(Exception):
    """The file was changed while it was read; the text says how."""


class Source(Protocol):
    """Something to read blocks from.

    Attributes:
        size: total bytes, or None while unknown.
    """

    size: int | None

    def read_into(self, views: Sequence[memoryview], offset: int) -> int:
        """Fill VIEWS, in order, with the bytes from OFFSET on.

        Returns:
            Bytes read; fewer than requested only at the end.

        Raises:
            SourceChangedError: the file is no longer the one that was opened.
            OSError: reading failed.
        """

    def close(self) -> None:
        """Close the file."""


class FileSource:
    """A file as it is ("octet"). Never mapped: truncation would kill the process.

    Args:
        may_wait: whether read_into() may block on the disk; otherwise it raises
            ColdError.
    """

    def __init__(self, file: ReadFile, *, may_wait: bool = True) -> None:
        self._file, self._seen = file, file.status
        self._descriptor, self._nbytes = file.descriptor, file.status.st_size
        self._flags = 0 if may_wait else _NOT_WAITING
        self._warm_to = 0
        self.size: int | None = self._nbytes
        self._views: Sequence[memoryview] = ()
        self._room = 0
        self._trusted = 0

    def read_into(self, views: Sequence[memoryview], offset: int) -> int:
        """Fill VIEWS from OFFSET on; see Source.

        Raises:
            ColdError: it would block on the disk, and may not.
        """
        if views is not self._views:  # mostly the same object, and long
            self._views, self._room = views, sum(map(len, views))
        wanted, count = min(self._room, self._nbytes - offset), 0
        if wanted > 0:
            trouble = 0
            try:
                count = os.preadv(self._descriptor, views, offset, self._flags)
            except OSError as error:
                trouble = error.errno or 0
            if count < wanted:
                count = self._read_otherwise(offset, wanted, trouble)
        self._trusted -= count
        if self._trusted < 0 or count < self._room:
            self._seen = _unchanged(self._file, self._seen)
            self._trusted = _TRUSTED
            if count < wanted:
                raise SourceChangedError("the file was cut short while it was read")
        return max(0, wanted)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _read_otherwise(self, offset: int, wanted: int, trouble: int) -> int:
        """Read what the first call could not; return the bytes read.

        Without TROUBLE it was a short read: of cached data only, or of a file that was
        truncated, which shows once the data is cached.
        """
        may_wait = not self._flags or offset + wanted <= self._warm_to
        if trouble == errno.EOPNOTSUPP and not may_wait:
            may_wait = not is_far_device(os.fstat(self._descriptor).st_dev)
            self._flags = 0 if may_wait else self._flags
        if not may_wait:
            raise self._cold(offset)
        count, views = 0, self._views
        for start in range(0, len(views), _MOST_VIEWS):
            some = views[start : start + _MOST_VIEWS]
            count += os.preadv(self._descriptor, some, offset + count)
        return count

    def _cold(self, offset: int) -> ColdError:
        return ColdError(partial(self._warm, offset, max(self._room, _WARMED)))

    def _warm(self, offset: int, nbytes: int) -> None:
        """Read that part into the page cache, and start reading ahead."""
        file, advice = self._descriptor, os.POSIX_FADV_WILLNEED
        os.posix_fadvise(file, offset, 2 * nbytes, advice)
        os.pread(file, nbytes, offset)
        self._warm_to = offset + nbytes


class NetasciiSource:
    """A text file as netascii; its converted length is known only at the end."""

    def __init__(self, file: ReadFile) -> None:
        self._file, self._seen = file, file.status
        self.size: int | None = None
        self._read = 0
        self._converted = bytearray()
        self._base = 0

    def read_into(self, views: Sequence[memoryview], offset: int) -> int:
        """Fill VIEWS from OFFSET of the converted text on; see Source."""
        wanted = sum(map(len, views))
        while self.size is None and self._base + len(self._converted) < offset + wanted:
            self._convert()
        start = offset - self._base
        data = memoryview(bytes(self._converted[start : start + wanted]))
        for view in views:
            piece, data = data[: len(view)], data[len(view) :]
            view[: len(piece)] = piece
        self._forget(start)
        return min(wanted, max(0, self._base + len(self._converted) - offset))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _convert(self) -> None:
        text = os.pread(self._file.descriptor, _PIECE, self._read)
        self._read += len(text)
        self._seen = _unchanged(self._file, self._seen)
        self._converted += netascii.encode(text)
        if len(text) < _PIECE and self._read >= self._seen.st_size:
            self.size = self._base + len(self._converted)
        elif not text:
            raise SourceChangedError("the file was cut short while it was read")

    def _forget(self, start: int) -> None:
        """Drop text too old to be resent."""
        surplus = start - _KEPT
        if surplus > 0:
            del self._converted[:surplus]
            self._base += surplus


def _unchanged(file: ReadFile, seen: os.stat_result) -> os.stat_result:
    """Return the current status of a file if it was not written since SEEN.

    Raises:
        SourceChangedError: it was.
    """
    found = os.fstat(file.descriptor)
    if found.st_size < seen.st_size:
        raise SourceChangedError("the file was cut short while it was read")
    is_same = (found.st_size, found.st_mtime_ns) == (seen.st_size, seen.st_mtime_ns)
    if not is_same or (
        found.st_ctime_ns != seen.st_ctime_ns and _was_set_back(file, seen, found)
    ):
        raise SourceChangedError("the file was changed while it was read")
    return found


def _was_set_back(file: ReadFile, seen: os.stat_result, found: os.stat_result) -> bool:
    """Return whether a file was written and its mtime set back, as `cp -p` does.

    Nobody can set st_ctime, but a change of permissions, links or the name changes it,
    too, while the content stays the same.
    """
    return _marks(seen) == _marks(found) and file.is_named()


def _marks(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_mode, status.st_uid, status.st_gid, status.st_nlink
