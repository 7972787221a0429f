"""Destination of a download: complete under its name, or nothing."""

import contextlib
import os
import stat
import sys
from pathlib import Path
from typing import Protocol

from tftptui.files.hidden_file import create_hidden, take_place
from tftptui.protocol.netascii import Decoder

STANDARD_STREAM = "-"
"""The name for standard output, or input."""

_MODE = 0o666


class Target(Protocol):
    """A destination. All methods raise OSError if writing fails."""

    @property
    def nbytes(self) -> int:
        """Bytes written so far."""

    def write(self, data: memoryview) -> None:
        """Append bytes."""

    def commit(self) -> None:
        """Make the file durable and visible; write nothing afterwards."""

    def discard(self) -> None:
        """Leave nothing behind; does nothing after commit()."""


class FileTarget:
    """A hidden file next to PATH that replaces it at the end.

    An existing file stays until then; its permissions are kept. Links are followed. The
    hidden name is truncated if it gets too long.
    """

    def __init__(self, path: Path) -> None:
        self.nbytes = 0
        path = path.resolve()
        self._name = os.fsencode(path.name)
        self._folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            self._hidden, descriptor = create_hidden(self._folder, self._name, _MODE)
        except BaseException:
            os.close(self._folder)
            raise
        with contextlib.suppress(FileNotFoundError):
            os.fchmod(descriptor, stat.S_IMODE(path.stat().st_mode))
        self._file = os.fdopen(descriptor, "wb")

    def write(self, data: memoryview) -> None:
        """Append bytes."""
        self.nbytes += self._file.write(data)

    def commit(self) -> None:
        """Sync the file to disk, then rename it."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        take_place(self._folder, self._hidden, self._name)
        os.fsync(self._folder)
        self._close()

    def discard(self) -> None:
        """Remove the hidden file; an existing file stays unchanged."""
        with contextlib.suppress(OSError):  # flushing the buffer may fail
            self._file.close()
        if self._folder >= 0:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self._hidden, dir_fd=self._folder)
            self._close()

    def _close(self) -> None:
        os.close(self._folder)
        self._folder = -1


class StreamTarget:
    """A stream that is written to at once: standard output, or a device.

    Args:
        descriptor: where to write.
        is_ours: whether to close it at the end.
    """

    def __init__(self, descriptor: int, *, is_ours: bool) -> None:
        self.nbytes = 0
        self._descriptor, self._is_ours = descriptor, is_ours

    def write(self, data: memoryview) -> None:
        """Append bytes."""
        while data:
            written = os.write(self._descriptor, data)
            self.nbytes += written
            data = data[written:]

    def commit(self) -> None:
        """Do nothing: everything is written already."""

    def discard(self) -> None:
        """Close it if it is ours."""
        if self._is_ours:
            os.close(self._descriptor)


class NetasciiTarget:
    """Converts netascii to the text format of this system, for another target."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._decoder = Decoder()

    @property
    def nbytes(self) -> int:
        """Bytes of text written so far."""
        return self._target.nbytes

    def write(self, data: memoryview) -> None:
        """Append netascii."""
        self._target.write(memoryview(self._decoder.decode(bytes(data))))

    def commit(self) -> None:
        """Write what the decoder has held back, then commit the other target."""
        self._target.write(memoryview(self._decoder.finish()))
        self._target.commit()

    def discard(self) -> None:
        """Discard the other target."""
        self._target.discard()


def open_target(local: str) -> Target:
    """Open the destination LOCAL.

    Raises:
        OSError: it can't be written.
    """
    if local == STANDARD_STREAM:
        return StreamTarget(sys.stdout.fileno(), is_ours=False)
    path = Path(local)
    if path.exists() and not path.is_file():  # never replace a device or pipe
        return StreamTarget(os.open(path, os.O_WRONLY | os.O_CLOEXEC), is_ours=True)
    return FileTarget(path)
