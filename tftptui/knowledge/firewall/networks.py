"""The networks that clients are taken to come from, and how that is known.

An address does not tell its network's length. Where the server's host is in that
network, or has a route to it, that does; else a /24 (IPv6: /64) is assumed, and said
to be.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from ipaddress import ip_network

from tftptui.knowledge.firewall.situation import Address, Network
from tftptui.telemetry.views import HostNetwork
from tftptui.telemetry.words import joined

_ASSUMED = {4: 24, 6: 64}
_SUMMARY = {4: 20, 6: 48}
"""A route of fewer bits most likely sums up networks: it tells none's length."""

LOOPBACKS = ("127.0.0.1", "::1")
"""Others of 127.0.0.0/8 may stand for machines, as those of the demo do."""

_MOST_NAMED, _MOST_TOLD = 4, 4
LENGTHS = {4: tuple(range(8, 33)), 6: (*range(32, 65, 4), 128)}
"""Lengths that a person may choose, the widest first."""


class Basis(Enum):
    """How the length of a network is known."""

    ASSUMED = "assumed"
    INTERFACE = "interface"
    """The server's host is in it."""
    ROUTE = "route"
    """The server's host has a route to it."""
    HOST = "host"
    """The server's host itself, over its loopback."""
    CHOSEN = "chosen"
    """Somebody chose it."""


@dataclass(frozen=True, slots=True)
class ClientNetwork:
    """A network that clients are taken to come from.

    Attributes:
        seen: their addresses in it, all that were seen.
        source: what tells its length: a device, "eth0", or a gateway.
        summary: a route that leads there and to more; "" if there is none.
    """

    network: Network
    seen: tuple[Address, ...]
    basis: Basis
    source: str = ""
    summary: str = ""

    @property
    def is_assumed(self) -> bool:
        """Whether nothing but a habit speaks for this length."""
        return self.basis is Basis.ASSUMED

    @property
    def words(self) -> str:
        """How it is known, as a sentence without its full stop."""
        match self.basis:
            case Basis.ASSUMED:
                return f"{self.network} is assumed: {self._seen()}{self._summary()}"
            case Basis.INTERFACE:
                return f"{self.network} is the network of the server's {self.source}"
            case Basis.ROUTE:
                return f"{self.network} is the server's route ({self.source})"
            case Basis.HOST:
                return f"{self.network.network_address} is the server's own host"
            case Basis.CHOSEN:
                return f"{self.network} was set here: {self._seen()}"

    def _seen(self) -> str:
        if len(self.seen) == 1:
            return f"only {self.seen[0]} was seen"
        if len(self.seen) <= _MOST_NAMED:
            return f"{joined([*map(str, self.seen)])} were seen"
        named = ", ".join(map(str, self.seen[:_MOST_NAMED]))
        return f"{len(self.seen)} of its addresses were seen ({named} …)"

    def _summary(self) -> str:
        if not self.summary:
            return ""
        return f"; the server's route {self.summary} covers many networks"


def network_around(address: Address) -> Network:
    """Return the /24 (IPv6: /64) that a client's address is taken to stand for."""
    return _around(address, _ASSUMED[address.version])


def client_networks(
    clients: Iterable[Address],
    seen: Iterable[Address] = (),
    known: Iterable[HostNetwork] = (),
    chosen: Mapping[int, int] | None = None,
) -> tuple[ClientNetwork, ...]:
    """Return the networks of clients.

    Args:
        clients: those that matter.
        seen: all that were seen; they speak for a network as well.
        known: networks of the server's host.
        chosen: lengths that somebody has chosen, by IP version.
    """
    clients, places = tuple(dict.fromkeys(clients)), tuple(_places(known))
    found: dict[Network, ClientNetwork] = {}
    for client in clients:
        one = _network_of(client, places, chosen or {})
        found.setdefault(one.network, one)
    lengths = {network.prefixlen for network in found}
    for address in sorted({*clients, *seen}, key=lambda one: (one.version, int(one))):
        around = (_around(address, n) for n in lengths if n <= address.max_prefixlen)
        for network in found.keys() & set(around):
            one = found[network]
            found[network] = replace(one, seen=(*one.seen, address))
    return tuple(found.values())


def told_networks(
    networks: Iterable[ClientNetwork],
) -> tuple[tuple[ClientNetwork, ...], int]:
    """Return those to name, assumed ones first, and how many are left out."""
    ordered = sorted(networks, key=lambda one: not one.is_assumed)
    return tuple(ordered[:_MOST_TOLD]), len(ordered[_MOST_TOLD:])


def _network_of(
    client: Address,
    places: tuple[tuple[Network, HostNetwork], ...],
    chosen: Mapping[int, int],
) -> ClientNetwork:
    length, basis = _ASSUMED[client.version], Basis.ASSUMED
    fitting = [place for place in places if client in place[0]]
    if client.version in chosen:
        length, basis = chosen[client.version], Basis.CHOSEN
    elif str(client) in LOOPBACKS:
        length, basis = client.max_prefixlen, Basis.HOST
    elif fitting:
        return _known(client, *max(fitting, key=lambda place: place[0].prefixlen))
    return ClientNetwork(_around(client, length), (), basis)


def _known(client: Address, network: Network, told: HostNetwork) -> ClientNetwork:
    if told.is_own:
        return ClientNetwork(network, (), Basis.INTERFACE, told.device)
    if network.prefixlen < _SUMMARY[client.version]:
        around = network_around(client)
        return ClientNetwork(around, (), Basis.ASSUMED, summary=told.network)
    way = f"via {told.gateway}" if told.gateway else f"by {told.device}"
    return ClientNetwork(network, (), Basis.ROUTE, way)


def _places(known: Iterable[HostNetwork]) -> Iterator[tuple[Network, HostNetwork]]:
    for one in known:
        yield ip_network(one.network), one


def _around(address: Address, length: int) -> Network:
    return ip_network((address.packed, length), strict=False)
