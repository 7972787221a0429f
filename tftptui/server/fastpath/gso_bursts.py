"""How many blocks of a window leave at once.

A whole window in one call is the cheapest way to send it, and overruns small
receive buffers. An overrun shows as a time-out, ours or the client's, when the
window's end was lost, or as gaps in one window after the other. Of what has fitted
often, a lone gap or time-out is an ordinary loss. After an overrun only half as many
leave at once, a little apart; what goes well makes it more again, slowly where it went
wrong before: each new try may cost a time-out.
"""

GAP = 0.0005
"""Seconds between two bursts of a window: short against any round trip, long enough
for a small machine to empty its buffer."""

CLEAN_WINDOWS = 16
"""Windows without a loss after which a burst grows by a block."""

PROVEN = 8
"""Windows without a time-out after which one is taken for an ordinary loss."""

GAPS = 4
"""Windows in a row with a gap that are an overrun. At a loss of 1 % one in seven of
16 blocks has one, so that two in a row would come all the time."""

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
    """The size of a burst in blocks, between 1 and the window.

    Args:
        window: in blocks.
        in_time: windows that have gone well without it.
    """

    def __init__(self, window: int, in_time: int = 0) -> None:
        self.size = window
        self._window = window
        self._in_time = in_time
        self._clean = self._gaps = 0
        self._failed = window + 1

    @property
    def is_whole(self) -> bool:
        """Whether a window still leaves at once."""
        return self.size >= self._window

    def timed_out(self) -> None:
        """Take into account that a window was not answered."""
        if self._in_time < PROVEN:
            self._shrink()
        self._clean = self._in_time = 0

    def had_gap(self) -> None:
        """Take into account that a window arrived with a block missing."""
        self._gaps += 1
        if self._gaps >= GAPS:
            self._shrink()
            self._gaps = 0

    def went_well(self, windows: int = 1) -> None:
        """Take into account that so many windows were acknowledged as a whole."""
        self._gaps = 0
        self._in_time += windows
        self._clean += windows
        is_tried = self.size + 1 >= self._failed
        wanted = CLEAN_WINDOWS * (_CAUTION if is_tried else 1)
        if not self.is_whole and self._clean >= wanted:
            self.size += 1
            self._clean = self._in_time = 0  # those were of another size

    def _shrink(self) -> None:
        self._failed = max(2, self.size)
        self.size = max(1, self.size // 2)
