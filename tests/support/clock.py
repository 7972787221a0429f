"""A clock that only tests advance."""


class FakeClock:
    """Both times of server.clock.Clock; the wall clock is EPOCH ahead."""

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
        """Advance by SECONDS; time never runs backwards."""
        self.advance_to(self._now + seconds)

    def advance_to(self, moment: float) -> None:
        """Advance to MOMENT."""
        if moment < self._now:
            raise ValueError(f"time would run backwards, from {self._now} to {moment}")
        self._now = moment
