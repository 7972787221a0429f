"""Bandwidth limits, per transfer and for all together.

A transfer that wants to send DATA, or an ACK that requests more, joins a queue. The
first in the queue goes as soon as both token buckets allow it, sends a small piece and
joins the queue again. So traffic is even and every transfer gets its turn.
"""

import heapq
import math
from collections import deque
from collections.abc import Callable
from typing import Protocol

from tftptui.server.clock import Clock
from tftptui.server.rate_limits import Bucket, Rate

BURST_TIME = 0.02
"""Size of a bucket as seconds of the rate; one block is always allowed."""

PIECE_TIME = 0.005
"""Size of a piece as seconds of the rate; at least one block."""

WINDOW_TIME = 0.25
"""Maximum time in seconds to send a window, so that no client times out."""


class Alarm(Protocol):
    """Calls back once, at a time that can be moved."""

    def set(self, moment: float | None) -> None:
        """Call back at MOMENT instead; None cancels."""


class Bandwidth:
    """The queue of transfers that wait for bandwidth. Times are those of CLOCK.

    Attributes:
        total: bytes per second of all transfers together; None for no limit.
        each: bytes per second of one transfer, for those started from now on.
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
        """Number of transfers in the queue, both stages."""
        return len(self._early) + len(self._line)

    def change(self, *, total: int | None, each: int | None) -> None:
        """Change the limits: the total from now on, the other for new transfers.

        A transfer that started without any limit stays unlimited. Does nothing if the
        limits are the same.
        """
        if (total, each) == (self.total, self.each):
            return
        if total != self.total:
            self._bucket = None if total is None else _bucket(total)
        self.total, self.each = total, each
        self.run()

    def in_flight(self, most: int) -> int:
        """Return how many bytes a window may hold; MOST if there is no limit."""
        limits = [limit for limit in (self.total, self.each) if limit is not None]
        return min([most, *(int(limit * WINDOW_TIME) for limit in limits)])

    def pacer(self) -> "Pacer | None":
        """Return the pacer for a new transfer; None if there is no limit."""
        if self.total is None and self.each is None:
            return None
        return Pacer(self, None if self.each is None else _bucket(self.each))

    def run(self) -> None:
        """Run the transfers that may send, and set the alarm for the next."""
        if self._is_running:  # the callback may join the queue again
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
        """Add a pacer to the queue."""
        self._order += 1
        heapq.heappush(self._early, (pacer.ready_at(), self._order, pacer))
        self.run()

    def leave(self, pacer: "Pacer") -> None:
        """Remove a pacer from the queue."""
        self._line = deque(one for one in self._line if one is not pacer)
        self._early = [entry for entry in self._early if entry[2] is not pacer]
        heapq.heapify(self._early)
        if not self._is_running:
            self._alarm.set(self._next_moment())

    def spend(self, nbytes: int, now: float) -> None:
        """Count bytes against the total limit."""
        if self._bucket is not None:
            self._bucket.spend(nbytes, now)

    def piece(self, own: int | None) -> int:
        """Return the bytes of one piece, given the transfer's OWN limit."""
        pieces = [] if own is None else [own * PIECE_TIME]
        if self.total is not None:
            pieces.append(self.total * PIECE_TIME / max(1, self.waiting))
        return int(min(pieces, default=0))

    def _is_ready(self, nbytes: int, now: float) -> bool:
        return self._bucket is None or self._bucket.ready_at(nbytes) <= now

    def _come_forward(self, now: float) -> None:
        """Move pacers whose own limit allows it to the shared queue."""
        while self._early and self._early[0][0] <= now:
            self._line.append(heapq.heappop(self._early)[2])

    def _next_moment(self) -> float | None:
        moments = [self._early[0][0]] if self._early else []
        if self._line and self._bucket is not None:
            moments.append(self._bucket.ready_at(self._line[0].need))
        return min(moments, default=None)


class Pacer:
    """One transfer's place in the queue.

    Call wait() with the bytes needed; ``act`` is called with the time when they may be
    sent, maybe before wait() returns. Call spend() with the bytes sent.
    """

    def __init__(self, bandwidth: Bandwidth, own: Bucket | None) -> None:
        self.need = 0
        self._bandwidth = bandwidth
        self._own = own
        self._act: Callable[[float], None] | None = None

    @property
    def is_waiting(self) -> bool:
        """True while it is in the queue."""
        return self._act is not None

    def wait(self, nbytes: int, act: Callable[[float], None]) -> None:
        """Call ACT when NBYTES may be sent; 0 waits until all debt is paid."""
        self.need, self._act = nbytes, act
        self._bandwidth.join(self)

    def spend(self, nbytes: int, now: float) -> None:
        """Count bytes sent or received."""
        self._bandwidth.spend(nbytes, now)
        if self._own is not None:
            self._own.spend(nbytes, now)

    def piece(self) -> int:
        """Return how many bytes may be sent at once, unless a block is larger."""
        own = self._own
        return self._bandwidth.piece(None if own is None else int(own.rate.per_second))

    def stop(self) -> None:
        """Stop waiting."""
        if self._act is not None:
            self._act = None
            self._bandwidth.leave(self)

    def ready_at(self) -> float:
        """Return when its own limit allows sending."""
        return -math.inf if self._own is None else self._own.ready_at(self.need)

    def go(self, now: float) -> None:
        """Run the callback it waited for; called by the queue."""
        act, self._act = self._act, None
        if act is not None:
            act(now)


def _bucket(limit: int) -> Bucket:
    return Bucket(Rate(limit, limit * BURST_TIME))
