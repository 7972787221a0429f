"""The files of a running capture: the current one and rotated ones."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from tftptui.telemetry.capture.pcapng import BYTE_ORDER, SECTION

_MODE = 0o640
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NONBLOCK
_WORD = 4
_SMALLEST_BLOCK = 12


class CaptureError(Exception):
    """A capture can't be written; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class CapturePlace:
    """Destination of a capture.

    Attributes:
        path: of the current file.
        size: bytes after which the file is rotated; None for never.
        files: number of files kept then; the oldest is deleted.
    """

    path: Path
    size: int | None = None
    files: int = 10

    def open(self) -> int:
        """Return a descriptor for appending; an existing capture is continued.

        A truncated one, as after a power cut, is rotated first.

        Raises:
            CaptureError: it can't be written, or is not a capture.
        """
        descriptor = self._open()
        try:
            state = _state(descriptor)
        except OSError as error:
            os.close(descriptor)
            raise _trouble(self.path, error) from error
        if state == "whole":
            return descriptor
        os.close(descriptor)
        if state == "other":
            raise CaptureError(
                f"{self.path} exists and is not a pcapng file; choose another name"
            )
        self.make_way()
        return self._open()

    def make_way(self) -> None:
        """Rotate the files: ``a.pcapng`` becomes ``a-1.pcapng``, and so on.

        Raises:
            CaptureError: that failed.
        """
        try:
            for number in range(max(1, self.files - 1), 0, -1):
                newer = self._older(number - 1)
                if newer.exists():
                    newer.replace(self._older(number))
            if self.files == 1:
                self._older(1).unlink(missing_ok=True)
        except OSError as error:
            raise _trouble(self.path, error) from error

    def _open(self) -> int:
        try:
            descriptor = os.open(self.path, _FLAGS, _MODE)
        except OSError as error:
            raise _trouble(self.path, error) from error
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise CaptureError(
                f"{self.path} is not a regular file; choose another name"
            )
        return descriptor

    def _older(self, number: int) -> Path:
        """Return the name of the file after NUMBER rotations."""
        return (
            self.path.with_stem(f"{self.path.stem}-{number}") if number else self.path
        )


def _trouble(path: Path, error: OSError) -> CaptureError:
    return CaptureError(f"cannot write the capture {path}: {error.strerror}")


def _state(descriptor: int) -> str:
    """Return "whole" (also if empty), "cut", or "other" if it is not pcapng."""
    size = os.fstat(descriptor).st_size
    if size == 0:
        return "whole"
    head = os.pread(descriptor, _SMALLEST_BLOCK, 0)
    is_pcapng = head[:_WORD] == SECTION.to_bytes(_WORD, "little")
    if not is_pcapng or head[8:] != BYTE_ORDER.to_bytes(_WORD, "little"):
        return "other"
    length = int.from_bytes(os.pread(descriptor, _WORD, size - _WORD), "little")
    if not _SMALLEST_BLOCK <= length <= size:
        return "cut"
    first = int.from_bytes(os.pread(descriptor, _WORD, size - length + _WORD), "little")
    return "whole" if first == length else "cut"
