"""An alarm on a clock that only tests move."""

from collections.abc import Callable

from tests.support.clock import FakeClock

_MOST_RINGS = 1_000_000


class FakeAlarm:
    """Rings when a test lets it; see server.bandwidth.Alarm.

    Attributes:
        moment: when it is set to ring.
        rings: how often it has rung.
    """

    def __init__(self, clock: FakeClock, ring: Callable[[], None]) -> None:
        self.moment: float | None = None
        self.rings = 0
        self._clock = clock
        self._ring = ring

    def set(self, moment: float | None) -> None:
        self.moment = moment

    def ring(self, late: float = 0.0) -> None:
        """Let time pass until it is due, and LATE seconds more, and ring it."""
        assert self.moment is not None, "the alarm is not set"
        due, self.moment = self.moment, None
        self._clock.advance_to(max(self._clock.now(), due + late))
        self.rings += 1
        self._ring()

    def run_until(self, moment: float) -> None:
        """Let time pass until MOMENT, and ring whenever it is due.

        Raises:
            AssertionError: it is set again and again to the same time.
        """
        for _ in range(_MOST_RINGS):
            if self.moment is None or self.moment > moment:
                self._clock.advance_to(moment)
                return
            self.ring()
        raise AssertionError("the alarm never stops")
