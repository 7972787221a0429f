"""An alarm on a clock that only tests advance."""

from collections.abc import Callable

from tests.support.clock import FakeClock

_MOST_RINGS = 1_000_000


class FakeAlarm:
    """An alarm fired by tests; see server.transfer.bandwidth.Alarm.

    Attributes:
        moment: the time it is set to.
        rings: how often it has fired.
    """

    def __init__(self, clock: FakeClock, ring: Callable[[], None]) -> None:
        self.moment: float | None = None
        self.rings = 0
        self._clock = clock
        self._ring = ring

    def set(self, moment: float | None) -> None:
        self.moment = moment

    def ring(self, late: float = 0.0) -> None:
        """Advance the clock to the alarm's time, plus LATE seconds, and fire it."""
        assert self.moment is not None, "the alarm is not set"
        due, self.moment = self.moment, None
        self._clock.advance_to(max(self._clock.now(), due + late))
        self.rings += 1
        self._ring()

    def run_until(self, moment: float) -> None:
        """Advance the clock to MOMENT, firing the alarm whenever it is due.

        Raises:
            AssertionError: it is set repeatedly to the same time.
        """
        for _ in range(_MOST_RINGS):
            if self.moment is None or self.moment > moment:
                self._clock.advance_to(moment)
                return
            self.ring()
        raise AssertionError("the alarm never stops")
