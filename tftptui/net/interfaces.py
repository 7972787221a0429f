"""The addresses of this machine, and source addresses of routes."""

import socket
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
    ip_address,
    ip_interface,
)

import msgspec

from tftptui.net.addresses import Endpoint
from tftptui.net.routes import mtu_towards

_FAMILIES = (socket.AF_INET, socket.AF_INET6)
_FAR_AWAY = ("192.0.2.1", "2001:db8::1")
"""Unused addresses (RFC 5737, RFC 3849): only the default route leads there."""

Interface = IPv4Interface | IPv6Interface
Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses of this host without their scopes, and the networks on its links."""

    addresses: frozenset[str] = frozenset()
    networks: frozenset[Network] = frozenset()

    def reach(self, address: str) -> bool | None:
        """Return whether an address is reached without a router; None if invalid."""
        try:
            found = ip_address(address.partition("%")[0])
        except ValueError:
            return None
        return any(found in network for network in self.networks)


def interface_addresses() -> dict[str, list[Interface]]:
    """Return the addresses of each network interface, with their networks."""
    import psutil  # noqa: PLC0415 - it is slow, and screens seldom ask

    found: dict[str, list[Interface]] = {}
    for name, entries in psutil.net_if_addrs().items():
        found[name] = [
            _interface(entry.address, entry.netmask)
            for entry in entries
            if entry.family in _FAMILIES
        ]
    return found


def own_links() -> Links:
    """Return the current addresses and networks of this host."""
    own = [each for found in interface_addresses().values() for each in found]
    return Links(
        frozenset(str(each.ip) for each in own), frozenset(each.network for each in own)
    )


def is_own_address(local: Endpoint) -> bool:
    """Return whether this machine has an address now; always for a wildcard."""
    with socket.socket(local.family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(msgspec.structs.replace(local, port=0).as_socket_address())
        except OSError:
            return False
    return True


def source_towards(host: str) -> str | None:
    """Return our source address for packets to HOST; None without a route."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.connect((host, 9))  # sends nothing
        source: str = probe.getsockname()[0]
        return source.partition("%")[0]
    return None


def own_addresses() -> list[IPv4Address | IPv6Address]:
    """Return the addresses at which others can reach us, IPv4 first.

    These are the source addresses of the default route; without one, all except
    loopback and link-local addresses.
    """
    facing = [source_towards(host) for host in _FAR_AWAY]
    found = [ip_address(source) for source in facing if source is not None]
    if not found:
        interfaces = [i for each in interface_addresses().values() for i in each]
        found = [interface.ip for interface in interfaces]
    usable = [a for a in found if not (a.is_loopback or a.is_link_local)]
    return sorted(dict.fromkeys(usable), key=lambda address: address.version)


def default_route_mtu() -> int | None:
    """Return the smallest MTU of the default routes in bytes, if known."""
    found = [mtu_towards((host, 9)) for host in _FAR_AWAY]
    return min((mtu for mtu in found if mtu is not None), default=None)


def _interface(address: str, netmask: str | None) -> Interface:
    """Return an address with its network; a tunnel may have no netmask."""
    own = ip_address(address.partition("%")[0])
    if netmask is None:
        return ip_interface(own)
    data = ip_address(netmask.partition("/")[0]).packed
    return ip_interface(f"{own}/{int.from_bytes(data, 'big').bit_count()}")
