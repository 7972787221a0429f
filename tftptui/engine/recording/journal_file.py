"""The journal file: whole lines, even if the disk is full for a while.

A line is accepted or not: an accepted line that was only partly written is completed
before the next one. The caller counts lines that were not accepted.
"""

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

AGAIN = 1.0
"""Seconds until a retry after an error."""

FLAGS = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
MODE = 0o640
_LINE_FEED = b"\n"


class JournalFile:
    """Appends lines to a file; it owns the descriptor.

    Args:
        descriptor: of the file, for appending.
        name: name in notices.
        say: callback for notices: an error, or the end of it.
        now: seconds of a monotonic clock.
    """

    def __init__(
        self,
        descriptor: int,
        name: str,
        say: Callable[[str], None],
        now: Callable[[], float],
    ) -> None:
        self._descriptor = descriptor
        self._name, self._say, self._now = name, say, now
        self._rest = _completion(descriptor)
        self._torn = b""  # the line that the rest belongs to
        self._failed_at: float | None = None
        self._is_well = True

    def write(self, line: bytes) -> bool:
        """Write a line; return False if that failed and nothing of it was written.

        A partly written line is accepted, too; the rest is written next.
        """
        if self._failed_at is not None and self._now() - self._failed_at < AGAIN:
            return False
        # One write per line, so that readers and other writers see whole lines.
        left = self._rest + line
        try:
            while left:
                left = left[os.write(self._descriptor, left) :]
        except OSError as error:
            self._fail(error)
        else:
            self._recover()
        is_begun = len(left) < len(line)
        if is_begun:
            self._rest, self._torn = left, line if left else b""
        else:
            self._rest = left[: len(left) - len(line)]
        return is_begun

    def turn_to(self, descriptor: int) -> None:
        """Switch to another file; a partial line is written there whole."""
        self._complete()
        os.close(self._descriptor)
        self._descriptor = descriptor
        self._rest = _completion(descriptor) + (self._torn if self._rest else b"")
        self.hurry()

    def hurry(self) -> None:
        """Retry with the next line."""
        self._failed_at = None

    def close(self) -> None:
        """Complete a partial line, if possible, and close the file."""
        self._complete()
        os.close(self._descriptor)

    def _complete(self) -> None:
        with contextlib.suppress(OSError):  # the next writer starts on a new line
            while self._rest:
                self._rest = self._rest[os.write(self._descriptor, self._rest) :]

    def _fail(self, error: OSError) -> None:
        self._failed_at = self._now()
        if self._is_well:
            self._is_well = False
            self._say(
                f"cannot write {self._name}: "
                f"{error.strerror or error}; retrying, lost lines are counted"
            )

    def _recover(self) -> None:
        self._failed_at = None
        if not self._is_well:
            self._is_well = True
            self._say(
                f"{self._name} is written again; its event unwritten counts the lost "
                "lines"
            )


def _completion(descriptor: int) -> bytes:
    """Return a newline if the last line is incomplete, as after a crash."""
    try:
        # Opened again: our descriptor is write-only.
        with Path(f"/dev/fd/{descriptor}").open("rb") as file:
            if not file.seek(0, os.SEEK_END):
                return b""
            file.seek(-1, os.SEEK_END)
            return b"" if file.read(1) == _LINE_FEED else _LINE_FEED
    except OSError:
        return b""  # writable but not readable
