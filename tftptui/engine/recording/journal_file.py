"""The journal's file: whole lines, on a disk that may be full for a while.

A line is taken or it is not: what stands in the file of a line that there was no room
for is completed before the next one. The caller counts those that
were not taken.
"""

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

AGAIN = 1.0
"""Seconds until a file that could not be written is tried again."""

FLAGS = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
MODE = 0o640
_LINE_FEED = b"\n"


class JournalFile:
    """Appends lines to a file; it takes over the descriptor.

    Args:
        descriptor: of the file, for appending.
        name: how notices call it.
        say: told when it can't be written, and why, and when it is written again.
        now: seconds of a clock that never goes back.
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
        self._torn = b""  # the line that the rest is of
        self._failed_at: float | None = None
        self._is_well = True

    def write(self, line: bytes) -> bool:
        """Write a line; False if it can't be now, and nothing of it is there.

        It is taken as well if only its beginning could be written: the rest is next.
        """
        if self._failed_at is not None and self._now() - self._failed_at < AGAIN:
            return False
        # One write a line: readers and other writers see whole lines.
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
        """Go on in another file; a line the old one can't hold is written whole."""
        self._complete()
        os.close(self._descriptor)
        self._descriptor = descriptor
        self._rest = _completion(descriptor) + (self._torn if self._rest else b"")
        self.hurry()

    def hurry(self) -> None:
        """Let the next line be tried at once."""
        self._failed_at = None

    def close(self) -> None:
        """Complete what is torn, if there is room, and close the file."""
        self._complete()
        os.close(self._descriptor)

    def _complete(self) -> None:
        with contextlib.suppress(OSError):  # who continues it begins with a new line
            while self._rest:
                self._rest = self._rest[os.write(self._descriptor, self._rest) :]

    def _fail(self, error: OSError) -> None:
        self._failed_at = self._now()
        if self._is_well:
            self._is_well = False
            self._say(
                f"{self._name} can't be written: "
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
    """Return what ends the last line of a file, should a dying server have torn it."""
    try:
        # Opened again: ours only writes.
        with Path(f"/dev/fd/{descriptor}").open("rb") as file:
            if not file.seek(0, os.SEEK_END):
                return b""
            file.seek(-1, os.SEEK_END)
            return b"" if file.read(1) == _LINE_FEED else _LINE_FEED
    except OSError:
        return b""  # it may be written and not read
