"""How many blocks of a window leave at once.

A whole window in one call is the cheapest way to send it, and overruns small
receive buffers. An overrun shows as a time-out, when the window's end was lost, or
as gaps in one window after the other; a lone gap is an ordinary loss. After an
overrun only half as many leave at once, a little apart; what goes well makes it
more again.
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
        self._had_gap = False

    @property
    def is_whole(self) -> bool:
        """Whether a window still leaves at once."""
        return self.size >= self._window

    def timed_out(self) -> None:
        """Take into account that a window was not answered."""
        self.size, self._clean = max(1, self.size // 2), 0

    def had_gap(self) -> None:
        """Take into account that a window arrived with a block missing."""
        if self._had_gap:
            self.size = max(1, self.size // 2)
        self._had_gap = True

    def went_well(self) -> None:
        """Take into account that a window was acknowledged as a whole."""
        self._had_gap = False
        self._clean += 1
        if self._clean >= CLEAN_WINDOWS:
            self.size, self._clean = min(self._window, self.size + 1), 0
