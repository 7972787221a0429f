"""Fair queueing of requests under overload.

Each iteration of the event loop spends at most BUDGET seconds on requests; transfers
run in between. The rest are queued, and addresses take turns: a client with one request
does not wait behind another's thousands. Requests that do not fit the queue are dropped
unread and counted.
"""

from collections import OrderedDict, deque
from collections.abc import Callable
from time import perf_counter
from typing import Generic, TypeVar

from tftptui.server.intake.admission import LONGEST_REQUEST
from tftptui.server.intake.reception import REQUESTS, Reception
from tftptui.server.listener import Arrival, Listener

BUDGET = 0.0005
"""Seconds per loop iteration for requests."""

MOST_WAITING = 4_096
"""Addresses in a queue, and requests of a single address; each of n addresses may queue
one nth of that."""

T = TypeVar("T")


class FairQueue(Generic[T]):
    """A queue with round robin between addresses, and FIFO for each address."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, deque[T]] = OrderedDict()

    def __len__(self) -> int:
        """Return the number of addresses with queued requests."""
        return len(self._waiting)

    def put(self, host: str, request: T) -> bool:
        """Queue a request; return False if there is no room."""
        waiting = self._waiting
        own = waiting.get(host)
        if own is None:
            if len(waiting) >= MOST_WAITING:
                return False
            waiting[host] = deque([request])
            return True
        if len(own) > MOST_WAITING // (len(waiting) + 1):
            return False
        own.append(request)
        return True

    def take(self) -> T:
        """Return the next request; the queue must not be empty."""
        host, own = self._waiting.popitem(last=False)
        request = own.popleft()
        if own:
            self._waiting[host] = own
        return request

    def clear(self) -> None:
        """Drop all requests."""
        self._waiting.clear()


class Intake:
    """Passes datagrams from the listeners to the reception.

    Proven addresses (which replied to a transfer recently) have a queue of their own
    and alternate with all others: neither a flood of forged addresses nor one busy
    client locks out the rest.

    Args:
        reception: handles datagrams.
        call_soon: the event loop's call_soon().
    """

    def __init__(
        self, reception: Reception, call_soon: Callable[[Callable[[], None]], object]
    ) -> None:
        self._reception, self._call_soon = reception, call_soon
        self._proven = FairQueue[tuple[Listener, Arrival]]()
        self._others = FairQueue[tuple[Listener, Arrival]]()
        self._is_scheduled = False

    def receive(self, listener: Listener) -> None:
        """Read a batch of datagrams from a listener."""
        until = perf_counter() + BUDGET
        take = self._reception.take
        is_late = self._is_scheduled
        for arrival in listener.arrivals():
            if is_late:
                self._wait(listener, arrival)
            else:
                take(listener, arrival)
                is_late = perf_counter() >= until
        if len(self._proven) + len(self._others) and not self._is_scheduled:
            self._is_scheduled = True
            self._call_soon(self._go_on)

    def close(self) -> None:
        """Drop all queued requests."""
        self._proven.clear()
        self._others.clear()

    def _wait(self, listener: Listener, arrival: Arrival) -> None:
        reception, datagram = self._reception, arrival.datagram
        if reception.deliver(arrival):
            return
        # Only requests are queued: anything else would just be counted.
        if datagram[:2] in REQUESTS and len(datagram) <= LONGEST_REQUEST:
            host = arrival.client.host
            is_proven = reception.policy.is_proven(host)
            queue = self._proven if is_proven else self._others
            if queue.put(host, (listener, arrival)):
                return
        reception.shed()

    def _go_on(self) -> None:
        """Handle queued requests for BUDGET seconds."""
        until = perf_counter() + BUDGET
        one, other = self._proven, self._others
        while perf_counter() < until:
            one, other = (other, one) if other else (one, other)
            if not one:
                self._is_scheduled = False
                return
            self._reception.take(*one.take())
        self._call_soon(self._go_on)
