"""How fast transfers may go: one limit for each, one for all together.

A transfer that wants to send DATA, or ask for more of it, stands in line. The first in
line goes as soon as both buckets hold enough, sends a small piece and goes to the
end of the line, so that bytes leave evenly and everybody has a turn.
"""

import heapq
import math
from collections import deque
from collections.abc import Callable
from typing import Protocol

from tftptui.server.clock import Clock
from tftptui.server.rate_limits import Bucket, Rate

BURST_TIME = 0.02
"""Seconds' worth of bytes that may leave at once; a block may in any case."""

PIECE_TIME = 0.005
"""Seconds' worth of bytes in a piece, which holds one block in any case."""

WINDOW_TIME = 0.25
"""Seconds that a window may take on its way, so that no client loses patience."""


class Alarm(Protocol):
    """Calls back once, at a moment that can be reset."""

    def set(self, moment: float | None) -> None:
        """Call back at MOMENT, and not at the one set before; None: never."""


class Bandwidth:
    """The line of those who wait for bandwidth. Times are of CLOCK.

    Attributes:
        total: bytes a second of all together, None for no limit.
        each: bytes a second of one transfer, for those yet to begin.
    """

    def __init__(
        self,
        clock: Clock,
        make_alarm: Callable[[Callable[[], None]], Alarm],
        *,
        total: int | None = None,
        each: int | None = None,
    ) -> None:
        self.clock = clock
        self.total, self.each = total, each
        self._bucket = None if total is None else _bucket(total)
        self._early: list[tuple[float, int, Pacer]] = []
        self._line: deque[Pacer] = deque()
        self._order = 0
        self._is_running = False
        self._alarm = make_alarm(self.run)

    @property
    def waiting(self) -> int:
        """How many stand in line, those included that may not go yet."""
        return len(self._early) + len(self._line)

    def change(self, *, total: int | None, each: int | None) -> None:
        """Use other limits: in all from now on, for each from the next transfer on.

        A transfer that began when there was no limit keeps that. The same limits
        again cost nothing.
        """
        if (total, each) == (self.total, self.each):
            return
        if total != self.total:
            self._bucket = None if total is None else _bucket(total)
        self.total, self.each = total, each
        self.run()

    def in_flight(self, most: int) -> int:
        """Return how many bytes a window may hold, MOST without a limit."""
        limits = [limit for limit in (self.total, self.each) if limit is not None]
        return min([most, *(int(limit * WINDOW_TIME) for limit in limits)])

    def pacer(self) -> "Pacer | None":
        """Return what a new transfer asks before it sends; None: it need not ask."""
        if self.total is None and self.each is None:
            return None
        return Pacer(self, None if self.each is None else _bucket(self.each))

    def run(self) -> None:
        """Let transfers go that may, and wake up when the next one may."""
        if self._is_running:  # a transfer may stand in line again at once
            return
        self._is_running = True
        now = self.clock.now()
        try:
            self._come_forward(now)
            while self._line and self._is_ready(self._line[0].need, now):
                self._line.popleft().go(now)
                self._come_forward(now)
        finally:
            self._is_running = False
        self._alarm.set(self._next_moment())

    def join(self, pacer: "Pacer") -> None:
        """Stand in line."""
        self._order += 1
        heapq.heappush(self._early, (pacer.ready_at(), self._order, pacer))
        self.run()

    def leave(self, pacer: "Pacer") -> None:
        """Leave the line, wherever one stands in it."""
        self._line = deque(one for one in self._line if one is not pacer)
        self._early = [entry for entry in self._early if entry[2] is not pacer]
        heapq.heapify(self._early)
        if not self._is_running:
            self._alarm.set(self._next_moment())

    def spend(self, octets: int, now: float) -> None:
        """Count bytes against the limit of all."""
        if self._bucket is not None:
            self._bucket.spend(octets, now)

    def piece(self, own: int | None) -> int:
        """Return how many bytes may leave in one piece, at a limit of one's OWN."""
        pieces = [] if own is None else [own * PIECE_TIME]
        if self.total is not None:
            pieces.append(self.total * PIECE_TIME / max(1, self.waiting))
        return int(min(pieces, default=0))

    def _is_ready(self, octets: int, now: float) -> bool:
        return self._bucket is None or self._bucket.ready_at(octets) <= now

    def _come_forward(self, now: float) -> None:
        """Move those whose own limit lets them go into the line of all."""
        while self._early and self._early[0][0] <= now:
            self._line.append(heapq.heappop(self._early)[2])

    def _next_moment(self) -> float | None:
        moments = [self._early[0][0]] if self._early else []
        if self._line and self._bucket is not None:
            moments.append(self._bucket.ready_at(self._line[0].need))
        return min(moments, default=None)


class Pacer:
    """One transfer's place in the line.

    Call wait() with what is needed; ``act`` is called when that may leave, with
    the time, perhaps before wait() returns. Call spend() with what has left.
    """

    def __init__(self, bandwidth: Bandwidth, own: Bucket | None) -> None:
        self.need = 0
        self._bandwidth = bandwidth
        self._own = own
        self._act: Callable[[float], None] | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether it stands in line."""
        return self._act is not None

    def wait(self, octets: int, act: Callable[[float], None]) -> None:
        """Call ACT when OCTETS may leave; 0 waits until all debts are paid."""
        self.need, self._act = octets, act
        self._bandwidth.join(self)

    def spend(self, octets: int, now: float) -> None:
        """Count bytes that have left, or come."""
        self._bandwidth.spend(octets, now)
        if self._own is not None:
            self._own.spend(octets, now)

    def piece(self) -> int:
        """Return how many bytes may leave at once, if a block is not more."""
        own = self._own
        return self._bandwidth.piece(None if own is None else int(own.rate.per_second))

    def stop(self) -> None:
        """Wait no more."""
        if self._act is not None:
            self._act = None
            self._bandwidth.leave(self)

    def ready_at(self) -> float:
        """Return when its own limit lets it go."""
        return -math.inf if self._own is None else self._own.ready_at(self.need)

    def go(self, now: float) -> None:
        """Do what it waited for; the line calls this."""
        act, self._act = self._act, None
        if act is not None:
            act(now)


def _bucket(limit: int) -> Bucket:
    return Bucket(Rate(limit, limit * BURST_TIME))
