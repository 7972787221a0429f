"""A second descriptor of a file that is sent or received, for readers of its bytes."""

import os

import msgspec

from tftptui.files.versions import version_of
from tftptui.telemetry.versions import Version


class Content(msgspec.Struct, frozen=True):
    """The bytes of a transfer as they are on the disk, none of them converted.

    Attributes:
        descriptor: of the file; only a copy() has one of its own.
        version: what the file must still be to have the bytes that were sent;
            None for one that is still written.
    """

    descriptor: int
    version: Version | None = None

    def copy(self) -> "Content":
        """Return a hold that outlives this one; close() it.

        Raises:
            OSError: too many files are open.
        """
        return Content(os.dup(self.descriptor), self.version)

    def read(self, offset: int, octets: int) -> bytes:
        """Return bytes from OFFSET on, or none once the file was changed."""
        try:
            found, wanted = version_of(os.fstat(self.descriptor)), self.version
            is_same = wanted is None or wanted.may_be(found)
            return os.pread(self.descriptor, octets, offset) if is_same else b""
        except OSError:
            return b""

    def close(self) -> None:
        """Let go of the file."""
        os.close(self.descriptor)
