"""Clocks and timers."""

import asyncio
import time
from collections.abc import Callable
from typing import Protocol


class Clock(Protocol):
    """A clock with two times: monotonic for measuring, wall time for showing."""

    def now(self) -> float:
        """Return monotonic seconds, as the event loop's clock does."""

    def wall(self) -> float:
        """Return seconds since the epoch; never goes backwards."""


class SystemClock:
    """The machine's clock; the wall time is read once and counted on from there.

    So a correction of the system time cannot reorder events.
    """

    def __init__(self) -> None:
        self._offset = time.time() - time.monotonic()
        self.now: Callable[[], float] = time.monotonic

    def wall(self) -> float:
        """Return seconds since the epoch."""
        return self._offset + time.monotonic()


class Ticker:
    """Calls TICK every INTERVAL seconds between start() and stop().

    One sweep over all transfers is far cheaper than a timer for each packet.
    """

    def __init__(self, interval: float, tick: Callable[[], None]) -> None:
        self._interval = interval
        self._tick = tick
        self._handle: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Start ticking; does nothing if it is already ticking."""
        if self._handle is None:
            self._arm()

    def stop(self) -> None:
        """Stop ticking."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _arm(self) -> None:
        loop = asyncio.get_running_loop()
        self._handle = loop.call_later(self._interval, self._run)

    def _run(self) -> None:
        self._arm()
        self._tick()


class LoopAlarm:
    """Calls RING once, at a time that can be moved."""

    def __init__(self, clock: Clock, ring: Callable[[], None]) -> None:
        self._clock = clock
        self._ring = ring
        self._handle: asyncio.TimerHandle | None = None

    def set(self, moment: float | None) -> None:
        """Ring at MOMENT (monotonic seconds) instead; None cancels."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        if moment is not None:
            delay = max(0.0, moment - self._clock.now())
            loop = asyncio.get_running_loop()
            self._handle = loop.call_later(delay, self._ring)
