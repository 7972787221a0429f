"""How many blocks of a window leave at once.

A whole window in one call is the cheapest way to send it, and overruns small
receive buffers. An overrun shows as a time-out, ours or the client's, when the
window's end was lost, or as gaps in one window after the other; a lone gap is an
ordinary loss. After an overrun only half as many leave at once, a little apart; what
goes well makes it more again, slowly where it went wrong before: each new try may
cost a time-out.
"""

GAP = 0.0005
"""Seconds between two bursts of a window: short against any round trip, long enough
for a small machine to empty its buffer."""

CLEAN_WINDOWS = 16
"""Windows without a loss after which a burst grows by a block."""

_TIMER = 0.05
"""Seconds at least that a client waits before it asks for what is missing."""

_CAUTION = 8
"""Times as many before it grows to a size that was too large."""


def late_after(round_trip: float | None) -> float:
    """Return after how many seconds an answer comes from the client's own timer.

    It saw no gap then: what it misses is the end of the window.
    """
    return 2 * (round_trip or 0.0) + _TIMER


class Burst:
    """The size of a burst in blocks, between 1 and the window."""

    def __init__(self, window: int) -> None:
        self.size = window
        self._window = window
        self._clean = 0
        self._had_gap = False
        self._failed = window + 1

    @property
    def is_whole(self) -> bool:
        """Whether a window still leaves at once."""
        return self.size >= self._window

    def timed_out(self) -> None:
        """Take into account that a window was not answered."""
        self._shrink()
        self._clean = 0

    def had_gap(self) -> None:
        """Take into account that a window arrived with a block missing."""
        if self._had_gap:
            self._shrink()
        self._had_gap = True

    def went_well(self) -> None:
        """Take into account that a window was acknowledged as a whole."""
        self._had_gap = False
        self._clean += 1
        is_tried = self.size + 1 >= self._failed
        if self._clean >= CLEAN_WINDOWS * (_CAUTION if is_tried else 1):
            self.size, self._clean = min(self._window, self.size + 1), 0

    def _shrink(self) -> None:
        self._failed = max(2, self.size)
        self.size = max(1, self.size // 2)
