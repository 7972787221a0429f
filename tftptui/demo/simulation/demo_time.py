"""A clock of variable speed, and an event loop that uses it.

Demo time stands still while there is work: it moves on only when every socket is quiet
and no callback is pending. So a run is the same on a slow machine and a fast one, in
slow motion and at full speed. Work of the kernel and of threads is waited for
(`quiescence.py`), since its order would depend on the load of the machine.
"""

import asyncio
import selectors
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from typing import TypeVar, TypeVarTuple

from tftptui.demo.simulation.quiescence import Errands, Loopback
from tftptui.server.clock import Clock
from tftptui.server.fastpath.event_loop import FileObject

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

SLOWEST, FASTEST = 0.01, 100.0
"""Seconds of demo time per real second."""

_SAME = 1e-9
"""Seconds within which two times are equal: asyncio's own resolution."""

_BEHIND = 0.1
"""Maximum lag of demo time in real seconds that is caught up. Waits take milliseconds
at least, with work between them; a pause is not caught up."""


class Pace:
    """The speed of demo time.

    Args:
        speed: seconds of demo time per real second; None does not wait at all.

    Attributes:
        now: seconds of demo time; it never decreases.
        is_paused: whether time stands still.
    """

    def __init__(self, speed: float | None = None) -> None:
        self.now = 0.0
        self.speed = speed
        self.is_paused = False


class PaceClock(Clock):
    """Demo time for an engine; wall time starts at creation, or at START."""

    def __init__(self, pace: Pace, start: float | None = None) -> None:
        self._pace = pace
        self._start = time.time() if start is None else start  # noqa: TID251

    def now(self) -> float:
        """Return seconds of demo time, the loop's time."""
        return self._pace.now

    def wall(self) -> float:
        """Return seconds since the epoch, in demo time."""
        return self._start + self._pace.now


class PacedSelector(selectors.BaseSelector):
    """A selector that advances demo time while it waits."""

    def __init__(self, pace: Pace, errands: Errands) -> None:
        self._pace, self._errands = pace, errands
        self._inner = selectors.DefaultSelector()
        self._loopback = Loopback()
        self._due = 0.0
        self._since = (0.0, 0.0, 0.0)  # real seconds, demo seconds, speed

    def register(
        self, fileobj: FileObject, events: int, data: object = None
    ) -> selectors.SelectorKey:
        """Register a file object; see BaseSelector."""
        return self._inner.register(fileobj, events, data)

    def unregister(self, fileobj: FileObject) -> selectors.SelectorKey:
        """Unregister a file object; see BaseSelector."""
        return self._inner.unregister(fileobj)

    def modify(
        self, fileobj: FileObject, events: int, data: object = None
    ) -> selectors.SelectorKey:
        """Change the events of a file object; see BaseSelector."""
        return self._inner.modify(fileobj, events, data)

    def get_map(self) -> Mapping[FileObject, selectors.SelectorKey]:
        """Return the mapping of file objects; see BaseSelector."""
        return self._inner.get_map()

    def close(self) -> None:
        """Close the selector."""
        self._inner.close()
        self._loopback.close()

    def select(
        self, timeout: float | None = None
    ) -> list[tuple[selectors.SelectorKey, int]]:
        """Return ready file objects; otherwise advance demo time by TIMEOUT seconds."""
        self._loopback.settle()
        has_news = self._errands.bring()
        ready = self._inner.select(0)
        if ready or has_news or (timeout is not None and timeout <= 0):
            return ready
        pace = self._pace
        if timeout is None or pace.is_paused or self._errands:
            return self._inner.select(None)
        return self._wait(timeout)

    def settle(self) -> None:
        """Wait until everything sent on the loopback has arrived."""
        self._loopback.settle()

    def _wait(self, timeout: float) -> list[tuple[selectors.SelectorKey, int]]:
        pace, speed = self._pace, self._pace.speed
        due = pace.now + timeout
        if pace.now < self._due and abs(due - self._due) < _SAME:
            due = self._due  # the end of the wait that was interrupted
        self._due = due
        if speed is None:
            pace.now = due
            return []
        ready = self._inner.select(max(0.0, self._real(due, speed) - time.monotonic()))
        pace.now = min(due, max(pace.now, self._demo())) if ready else due
        return ready

    def _real(self, due: float, speed: float) -> float:
        """Return the real time of a moment of demo time."""
        now, here = time.monotonic(), self._pace.now
        real, demo, before = self._since
        if speed != before or now - (real + (here - demo) / speed) > _BEHIND:
            self._since = real, demo, _ = now, here, speed
        return real + (due - demo) / speed

    def _demo(self) -> float:
        """Return the demo time that corresponds to the real time."""
        real, demo, speed = self._since
        return demo + (time.monotonic() - real) * speed


class PacedLoop(asyncio.SelectorEventLoop):
    """asyncio's event loop in demo time; runs in the thread that creates it."""

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self._errands = Errands(self.call_soon_threadsafe)
        self._paced = PacedSelector(pace, self._errands)
        super().__init__(self._paced)

    def time(self) -> float:
        """Return seconds of demo time."""
        return self.pace.now

    def settle(self) -> None:
        """Wait until everything sent on the loopback has arrived."""
        self._paced.settle()

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts
    ) -> asyncio.Future[T]:
        """Run a function in a thread; demo time waits for it."""
        future: asyncio.Future[T] = self.create_future()
        self._errands.send(executor, lambda: func(*args), future)
        return future

    def close(self) -> None:
        """Stop the threads, and close the selector."""
        self._errands.close()
        super().close()
