"""A second descriptor for a file being sent or received, to read its content."""

import os

import msgspec

from tftptui.files.versions import version_of
from tftptui.telemetry.versions import Version


class Content(msgspec.Struct, frozen=True):
    """The unconverted bytes of a transfer on disk.

    Attributes:
        descriptor: of the file; only a copy() owns its descriptor.
        version: the version whose bytes were sent; None for a file being written.
    """

    descriptor: int
    version: Version | None = None

    def copy(self) -> "Content":
        """Return a copy with its own descriptor; close() it.

        Raises:
            OSError: too many files are open.
        """
        return Content(os.dup(self.descriptor), self.version)

    def read(self, offset: int, nbytes: int) -> bytes:
        """Return bytes from OFFSET on, or none once the file was changed."""
        try:
            found, wanted = version_of(os.fstat(self.descriptor)), self.version
            is_same = wanted is None or wanted.may_be(found)
            return os.pread(self.descriptor, nbytes, offset) if is_same else b""
        except OSError:
            return b""

    def close(self) -> None:
        """Close the descriptor."""
        os.close(self.descriptor)
