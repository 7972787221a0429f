"""The pool of server TIDs: which port of the range the next transfer gets.

A port is free, used (leased to one transfer), quarantined (resting, so that late
datagrams find nobody) or foreign (another program holds it).
"""

import os
from collections.abc import Callable, Iterator
from heapq import heappop, heappush
from typing import Generic, Protocol, TypeVar

import msgspec

from tftptui.settings import PortRange
from tftptui.telemetry.views import FOREIGN, FREE, QUARANTINED, USED, PortState


class PortsExhaustedError(Exception):
    """No port of the range is free; the text says so and names the range."""


class PortTakenError(Exception):
    """Raised by an opener: another program holds this port."""


class Random(Protocol):
    """A source of chance, so that tests can do without."""

    def randbelow(self, exclusive_upper_bound: int, /) -> int:
        """Return a number from 0 to below the bound."""


class Chance:
    """The system's source of chance, asked for many numbers at once."""

    _TAKEN = 4_096
    """Octets; each number takes four."""

    def __init__(self) -> None:
        self._numbers: Iterator[int] = iter(())

    def randbelow(self, exclusive_upper_bound: int, /) -> int:
        """Return a number from 0 to below the bound, which is far below 2^32."""
        for number in self._numbers:
            return number % exclusive_upper_bound
        self._numbers = iter(memoryview(os.urandom(self._TAKEN)).cast("I"))
        return next(self._numbers) % exclusive_upper_bound


T = TypeVar("T")

FOREIGN_RECHECK = 30.0
"""Seconds after which a port that another program held is tried again."""


FOREIGN_IN_NEED = 1.0
"""The same where no other port is free: then each may be tried once in so long."""

_TRIED_IN_NEED = 256
"""Foreign ports tried for one request: nobody waits for a bind of thousands."""


class Lease(msgspec.Struct, Generic[T], frozen=True):
    """One port, held by one transfer, and what was opened on it."""

    port: int
    opened: T


class PortPool:
    """The ports of one range. Times are seconds of one monotonic clock.

    Args:
        ports: the range.
        order: "random" (RFC 6056 §3.3.1) or "sequential".
        quarantine: seconds that a port rests after release().
        chance: where randomness comes from.

    Attributes:
        choice: what lease() chooses from: first and last port, and the order.
    """

    def __init__(
        self,
        ports: PortRange,
        *,
        order: str = "random",
        quarantine: float = 10.0,
        chance: Random | None = None,
    ) -> None:
        self.ports = ports
        self.order = order
        self.choice = (ports.first, ports.last, order)
        self.quarantine = quarantine
        self.version = 0
        self._chance = chance or Chance()
        self._used: set[int] = set()
        self._resting: dict[int, float] = {}
        self._foreign: dict[int, float] = {}
        self._ends: list[tuple[float, int]] = []  # a heap of when these are over
        self._following = ports.first

    def lease(self, open_port: Callable[[int], T], now: float) -> Lease[T]:
        """Open a free port of the range with OPEN_PORT and hold it.

        OPEN_PORT raises PortTakenError if another program holds the port; the
        next one is tried then. Where none is free, those are tried once more that
        others held a while ago.

        Raises:
            PortsExhaustedError: no port is free.
        """
        self.expire(now)
        port = self._first_candidate()
        for _ in range(len(self.ports)):
            taken = port in self._used or port in self._resting
            if not taken and port not in self._foreign:
                lease = self._try(port, open_port, now)
                if lease is not None:
                    return lease
            port = port + 1 if port < self.ports.last else self.ports.first
        for port in self._tried_long_ago(now):
            lease = self._try(port, open_port, now)
            if lease is not None:
                return lease
        foreign = len(self._foreign)
        told = f"; other programs hold {foreign:,} of them" if foreign else ""
        raise PortsExhaustedError(f"server has no free port in {self.ports}{told}")

    def _try(
        self, port: int, open_port: Callable[[int], T], now: float
    ) -> Lease[T] | None:
        """Return the lease of a port; None if another program holds it."""
        self.version += 1
        try:
            opened = open_port(port)
        except PortTakenError:
            self._set_aside(self._foreign, port, now + FOREIGN_RECHECK)
            return None
        self._foreign.pop(port, None)
        self._used.add(port)
        self._following = port + 1
        return Lease(port, opened)

    def _tried_long_ago(self, now: float) -> list[int]:
        """Return foreign ports that may have become free, the longest known first."""
        latest = now + FOREIGN_RECHECK - FOREIGN_IN_NEED
        old = [port for port, until in self._foreign.items() if until <= latest]
        return sorted(old, key=self._foreign.__getitem__)[:_TRIED_IN_NEED]

    def release(self, port: int, now: float) -> None:
        """Give a leased port back; it rests first. Other ports are no concern."""
        if port not in self._used:
            return
        self._used.discard(port)
        if self.quarantine > 0:
            self._set_aside(self._resting, port, now + self.quarantine)
        self.version += 1

    def change(self, ports: PortRange, *, order: str, quarantine: float) -> None:
        """Use another range from now on; leased ports stay with their transfers."""
        self.ports, self.order, self.quarantine = ports, order, quarantine
        self.choice = (ports.first, ports.last, order)
        self._following = ports.first
        self._foreign.clear()
        self.version += 1

    def expire(self, now: float) -> None:
        """Free the ports whose rest is over, and forget old news of others."""
        while self._ends and self._ends[0][0] <= now:
            until, port = heappop(self._ends)
            for waiting in (self._resting, self._foreign):
                if waiting.get(port) == until:
                    del waiting[port]
                    self.version += 1

    def _set_aside(self, where: dict[int, float], port: int, until: float) -> None:
        where[port] = until
        heappush(self._ends, (until, port))

    def state(self, port: int) -> PortState:
        """Return what a port is as of the last expire()."""
        if port in self._used:
            return USED
        if port in self._resting:
            return QUARANTINED
        if port in self._foreign:
            return FOREIGN
        return FREE

    def states(self) -> bytes:
        """Return one PortState for each port of the range, in order."""
        states = bytearray(len(self.ports))
        for port in self._used | self._resting.keys() | self._foreign.keys():
            if port in self.ports:
                states[port - self.ports.first] = self.state(port)
        return bytes(states)

    def engaged(self) -> set[int]:
        """Return the ports that are used or resting, in the range or not any more."""
        return self._used | self._resting.keys()

    def resting(self) -> dict[int, float]:
        """Return each port of the range that rests, and until when."""
        return {
            port: until for port, until in self._resting.items() if port in self.ports
        }

    def count(self, state: PortState) -> int:
        """Return how many ports of the range are in a state."""
        return self.states().count(state)

    def _first_candidate(self) -> int:
        """Return where to begin; the others follow in order, once around."""
        first, last, order = self.choice
        if order == "random":
            return first + self._chance.randbelow(last - first + 1)
        return self._following if first <= self._following <= last else first
