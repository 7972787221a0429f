"""The pool of server TIDs: which port of the range the next transfer gets.

A port is free, used (leased to one transfer), quarantined (cooling down after a
transfer, so that late datagrams reach nobody) or foreign (in use by another program).
Cooling down is a preference, never a reason to refuse a request: see `PortPool.lease`.
"""

import os
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Generic, Protocol, TypeVar

import msgspec

from tftptui.settings import PortRange
from tftptui.telemetry.events import PortsInUse
from tftptui.telemetry.views import FOREIGN, FREE, QUARANTINED, USED, PortState


class PortsExhaustedError(Exception):
    """All ports of the range are in use; the text names the range.

    Attributes:
        ports: the range, and how many of its ports other programs use.
    """

    def __init__(self, ports: PortRange, elsewhere: int) -> None:
        others = f"; {elsewhere:,} of them in use elsewhere" if elsewhere else ""
        super().__init__(f"server has no free port in {ports}{others}")
        self.ports = PortsInUse(first=ports.first, last=ports.last, elsewhere=elsewhere)


class PortTakenError(Exception):
    """Raised by the open callback: another program uses this port."""


class Random(Protocol):
    """A random number generator, replaceable in tests."""

    def randbelow(self, exclusive_upper_bound: int, /) -> int:
        """Return a random number, at least 0 and less than the bound."""


class Chance:
    """The system's random numbers, read many at a time."""

    _TAKEN = 4_096
    """Bytes read at a time; each number takes four."""

    def __init__(self) -> None:
        self._numbers: Iterator[int] = iter(())

    def randbelow(self, exclusive_upper_bound: int, /) -> int:
        """Return a random number below the bound, which is far below 2^32."""
        for number in self._numbers:
            return number % exclusive_upper_bound
        self._numbers = iter(memoryview(os.urandom(self._TAKEN)).cast("I"))
        return next(self._numbers) % exclusive_upper_bound


T = TypeVar("T")

FOREIGN_RECHECK = 30.0
"""Seconds after which a port in use elsewhere is tried again."""


FOREIGN_IN_NEED = 1.0
"""The same when no other port is free."""

_TRIED_IN_NEED = 256
"""Ports in use elsewhere tried per request: thousands of binds take too long."""


class Lease(msgspec.Struct, Generic[T], frozen=True):
    """One port leased to one transfer, and the object opened on it."""

    port: int
    opened: T


class PortPool:
    """The ports of one range. Times are monotonic seconds.

    Args:
        ports: the range.
        order: "random" (RFC 6056 §3.3.1) or "sequential".
        quarantine: seconds that a port cools down after release(), if others are free.
        chance: random number generator.

    Attributes:
        choice: what lease() chooses from: first and last port, and the order.
        version: increases with every change.
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
        self._free = list(range(ports.first, ports.last + 1))  # sorted
        self._used: set[int] = set()
        self._cooling: dict[int, tuple[float, str]] = {}
        """Time of release and client; the port released first comes first."""
        self._cooled_by: Counter[str] = Counter()
        """Number of ports cooling down, by client."""
        self._foreign: dict[int, float] = {}
        """When each port was found in use by another program, oldest first."""
        self._following = ports.first

    def lease(
        self, open_port: Callable[[int], T], now: float, client: str = ""
    ) -> Lease[T]:
        """Open a port of the range with OPEN_PORT and lease it.

        Free ports come first. Without one, the port that has cooled down longest and
        was not last used by CLIENT (an address) is taken, because only late datagrams
        of the same client can be mistaken for new ones; then the longest cooled of all;
        then ports that were in use elsewhere a while ago. OPEN_PORT raises
        PortTakenError if another program uses the port; then the next one is tried.

        Raises:
            PortsExhaustedError: all ports are in use.
        """
        self.expire(now)
        while self._free:
            lease = self._try(self._take_free(), open_port, now)
            if lease is not None:
                return lease
        while (port := self._longest_cooled(client)) is not None:
            lease = self._try(port, open_port, now)
            if lease is not None:
                return lease
        for port in self._found_long_ago(now):
            lease = self._try(port, open_port, now)
            if lease is not None:
                return lease
        raise PortsExhaustedError(self.ports, len(self._foreign))

    def _take_free(self) -> int:
        """Return the first free port from a chosen one on, wrapping around."""
        first, last, order = self.choice
        if order == "random":
            wanted = first + self._chance.randbelow(last - first + 1)
        else:
            wanted = self._following
        return self._free[bisect_left(self._free, wanted) % len(self._free)]

    def _longest_cooled(self, client: str) -> int | None:
        """Return the cooling port to give to a client, or None."""
        is_any_of_others = self._cooled_by[client] < len(self._cooling)
        longest = None
        for port, (_, last_client) in self._cooling.items():
            if port not in self.ports:
                continue
            if last_client != client or not is_any_of_others:
                return port
            longest = longest or port
        return longest

    def _try(
        self, port: int, open_port: Callable[[int], T], now: float
    ) -> Lease[T] | None:
        """Return the lease of a port; None if another program uses it."""
        self.version += 1
        try:
            opened = open_port(port)
        except PortTakenError:
            self._forget(port)
            self._foreign[port] = now
            return None
        self._forget(port)
        self._used.add(port)
        self._following = port + 1
        return Lease(port, opened)

    def _forget(self, port: int) -> None:
        """Remove a port from the free, cooling and foreign ones."""
        place = bisect_left(self._free, port)
        if place < len(self._free) and self._free[place] == port:
            del self._free[place]
        self._foreign.pop(port, None)
        self._stop_cooling(port)

    def _stop_cooling(self, port: int) -> None:
        _, client = self._cooling.pop(port, (0.0, None))
        if client is None:
            return
        self._cooled_by[client] -= 1
        if not self._cooled_by[client]:
            del self._cooled_by[client]

    def _found_long_ago(self, now: float) -> list[int]:
        """Return foreign ports worth another try, oldest first."""
        old = [
            port
            for port, found in self._foreign.items()
            if found + FOREIGN_IN_NEED <= now
        ]
        return old[:_TRIED_IN_NEED]

    def release(
        self, port: int, now: float, client: str = "", *, cools: bool = True
    ) -> None:
        """Return the port leased to CLIENT; it cools down. Other ports are ignored.

        Without COOLS it is free at once: nothing late can arrive, as after a self-test.
        """
        if port not in self._used:
            return
        self._used.discard(port)
        self.version += 1
        if cools and self.quarantine > 0:
            self._cooling[port] = (now, client)
            self._cooled_by[client] += 1
        else:
            self._set_free(port)

    def change(self, ports: PortRange, *, order: str, quarantine: float) -> None:
        """Use another range from now on; active transfers keep their ports."""
        self.ports, self.order, self.quarantine = ports, order, quarantine
        self.choice = (ports.first, ports.last, order)
        self._following = ports.first
        self._foreign.clear()
        taken = self._used | self._cooling.keys()
        whole = range(ports.first, ports.last + 1)
        self._free = [port for port in whole if port not in taken]
        self.version += 1

    def expire(self, now: float) -> None:
        """Free the ports that have cooled down or whose foreign mark has expired."""
        while self._cooling:
            port, (released, _) = next(iter(self._cooling.items()))
            if released + self.quarantine > now:
                break
            self._stop_cooling(port)
            self._set_free(port)
        while self._foreign:
            port, found = next(iter(self._foreign.items()))
            if found + FOREIGN_RECHECK > now:
                break
            del self._foreign[port]
            self._set_free(port)

    def _set_free(self, port: int) -> None:
        self.version += 1
        if port in self.ports:
            insort(self._free, port)

    def state(self, port: int) -> PortState:
        """Return the state of a port as of the last expire()."""
        if port in self._used:
            return USED
        if port in self._cooling:
            return QUARANTINED
        if port in self._foreign:
            return FOREIGN
        return FREE

    def states(self) -> bytes:
        """Return one PortState per port of the range, in order."""
        states = bytearray(len(self.ports))
        for port in self._used | self._cooling.keys() | self._foreign.keys():
            if port in self.ports:
                states[port - self.ports.first] = self.state(port)
        return bytes(states)

    def engaged(self) -> set[int]:
        """Return the ports in use or cooling down, even if outside the range now."""
        return self._used | self._cooling.keys()

    def resting(self) -> dict[int, float]:
        """Return each cooling port of the range with the time its cooldown ends."""
        return {
            port: released + self.quarantine
            for port, (released, _) in self._cooling.items()
            if port in self.ports
        }

    def count(self, state: PortState) -> int:
        """Return how many ports of the range are in a state."""
        return self.states().count(state)
