"""A clock that only tests move."""


class FakeClock:
    """Both times of server.clock.Clock; the wall is EPOCH ahead."""

    EPOCH = 1_700_000_000.0

    def __init__(self, start: float = 0.0) -> None:
        self._now = start

    def now(self) -> float:
        """Return seconds since the start."""
        return self._now

    def wall(self) -> float:
        """Return seconds since the epoch."""
        return self.EPOCH + self._now

    def advance(self, seconds: float) -> None:
        """Let time pass; it never runs backwards."""
        self.advance_to(self._now + seconds)

    def advance_to(self, moment: float) -> None:
        """Let time pass until MOMENT."""
        if moment < self._now:
            raise ValueError(f"time would run backwards, from {self._now} to {moment}")
        self._now = moment
