"""Access lists: which client networks are allowed or denied."""

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
"""Prefix length, by IP version, that one sender is assumed to control."""


class AccessList:
    """The allow and deny lists of client networks.

    Args:
        allow: networks as text; an empty list allows everybody.
        deny: networks as text; deny wins over allow.

    Raises:
        SettingsError: a text is not a network.
    """

    def __init__(self, allow: tuple[str, ...], deny: tuple[str, ...]) -> None:
        self._allow = [parse_network(text) for text in allow]
        self._deny = [parse_network(text) for text in deny]

    def admits(self, host: str) -> bool:
        """Return whether requests from an address are accepted."""
        if not self._allow and not self._deny:
            return True
        address = plain_address(host)
        if any(address in network for network in self._deny):
            return False
        return not self._allow or any(address in network for network in self._allow)


def plain_address(host: str) -> Address:
    """Return the parsed address; IPv4-mapped IPv6 becomes IPv4."""
    address = ip_address(host.partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


@lru_cache(maxsize=4_096)
def neighbourhood(host: str) -> str:
    """Return the network that an address is counted with: its /24 or /64.

    The prefix is fixed, not taken from interfaces or routes: it limits what one sender
    may cost, and with a /8 route one sender would count for millions of addresses. In
    findings it names clients that most likely share a path, which also holds for parts
    of a larger network; smaller networks behind a router are seldom known here.
    Link-local addresses keep their zone (RFC 4007 §11): fe80::%eth0/64.
    """
    if ":" not in host:
        return f"{host.rpartition('.')[0]}.0/24"  # fast: forged addresses are many
    address = plain_address(host)
    network = ip_network((address, _NEIGHBOURHOOD[address.version]), strict=False)
    _, percent, link = host.partition("%")
    return f"{network.network_address}{percent}{link}/{network.prefixlen}"
