"""The network between simulated clients and the server: two lines and a firewall.

Every packet is delivered, dropped or rejected at the firewall, or lost on the line, and
counted accordingly.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from tftptui.demo.simulation.firewall import Datagram, Firewall
from tftptui.demo.simulation.firewall_rules import Action, Way
from tftptui.demo.simulation.impairments import Chance, Line

KEPT_FLIGHTS = 2_000
"""Limit of finished flights that are kept for a screen."""

_WALL = 0.5
"""Position of the firewall, as a share of the path."""

_LOSS = 0.75
"""Position at which a lost packet stops; it has passed the firewall."""


class Timers(Protocol):
    """A clock with timers."""

    def time(self) -> float:
        """Return seconds."""

    def call_at(self, when: float, callback: Callable[[], None]) -> object:
        """Schedule a callback."""


class Fate(Enum):
    """The fate of a packet."""

    FLYING = "flying"
    DELIVERED = "delivered"
    DROPPED = "dropped"
    """At the firewall, without an ICMP error."""
    REFUSED = "refused"
    """At the firewall, with an ICMP error to the sender."""
    LOST = "lost"


@dataclass(slots=True)
class Flight:
    """One packet, or a copy of one, in the network.

    Attributes:
        number: counts up from 1.
        datagram: as sent.
        way: its direction.
        begins, ends: seconds; if it does not arrive, the time at which it stops.
        stops_at: how far it gets, 0 to 1.
        is_copy: whether the line duplicated it.
        reason: why it did not arrive.
        ignored: why the receiver ignores it.
    """

    number: int
    datagram: Datagram
    way: Way
    begins: float
    ends: float
    fate: Fate = Fate.FLYING
    stops_at: float = 1.0
    is_copy: bool = False
    reason: str = ""
    ignored: str = ""

    @property
    def is_flying(self) -> bool:
        """Whether it is in flight."""
        return self.fate is Fate.FLYING

    @property
    def has_arrived(self) -> bool:
        """Whether it was delivered."""
        return self.fate is Fate.DELIVERED

    def progress(self, now: float) -> float:
        """Return its position, 0 to 1 from sender to receiver."""
        if self.fate is not Fate.FLYING:
            return self.stops_at
        if self.ends <= self.begins:
            return 1.0
        return min(1.0, max(0.0, (now - self.begins) / (self.ends - self.begins)))


@dataclass(slots=True)
class Counts:
    """Counters of packets in one direction; copies count as packets."""

    sent: int = 0
    copied: int = 0
    delivered: int = 0
    dropped: int = 0
    refused: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True)
class Ends:
    """Receiver of delivered packets.

    Attributes:
        deliver: gets a datagram and its direction; returns why it is ignored, or "".
        refuse: gets a rejected datagram and its direction.
    """

    deliver: Callable[[Datagram, Way], str | None]
    refuse: Callable[[Datagram, Way], None]


class Network:
    """Carries datagrams; pass them to send().

    Attributes:
        firewall: in the middle.
        lines: one for each direction.
        counts: one for each direction.
        flying, landed: flights in progress, and finished ones.
        seen: called with each flight at its start.
    """

    def __init__(self, timers: Timers, chance: Chance, ends: Ends) -> None:
        self.firewall = Firewall()
        self.lines = {way: Line(chance) for way in Way}
        self.counts = {way: Counts() for way in Way}
        self.flying: dict[int, Flight] = {}
        self.landed: deque[Flight] = deque(maxlen=KEPT_FLIGHTS)
        self.seen: Callable[[Flight], None] = lambda _: None
        self._timers, self._ends = timers, ends
        self._number = 0

    def send(self, datagram: Datagram, way: Way) -> None:
        """Send a datagram."""
        now, counts = self._timers.time(), self.counts[way]
        counts.sent += 1
        line = self.lines[way]
        arrivals = line.carry(datagram.payload, datagram.nbytes, now)
        if isinstance(arrivals, str):
            delay = line.impairments.delay
            flight = self._begin(datagram, way, now + delay)
            flight.reason = arrivals
            self._at(flight, _WALL, self._reach_wall)
            return
        counts.copied += len(arrivals) - 1
        for index, arrival in enumerate(arrivals):
            flight = self._begin(datagram, way, now + arrival.seconds)
            flight.is_copy = index > 0
            self._at(flight, _WALL, self._reach_wall)

    def forget(self) -> None:
        """Lose all packets in flight, and drop finished flights."""
        self.lose(list(self.flying.values()))
        self.landed.clear()

    def lose(self, flights: Iterable[Flight]) -> None:
        """Lose those of the flights that are in progress."""
        for flight in flights:
            if flight.is_flying:
                self._lose(flight)

    def _begin(self, datagram: Datagram, way: Way, ends: float) -> Flight:
        self._number += 1
        flight = Flight(self._number, datagram, way, self._timers.time(), ends)
        self.flying[flight.number] = flight
        self.seen(flight)
        return flight

    def _at(self, flight: Flight, place: float, do: Callable[[Flight], None]) -> None:
        when = flight.begins + place * (flight.ends - flight.begins)

        def reach() -> None:
            if flight.is_flying:
                do(flight)

        self._timers.call_at(when, reach)

    def _reach_wall(self, flight: Flight) -> None:
        mtu = self.lines[flight.way].impairments.mtu
        verdict = self.firewall.judge(
            flight.datagram,
            flight.way,
            self._timers.time(),
            is_fragmented=flight.datagram.nbytes > mtu,
        )
        counts = self.counts[flight.way]
        if not verdict.passes:
            flight.reason, flight.stops_at = verdict.reason, _WALL
            if verdict.action is Action.DROP:
                counts.dropped += 1
                self._land(flight, Fate.DROPPED)
                return
            counts.refused += 1
            self._land(flight, Fate.REFUSED)
            self._ends.refuse(flight.datagram, flight.way)
            return
        if flight.reason:
            self._at(flight, _LOSS, self._lose)
            return
        passed = verdict.datagram
        self._at(flight, 1.0, lambda flight: self._arrive(flight, passed))

    def _lose(self, flight: Flight) -> None:
        flight.stops_at = _LOSS
        self.counts[flight.way].lost += 1
        self._land(flight, Fate.LOST)

    def _arrive(self, flight: Flight, passed: Datagram) -> None:
        self.counts[flight.way].delivered += 1
        self._land(flight, Fate.DELIVERED)
        flight.ignored = self._ends.deliver(passed, flight.way) or ""

    def _land(self, flight: Flight, fate: Fate) -> None:
        flight.fate, flight.ends = fate, self._timers.time()
        del self.flying[flight.number]
        self.landed.append(flight)
