"""The networks that this host is in or has a route to, with their prefix lengths."""

import sys
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import IPv4Network, IPv6Network, ip_address
from pathlib import Path

from tftptui.net.interfaces import interface_addresses
from tftptui.telemetry.views import HostNetwork

IPV4_ROUTES, IPV6_ROUTES = Path("/proc/net/route"), Path("/proc/net/ipv6_route")

_UP, _REJECT = 0x1, 0x200
"""Flags of a route (linux/route.h)."""

_MOST = 256
"""Maximum number of networks: a router may know many thousands."""


def host_networks() -> list[HostNetwork]:
    """Return these networks, those of our own interfaces first.

    Routes are read on Linux only, without the default route and routes to single hosts,
    which say nothing about a network.
    """
    own = (
        HostNetwork(network=str(one.network), device=name, is_own=True)
        for name, addresses in interface_addresses().items()
        for one in addresses
        if one.network.num_addresses > 1 and not one.is_loopback
    )
    routes = (*ipv4_routes(_text(IPV4_ROUTES)), *ipv6_routes(_text(IPV6_ROUTES)))
    found: dict[tuple[str, str], HostNetwork] = {}
    for one in (*own, *routes):
        found.setdefault((one.network, one.device), one)
    return list(found.values())[:_MOST]


def ipv4_routes(text: str) -> Iterator[HostNetwork]:
    """Yield the networks in /proc/net/route, whose addresses are in host order."""
    for line in text.splitlines()[1:]:
        with suppress(ValueError, IndexError):
            device, to, via, flags, _, _, _, mask, *_ = line.split()
            length = int(mask, 16).bit_count()
            network = IPv4Network((_in_host_order(to), length))
            if _leads(flags) and 0 < length < network.max_prefixlen:
                yield _route(network, device, _in_host_order(via))


def ipv6_routes(text: str) -> Iterator[HostNetwork]:
    """Yield the networks in /proc/net/ipv6_route, except multicast ones."""
    for line in text.splitlines():
        with suppress(ValueError, IndexError):
            to, size, _, _, via, _, _, _, flags, device = line.split()
            network = IPv6Network((bytes.fromhex(to), int(size, 16)))
            is_one = 0 < network.prefixlen < network.max_prefixlen
            if _leads(flags) and is_one and not network.is_multicast:
                yield _route(network, device, bytes.fromhex(via))


def _route(
    network: IPv4Network | IPv6Network, device: str, gateway: bytes
) -> HostNetwork:
    via = str(ip_address(gateway)) if any(gateway) else ""
    return HostNetwork(network=str(network), device=device, gateway=via)


def _leads(flags: str) -> bool:
    return int(flags, 16) & (_UP | _REJECT) == _UP


def _in_host_order(text: str) -> bytes:
    return int(text, 16).to_bytes(4, sys.byteorder)


def _text(path: Path) -> str:
    try:
        return path.read_text("ascii", "replace")
    except OSError:  # not Linux
        return ""
