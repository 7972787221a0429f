"""A clock that runs as fast as the audience wants, and an event loop that goes by it.

Demo time stands still while anything is left to do: it moves on only when every
socket is quiet and no callback waits. So a run takes the same course on a slow
machine and a fast one, in slow motion and as fast as it goes.
"""

import asyncio
import selectors
import socket
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from typing import TypeVar, TypeVarTuple

from tftptui.server.clock import Clock
from tftptui.server.loop import FileObject

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

SLOWEST, FASTEST = 0.01, 100.0
"""Seconds of demo time in a real one."""

_PATIENCE = 1.0  # seconds for a datagram to pass the loopback


class Pace:
    """How demo time passes.

    Args:
        speed: seconds of demo time in a real one; None does not wait at all.

    Attributes:
        now: seconds of demo time; it only grows.
        is_paused: whether time stands still.
        threads: pieces of work in threads that the loop waits for; time stands
            still for them, too, since nobody knows how long they take.
    """

    def __init__(self, speed: float | None = None) -> None:
        self.now = 0.0
        self.speed = speed
        self.is_paused = False
        self.threads = 0


class PaceClock(Clock):
    """Demo time for an engine; the wall begins when it is made, or at START."""

    def __init__(self, pace: Pace, start: float | None = None) -> None:
        self._pace = pace
        self._start = time.time() if start is None else start  # noqa: TID251

    def now(self) -> float:
        """Return seconds of demo time, the one of the loop."""
        return self._pace.now

    def wall(self) -> float:
        """Return seconds since the epoch, as far as demo time goes."""
        return self._start + self._pace.now


class PacedSelector(selectors.BaseSelector):
    """A selector that lets demo time pass while it waits."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._inner = selectors.DefaultSelector()
        self._canary = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._canary.settimeout(_PATIENCE)
        self._canary.bind(("127.0.0.1", 0))
        self._canary.connect(self._canary.getsockname())

    def register(
        self, fileobj: FileObject, events: int, data: object = None
    ) -> selectors.SelectorKey:
        """Register a file object; see BaseSelector."""
        return self._inner.register(fileobj, events, data)

    def unregister(self, fileobj: FileObject) -> selectors.SelectorKey:
        """Forget a file object; see BaseSelector."""
        return self._inner.unregister(fileobj)

    def modify(
        self, fileobj: FileObject, events: int, data: object = None
    ) -> selectors.SelectorKey:
        """Change what is waited for; see BaseSelector."""
        return self._inner.modify(fileobj, events, data)

    def get_map(self) -> Mapping[FileObject, selectors.SelectorKey]:
        """Return what is registered; see BaseSelector."""
        return self._inner.get_map()

    def close(self) -> None:
        """Close what it waits with."""
        self._inner.close()
        self._canary.close()

    def select(
        self, timeout: float | None = None
    ) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is ready; else let TIMEOUT seconds of demo time pass."""
        ready = self._inner.select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        self.settle()
        ready = self._inner.select(0)
        if ready:
            return ready
        pace = self._pace
        if timeout is None or pace.is_paused or pace.threads:
            return self._inner.select(None)
        return self._wait(timeout)

    def _wait(self, timeout: float) -> list[tuple[selectors.SelectorKey, int]]:
        pace, speed = self._pace, self._pace.speed
        if speed is None:
            pace.now += timeout
            return []
        began = time.monotonic()
        ready = self._inner.select(timeout / speed)
        if ready:
            pace.now += min(timeout, (time.monotonic() - began) * speed)
        else:
            pace.now += timeout
        return ready

    def settle(self) -> None:
        """Make sure that what was sent on the loopback has arrived.

        The kernel hands datagrams over in order, but not always at once: when ours
        to ourselves is there, so are those before it.
        """
        self._canary.send(b"!")
        self._canary.recv(1)


class PacedLoop(asyncio.SelectorEventLoop):
    """asyncio's own event loop, by demo time."""

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self._paced = PacedSelector(pace)
        super().__init__(self._paced)

    def time(self) -> float:
        """Return seconds of demo time."""
        return self.pace.now

    def settle(self) -> None:
        """Return when all that was sent on the loopback has arrived."""
        self._paced.settle()

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts
    ) -> asyncio.Future[T]:
        """Run something in a thread; demo time waits for it."""
        future = super().run_in_executor(executor, func, *args)
        self.pace.threads += 1
        future.add_done_callback(self._thread_done)
        return future

    def _thread_done(self, future: asyncio.Future[T]) -> None:
        del future
        self.pace.threads -= 1
