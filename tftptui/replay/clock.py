"""The time of a capture: that of the packet at hand."""


class CaptureClock:
    """A clock that a capture moves; see server.clock.Clock."""

    def __init__(self) -> None:
        self._seconds = 0.0

    def move(self, nanoseconds: int) -> None:
        """Go on to a time, in nanoseconds since the epoch; never backwards."""
        seconds = nanoseconds / 1_000_000_000
        self._seconds = max(self._seconds, seconds)

    def now(self) -> float:
        """Return seconds; the same as wall()."""
        return self._seconds

    def wall(self) -> float:
        """Return seconds since the epoch."""
        return self._seconds
