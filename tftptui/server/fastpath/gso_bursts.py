"""Burst size: how many blocks of a window are sent at once.

A whole window in one call is the cheapest way to send it, but overruns small receive
buffers. An overrun shows as a timeout, ours or the client's, if the end of the window
was lost, or as gaps in several windows in a row. If a size has worked often, a single
gap or timeout counts as ordinary loss. After an overrun the burst is halved, and bursts
are sent GAP apart. Success grows it again, slowly near a size that failed, because each
attempt may cost a timeout.
"""

GAP = 0.0005
"""Seconds between two bursts of a window: short against any round trip, long enough for
a small machine to empty its buffer."""

CLEAN_WINDOWS = 16
"""Windows without a loss after which a burst grows by a block."""

PROVEN = 8
"""Windows without a timeout after which one timeout counts as ordinary loss."""

GAPS = 4
"""Windows in a row with a gap that count as an overrun. At 1 % loss one in seven
windows of 16 blocks has a gap, so two in a row are common."""

_TIMER = 0.05
"""Shortest time in seconds after which a client requests missing blocks."""

_CAUTION = 8
"""Factor on CLEAN_WINDOWS for growing to a size that has failed before."""


def late_after(round_trip: float | None) -> float:
    """Return the delay in seconds from which a reply was caused by the client's timer.

    The client saw no gap then: it misses the end of the window.
    """
    return 2 * (round_trip or 0.0) + _TIMER


class Burst:
    """The size of a burst in blocks, between 1 and the window.

    Args:
        window: in blocks.
        in_time: windows acknowledged without a timeout so far.
    """

    def __init__(self, window: int, in_time: int = 0) -> None:
        self.size = window
        self._window = window
        self._in_time = in_time
        self._clean = self._gaps = 0
        self._failed = window + 1

    @property
    def is_whole(self) -> bool:
        """True if a window still leaves at once."""
        return self.size >= self._window

    def timed_out(self) -> None:
        """Record that a window timed out."""
        if self._in_time < PROVEN:
            self._shrink()
        self._clean = self._in_time = 0

    def had_gap(self) -> None:
        """Record that a window arrived with a block missing."""
        self._gaps += 1
        if self._gaps >= GAPS:
            self._shrink()
            self._gaps = 0

    def went_well(self, windows: int = 1) -> None:
        """Record windows that were acknowledged as a whole."""
        self._gaps = 0
        self._in_time += windows
        self._clean += windows
        is_tried = self.size + 1 >= self._failed
        wanted = CLEAN_WINDOWS * (_CAUTION if is_tried else 1)
        if not self.is_whole and self._clean >= wanted:
            self.size += 1
            self._clean = self._in_time = 0  # those counted for the smaller size

    def _shrink(self) -> None:
        self._failed = max(2, self.size)
        self.size = max(1, self.size // 2)
