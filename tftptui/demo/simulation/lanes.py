"""Lanes: pairs of ports, as drawn between client and server."""

from collections.abc import Iterable
from dataclasses import dataclass

from tftptui.demo.cast import Actor, Cast
from tftptui.demo.simulation.connection_tracking import Flow
from tftptui.demo.simulation.firewall import Firewall
from tftptui.demo.simulation.firewall_rules import Way
from tftptui.demo.simulation.network import Flight

TFTP = 69

_MANY = 4
"""Number of machines in a group from which on they share lanes."""


@dataclass(slots=True)
class Lane:
    """A client's port and a server's port; of a large group, those of all machines.

    Attributes:
        name: of the client, or of the group.
        client_port: None if several machines share the lane.
        server_port: None if there are several: those of transfers.
        flights: recent ones.
    """

    name: str
    actor: Actor
    client_port: int | None
    server_port: int | None
    flights: list[Flight]


class Lanes:
    """Assigns flights to lanes; newer lanes come last."""

    def __init__(self, cast: Cast, firewall: Firewall) -> None:
        self._cast, self._firewall = cast, firewall
        self._lanes: dict[tuple[str, str, int, int], Lane] = {}

    def clear(self) -> None:
        """Drop all lanes."""
        self._lanes.clear()

    def forget(self, name: str) -> list[Flight]:
        """Drop the lanes of one group of clients; return their flights."""
        gone = [key for key in self._lanes if key[0] == name]
        return [flight for key in gone for flight in self._lanes.pop(key).flights]

    def take(self, flight: Flight) -> None:
        """Add a flight to its lane; without an owner it has none."""
        is_up = flight.way is Way.TO_SERVER
        sent = flight.datagram
        theirs, ours = (
            (sent.source, sent.target) if is_up else (sent.target, sent.source)
        )
        if not is_up:
            # Behind NAT the packet is to the NAT, which knows the client.
            flow = Flow(sent.source, sent.target)
            tracked = self._firewall.tracking.look_up(
                flow, flight.begins, to_server=False
            )
            theirs = theirs if tracked is None else tracked.leaving.target
        actor = self._owner(theirs.host, theirs.port)
        if actor is None:
            return
        many = len(self._cast.of(actor.name)) >= _MANY
        where = "" if many else actor.address
        client_port = 0 if many else theirs.port
        server_port = ours.port if not many or ours.port == TFTP else 0
        lane = self._lanes.setdefault(
            (actor.name, where, client_port, server_port),
            Lane(actor.name, actor, client_port or None, server_port or None, []),
        )
        lane.flights.append(flight)

    def lately(self, since: float) -> Iterable[Lane]:
        """Return all lanes; flights that were over before SINCE are dropped."""
        for lane in self._lanes.values():
            lane.flights = [
                flight
                for flight in lane.flights
                if flight.is_flying or flight.ends >= since
            ]
            yield lane

    def _owner(self, host: str, port: int) -> Actor | None:
        """Return the client with that address, or behind NAT, with that port."""
        candidates = [actor for actor in self._cast if actor.address == host]
        if len(candidates) == 1:
            return candidates[0]
        for actor in candidates or self._cast:
            if actor.machine is not None and actor.machine.port == port:
                return actor
        return None
