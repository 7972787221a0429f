"""Standard input as a capture, read while it comes."""

import io
import os
from pathlib import Path

STANDARD_INPUT = Path("/dev/stdin")
"""It is not opened by that name: what ssh leads here may be a socket."""

_NUMBER = 0


class Piped(io.RawIOBase):
    """Reads standard input, and leaves it open.

    It is Python, where a signal can end it between two reads: a loop in C, as that of a
    file, goes on to wait for octets when the signal comes just before.
    """

    def __init__(self) -> None:
        self._octets = 0

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def fileno(self) -> int:
        """Return its descriptor."""
        return _NUMBER

    def tell(self) -> int:
        """Return how many octets were read, also of a pipe."""
        return self._octets

    def readinto(  # type: ignore[override]  # io.BufferedReader gives a memoryview
        self, buffer: memoryview
    ) -> int:
        """Read what there is, at least an octet; 0 at the end."""
        octets = os.readv(_NUMBER, [buffer])
        self._octets += octets
        return octets
