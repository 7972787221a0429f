"""Where a file that was fetched goes: whole under its name, or not at all."""

import contextlib
import os
import stat
import sys
from pathlib import Path
from typing import Protocol

from tftptui.files.hidden_file import create_hidden, take_place
from tftptui.protocol.netascii import Decoder

STANDARD_STREAM = "-"
"""The name that means standard output, or input."""

_MODE = 0o666


class Target(Protocol):
    """A place to write to. All of these raise OSError when it can't be written."""

    @property
    def octets(self) -> int:
        """Bytes written so far."""

    def write(self, octets: memoryview) -> None:
        """Append bytes."""

    def commit(self) -> None:
        """Make it safe and visible; nothing is written any more."""

    def discard(self) -> None:
        """Leave nothing behind; does nothing after commit()."""


class FileTarget:
    """A hidden file beside PATH that takes its place in the end.

    What was there before stays until then, and lends its permissions. A link is
    followed. A name is cut where the hidden one would grow too long.
    """

    def __init__(self, path: Path) -> None:
        self.octets = 0
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

    def write(self, octets: memoryview) -> None:
        """Append bytes."""
        self.octets += self._file.write(octets)

    def commit(self) -> None:
        """Wait until the disk has it, then give it its name."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        take_place(self._folder, self._hidden, self._name)
        os.fsync(self._folder)
        self._close()

    def discard(self) -> None:
        """Remove the hidden file; what was there before stays as it was."""
        with contextlib.suppress(OSError):  # what was buffered may have no room
            self._file.close()
        if self._folder >= 0:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self._hidden, dir_fd=self._folder)
            self._close()

    def _close(self) -> None:
        os.close(self._folder)
        self._folder = -1


class StreamTarget:
    """A stream that gets what is written at once: standard output, or a device.

    Args:
        descriptor: where to write.
        is_ours: whether it is to be closed in the end.
    """

    def __init__(self, descriptor: int, *, is_ours: bool) -> None:
        self.octets = 0
        self._descriptor, self._is_ours = descriptor, is_ours

    def write(self, octets: memoryview) -> None:
        """Append bytes."""
        while octets:
            written = os.write(self._descriptor, octets)
            self.octets += written
            octets = octets[written:]

    def commit(self) -> None:
        """Do nothing: what is out is out."""

    def discard(self) -> None:
        """Do no more than close it."""
        if self._is_ours:
            os.close(self._descriptor)


class NetasciiTarget:
    """Turns netascii into text of this system on its way to another target."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._decoder = Decoder()

    @property
    def octets(self) -> int:
        """Bytes of text written so far."""
        return self._target.octets

    def write(self, octets: memoryview) -> None:
        """Append netascii."""
        self._target.write(memoryview(self._decoder.decode(bytes(octets))))

    def commit(self) -> None:
        """Write what had to wait, then as the other target."""
        self._target.write(memoryview(self._decoder.finish()))
        self._target.commit()

    def discard(self) -> None:
        """As the other target."""
        self._target.discard()


def open_target(local: str) -> Target:
    """Open the place that LOCAL names.

    Raises:
        OSError: it can't be written.
    """
    if local == STANDARD_STREAM:
        return StreamTarget(sys.stdout.fileno(), is_ours=False)
    path = Path(local)
    if path.exists() and not path.is_file():  # a device, a pipe: no rename over it
        return StreamTarget(os.open(path, os.O_WRONLY | os.O_CLOEXEC), is_ours=True)
    return FileTarget(path)
