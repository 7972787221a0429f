"""How often each block was sent, and how long its answer took."""

_REMEMBERED = 4_096
"""Blocks whose number of attempts is known, back from the one at hand."""

_SMOOTHING = 0.125
"""Weight of a new round trip (RFC 6298 §2.3)."""


class Attempts:
    """Blocks on their way.

    Attributes:
        round_trip: seconds, smoothed, between where the capture stands and who
            answers; None until measured. ``least_round_trip`` is the shortest.
    """

    def __init__(self) -> None:
        self.round_trip: float | None = None
        self.least_round_trip: float | None = None
        self._counts: dict[int, int] = {}
        self._sent_at: dict[int, float] = {}

    def so_far(self, block: int) -> int:
        """Return how often a block was sent."""
        return self._counts.get(block, 0)

    def add(self, block: int, now: float) -> None:
        """Count a block that is sent now, in seconds."""
        counts = self._counts
        counts[block] = counts.get(block, 0) + 1
        if counts[block] == 1:
            self._sent_at[block] = now
        else:
            self._sent_at.pop(block, None)  # Karn: a repeat can't be measured
        oldest = block - _REMEMBERED
        if oldest in counts:
            del counts[oldest]
            self._sent_at.pop(oldest, None)

    def answered(self, block: int, now: float) -> None:
        """Measure what is answered now, in seconds."""
        sent = self._sent_at.pop(block, None)
        if sent is None:
            return
        before, taken = self.round_trip, now - sent
        weight = 1.0 if before is None else _SMOOTHING
        self.round_trip = (before or 0.0) * (1 - weight) + taken * weight
        least = self.least_round_trip
        self.least_round_trip = taken if least is None else min(least, taken)
