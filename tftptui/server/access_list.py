"""Whose requests are taken: lists of networks."""

from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from tftptui.settings import parse_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_NEIGHBOURHOOD = {4: 24, 6: 64}
"""Prefix lengths of what one sender is likely to hold whole."""


class AccessList:
    """Who may ask: whom an allow list names, if there is one, and no deny list does.

    Args:
        allow: networks as text; none means everybody.
        deny: networks as text; they win.

    Raises:
        SettingsError: a text is no network.
    """

    def __init__(self, allow: tuple[str, ...], deny: tuple[str, ...]) -> None:
        self._allow = [parse_network(text) for text in allow]
        self._deny = [parse_network(text) for text in deny]

    def admits(self, host: str) -> bool:
        """Whether requests of an address are taken."""
        if not self._allow and not self._deny:
            return True
        address = plain_address(host)
        if any(address in network for network in self._deny):
            return False
        return not self._allow or any(address in network for network in self._allow)


def plain_address(host: str) -> Address:
    """Return an address; one of IPv4 that IPv6 carries as what it is."""
    address = ip_address(host.partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


@lru_cache(maxsize=4_096)
def neighbourhood(host: str) -> str:
    """Return the network that an address is counted with: its /24, or /64.

    Not the one that interfaces or routes tell: it bounds what one sender may cost, and
    a route of 8 bits would let one sender speak for millions. In findings it says
    whose ways are most likely one, which holds for parts of a larger network, too; a
    smaller one behind a router is seldom known here. Link-local addresses are of the
    link that they name (RFC 4007 §11): fe80::%eth0/64.
    """
    if ":" not in host:
        return f"{host.rpartition('.')[0]}.0/24"  # forged ones are many: in short
    address = plain_address(host)
    network = ip_network((address, _NEIGHBOURHOOD[address.version]), strict=False)
    _, percent, link = host.partition("%")
    return f"{network.network_address}{percent}{link}/{network.prefixlen}"
