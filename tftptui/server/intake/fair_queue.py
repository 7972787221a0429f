"""What comes first when more datagrams arrive than there is time for.

Each turn of the event loop judges requests for BUDGET seconds at most; transfers have
their turn in between. What is left waits, and addresses take turns: a client that asks
once is not behind another's thousands. What finds no room to wait is dropped unread,
and counted.
"""

from collections import OrderedDict, deque
from collections.abc import Callable
from time import perf_counter
from typing import Generic, TypeVar

from tftptui.server.intake.admission import LONGEST_REQUEST
from tftptui.server.intake.reception import REQUESTS, Reception
from tftptui.server.listener import Arrival, Listener

BUDGET = 0.0005
"""Seconds of each turn for requests."""

MOST_WAITING = 4_096
"""Addresses that wait, and requests of a lone one; of n, each has one nth of that."""

T = TypeVar("T")


class FairQueue(Generic[T]):
    """Requests that wait: the addresses take turns, each has its own in order."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, deque[T]] = OrderedDict()

    def __len__(self) -> int:
        """How many addresses wait."""
        return len(self._waiting)

    def put(self, host: str, request: T) -> bool:
        """Have a request of an address wait; return whether there was room."""
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
        """Return the next; there has to be one."""
        host, own = self._waiting.popitem(last=False)
        request = own.popleft()
        if own:
            self._waiting[host] = own
        return request

    def clear(self) -> None:
        """Forget them all."""
        self._waiting.clear()


class Intake:
    """Hands what listeners take to the reception.

    Addresses that have answered a transfer of late, so that they are no forgery, take
    turns with all others: neither a flood of forged addresses nor one client that is
    too busy shuts out the rest.

    Args:
        reception: judges datagrams.
        call_soon: has something called in the next turn.
    """

    def __init__(
        self, reception: Reception, call_soon: Callable[[Callable[[], None]], object]
    ) -> None:
        self._reception, self._call_soon = reception, call_soon
        self._proven = FairQueue[tuple[Listener, Arrival]]()
        self._others = FairQueue[tuple[Listener, Arrival]]()
        self._is_scheduled = False

    def receive(self, listener: Listener) -> None:
        """Take what waits at a listener, one batch."""
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
        """Forget what waits."""
        self._proven.clear()
        self._others.clear()

    def _wait(self, listener: Listener, arrival: Arrival) -> None:
        reception, datagram = self._reception, arrival.datagram
        if reception.deliver(arrival):
            return
        # What is no request waits for nothing: it would only be counted.
        if datagram[:2] in REQUESTS and len(datagram) <= LONGEST_REQUEST:
            host = arrival.client.host
            is_proven = reception.policy.is_proven(host)
            queue = self._proven if is_proven else self._others
            if queue.put(host, (listener, arrival)):
                return
        reception.shed()

    def _go_on(self) -> None:
        """Judge what waits, for a while."""
        until = perf_counter() + BUDGET
        one, other = self._proven, self._others
        while perf_counter() < until:
            one, other = (other, one) if other else (one, other)
            if not one:
                self._is_scheduled = False
                return
            self._reception.take(*one.take())
        self._call_soon(self._go_on)
