"""How many blocks of a window leave at once.

A whole window in one call is the cheapest way to send it, and overruns small
receive buffers. So after a loss only half as many leave at once, a little apart,
and after some clean windows one more.
"""

GAP = 0.0005
"""Seconds between two bursts of a window: short against any round trip, long enough
for a small machine to empty its buffer."""

CLEAN_WINDOWS = 16
"""Windows without a loss after which a burst grows by a block."""


class Burst:
    """The size of a burst in blocks, between 1 and the window."""

    def __init__(self, window: int) -> None:
        self.size = window
        self._window = window
        self._clean = 0

    @property
    def is_whole(self) -> bool:
        """Whether a window still leaves at once."""
        return self.size >= self._window

    def lost(self) -> None:
        """Take a time-out or a gap into account."""
        self.size, self._clean = max(1, self.size // 2), 0

    def went_well(self) -> None:
        """Take a window that was acknowledged as a whole into account."""
        if self.is_whole:
            return
        self._clean += 1
        if self._clean >= CLEAN_WINDOWS:
            self.size, self._clean = self.size + 1, 0
