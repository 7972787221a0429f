"""Another hold on a file that is sent or received, for whoever needs its octets."""

import os

import msgspec

Version = tuple[int, int]
"""Size in octets and time of the last change in nanoseconds."""


class Content(msgspec.Struct, frozen=True):
    """The octets of a transfer as they are on the disk, none of them converted.

    Attributes:
        descriptor: of the file; only a copy() has one of its own.
        version: what the file must still be to have the octets that were sent;
            None for one that is still written.
        status: of the file when it was opened, if it is read.
    """

    descriptor: int
    version: Version | None = None
    status: os.stat_result | None = None

    def copy(self) -> "Content":
        """Return a hold that outlives this one; close() it.

        Raises:
            OSError: too many files are open.
        """
        return Content(os.dup(self.descriptor), self.version)

    def read(self, offset: int, octets: int) -> bytes:
        """Return octets from OFFSET on, or none once the file was changed."""
        try:
            found = os.fstat(self.descriptor)
            is_same = self.version in (None, (found.st_size, found.st_mtime_ns))
            return os.pread(self.descriptor, octets, offset) if is_same else b""
        except OSError:
            return b""

    def close(self) -> None:
        """Let go of the file."""
        os.close(self.descriptor)
