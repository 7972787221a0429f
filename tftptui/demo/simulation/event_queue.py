"""Timed callbacks, in order of time, and of registration if times are equal.

The event loop's own timers guarantee no order among equal times, but packets sent
together must arrive in order.
"""

import asyncio
import heapq
from collections.abc import Callable

Deed = Callable[[], None]


class Agenda:
    """A queue of timed callbacks. Times are seconds of the given clock.

    Args:
        clock: returns the time.
        wake: called with the time at which run() should be called next.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        wake: Callable[[float], None] = lambda _: None,
    ) -> None:
        self._clock, self._wake = clock, wake
        self._deeds: list[tuple[float, int, Deed]] = []
        self._number = 0
        self._woken_at: float | None = None

    @property
    def next(self) -> float | None:
        """The time of the next callback, or None."""
        return self._deeds[0][0] if self._deeds else None

    def time(self) -> float:
        """Return the time."""
        return self._clock()

    def call_at(self, when: float, callback: Deed) -> None:
        """Schedule a callback, as soon as possible if WHEN is past."""
        self._number += 1
        heapq.heappush(self._deeds, (when, self._number, callback))
        self._arm()

    def run(self) -> None:
        """Call everything that is due, including callbacks added meanwhile.

        An exception does not stop the others.
        """
        self._woken_at = None
        try:
            while self._deeds and self._deeds[0][0] <= self._clock():
                heapq.heappop(self._deeds)[2]()
        finally:
            self._arm()

    def _arm(self) -> None:
        due = self.next
        if due is not None and (self._woken_at is None or due < self._woken_at):
            self._woken_at = due
            self._wake(due)


class LoopAgenda(Agenda):
    """A queue driven by an event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop.time, self._arm_loop)
        self._loop = loop
        self._handle: asyncio.TimerHandle | None = None

    def close(self) -> None:
        """Drop all callbacks."""
        self._deeds.clear()
        if self._handle is not None:
            self._handle.cancel()

    def _arm_loop(self, when: float) -> None:
        if self._handle is not None:
            self._handle.cancel()
        self._handle = self._loop.call_at(when, self.run)
