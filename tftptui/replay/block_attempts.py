"""Counts attempts per block, and measures round trips."""

_REMEMBERED = 4_096
"""Blocks with state of their own; all others were sent once."""

_SMOOTHING = 0.125
"""Weight of a new round trip (RFC 6298 §2.3)."""


class Attempts:
    """Blocks sent. Without other information, each up to the highest was sent once.

    Attributes:
        round_trip: smoothed, in seconds, between the point of capture and the side that
            replies; None until measured. ``least_round_trip`` is the shortest.
    """

    def __init__(self) -> None:
        self.round_trip: float | None = None
        self.least_round_trip: float | None = None
        self._counts: dict[int, int] = {}
        self._begin = 0
        self._sent_at: dict[int, float] = {}

    def begin(self, highest: int) -> None:
        """Start after a block; blocks up to it were not captured."""
        self._begin = highest

    def so_far(self, block: int, highest: int) -> int:
        """Return how often a block was sent."""
        known = self._counts.get(block)
        if known is not None:
            return known
        return int(self._begin < block <= highest)

    def skip(self, first: int, end: int) -> None:
        """Record that blocks from FIRST to END - 1 were not captured."""
        for block in range(max(first, end - _REMEMBERED), end):
            self._know(block, 0)

    def first(self, block: int, now: float) -> None:
        """Count the next block, sent for the first time at NOW (seconds)."""
        self._sent_at[block] = now

    def add(self, block: int, highest: int, now: float) -> None:
        """Count a block sent at NOW (seconds)."""
        count = self.so_far(block, highest) + 1
        if count == 1:
            self._sent_at[block] = now
            self._counts.pop(block, None)
            if block <= highest:
                self._know(block, 1)
        else:
            self._sent_at.pop(block, None)  # Karn: don't measure retransmissions
            self._know(block, count)

    def answered(self, block: int, now: float) -> bool:
        """Measure the round trip of a block; return whether that was possible."""
        sent = self._sent_at.pop(block, None)
        if self._sent_at:
            waiting = {one: at for one, at in self._sent_at.items() if one > block}
            self._sent_at = waiting
        if sent is None:
            return False
        before, taken = self.round_trip, now - sent
        weight = 1.0 if before is None else _SMOOTHING
        self.round_trip = (before or 0.0) * (1 - weight) + taken * weight
        least = self.least_round_trip
        self.least_round_trip = taken if least is None else min(least, taken)
        return True

    def _know(self, block: int, count: int) -> None:
        self._counts[block] = count
        if len(self._counts) > _REMEMBERED:
            del self._counts[next(iter(self._counts))]
