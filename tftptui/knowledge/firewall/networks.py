"""The networks of clients, and how they are known.

An address does not reveal its prefix length. If the server's host is in the network, or
has a route to it, that is used; otherwise a /24 (IPv6: /64) is assumed, and labeled as
such.
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
"""A route with a shorter prefix most likely covers many networks."""

LOOPBACKS = ("127.0.0.1", "::1")
"""Other addresses of 127.0.0.0/8 may represent machines, as in the demo."""

_MOST_NAMED, _MOST_SHOWN = 4, 4
LENGTHS = {4: tuple(range(8, 33)), 6: (*range(32, 65, 4), 128)}
"""Prefix lengths that the user may choose, the widest network first."""


class Basis(Enum):
    """The source of a network's prefix length."""

    ASSUMED = "assumed"
    INTERFACE = "interface"
    """The server's host is in it."""
    ROUTE = "route"
    """The server's host has a route to it."""
    HOST = "host"
    """The server's host itself, on its loopback."""
    CHOSEN = "chosen"
    """The user chose it."""


@dataclass(frozen=True, slots=True)
class ClientNetwork:
    """A network of clients.

    Attributes:
        seen: all its addresses that were seen.
        source: source of the prefix length: a device, "eth0", or a gateway.
        summary: a route to it and other networks; "" if there is none.
    """

    network: Network
    seen: tuple[Address, ...]
    basis: Basis
    source: str = ""
    summary: str = ""

    @property
    def is_assumed(self) -> bool:
        """True if the prefix length is just the default."""
        return self.basis is Basis.ASSUMED

    @property
    def words(self) -> str:
        """The source of the prefix length, as a sentence without its period."""
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
    """Return the /24 (IPv6: /64) assumed for a client's address."""
    return _around(address, _ASSUMED[address.version])


def client_networks(
    clients: Iterable[Address],
    seen: Iterable[Address] = (),
    known: Iterable[HostNetwork] = (),
    chosen: Mapping[int, int] | None = None,
) -> tuple[ClientNetwork, ...]:
    """Return the networks of clients.

    Args:
        clients: the clients in question.
        seen: all clients seen, listed with the networks, too.
        known: networks of the server's host.
        chosen: prefix lengths chosen by the user, by IP version.
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


def shown_networks(
    networks: Iterable[ClientNetwork],
) -> tuple[tuple[ClientNetwork, ...], int]:
    """Return the networks to name, assumed ones first, and the number of others."""
    ordered = sorted(networks, key=lambda one: not one.is_assumed)
    return tuple(ordered[:_MOST_SHOWN]), len(ordered[_MOST_SHOWN:])


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


def _known(
    client: Address, network: Network, host_network: HostNetwork
) -> ClientNetwork:
    if host_network.is_own:
        return ClientNetwork(network, (), Basis.INTERFACE, host_network.device)
    if network.prefixlen < _SUMMARY[client.version]:
        around = network_around(client)
        return ClientNetwork(around, (), Basis.ASSUMED, summary=host_network.network)
    way = (
        f"via {host_network.gateway}"
        if host_network.gateway
        else f"by {host_network.device}"
    )
    return ClientNetwork(network, (), Basis.ROUTE, way)


def _places(known: Iterable[HostNetwork]) -> Iterator[tuple[Network, HostNetwork]]:
    for one in known:
        yield ip_network(one.network), one


def _around(address: Address, length: int) -> Network:
    return ip_network((address.packed, length), strict=False)
