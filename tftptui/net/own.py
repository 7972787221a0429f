"""This host's own addresses, and the networks it stands in."""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

import psutil

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class OwnAddresses:
    """Addresses of this host without their scopes, and the networks on its links."""

    addresses: frozenset[str]
    networks: tuple[Network, ...]

    def is_on_link(self, address: str) -> bool | None:
        """Whether an address is reached without a router; None for what is none."""
        try:
            found = ip_address(address.partition("%")[0])
        except ValueError:
            return None
        return any(found in network for network in self.networks)


def own_addresses() -> OwnAddresses:
    """Return what this host's interfaces have at the moment."""
    addresses: set[str] = set()
    networks: set[Network] = set()
    for found in psutil.net_if_addrs().values():
        for one in found:
            network = _network(one.address, one.netmask)
            if network is not None:
                addresses.add(one.address.partition("%")[0])
                networks.add(network)
    return OwnAddresses(frozenset(addresses), tuple(sorted(networks, key=str)))


def _network(address: str, mask: str | None) -> Network | None:
    bare = address.partition("%")[0]
    try:
        if mask is None:
            return ip_network(bare)
        if ":" in mask:  # psutil tells IPv6 masks in full; ipaddress wants a length
            length = int(ip_address(mask)).bit_count()
            return ip_network(f"{bare}/{length}", strict=False)
        return ip_network(f"{bare}/{mask}", strict=False)
    except ValueError:  # a MAC address
        return None
