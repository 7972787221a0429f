"""Lanes: which two ports talk, as one would draw it between client and server."""

from collections.abc import Iterable
from dataclasses import dataclass

from tftptui.demo.cast import Actor, Cast
from tftptui.demo.simulation.connection_tracking import Flow
from tftptui.demo.simulation.firewall import Firewall
from tftptui.demo.simulation.firewall_rules import Way
from tftptui.demo.simulation.network import Flight

TFTP = 69

_MANY = 4
"""Machines of one sort from which on they share their lanes."""


@dataclass(slots=True)
class Lane:
    """One client's port and one of the server's; of many machines, all of them.

    Attributes:
        name: of the client, or of the sort of machines.
        client_port: None where many machines share the lane.
        server_port: None where there are many: those of transfers.
        flights: those that are not forgotten yet.
    """

    name: str
    actor: Actor
    client_port: int | None
    server_port: int | None
    flights: list[Flight]


class Lanes:
    """Sorts flights into lanes; newer lanes come last."""

    def __init__(self, cast: Cast, firewall: Firewall) -> None:
        self._cast, self._firewall = cast, firewall
        self._lanes: dict[tuple[str, str, int, int], Lane] = {}

    def clear(self) -> None:
        """Begin with none."""
        self._lanes.clear()

    def forget(self, name: str) -> list[Flight]:
        """Forget the lanes of one sort of clients; return what was on them."""
        gone = [key for key in self._lanes if key[0] == name]
        return [flight for key in gone for flight in self._lanes.pop(key).flights]

    def take(self, flight: Flight) -> None:
        """Put a flight where it belongs; one of nobody's has no lane."""
        is_up = flight.way is Way.TO_SERVER
        sent = flight.datagram
        theirs, ours = (
            (sent.source, sent.target) if is_up else (sent.target, sent.source)
        )
        if not is_up:
            # Behind NAT the packet is to the NAT; whose it is only that knows.
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
        """Return all lanes; flights that were over before SINCE are forgotten."""
        for lane in self._lanes.values():
            lane.flights = [
                flight
                for flight in lane.flights
                if flight.is_flying or flight.ends >= since
            ]
            yield lane

    def _owner(self, host: str, port: int) -> Actor | None:
        """Return whose address it is; behind NAT, who has that port."""
        candidates = [actor for actor in self._cast if actor.address == host]
        if len(candidates) == 1:
            return candidates[0]
        for actor in candidates or self._cast:
            if actor.machine is not None and actor.machine.port == port:
                return actor
        return None
