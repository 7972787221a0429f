"""Checks whether an interface may be a cable to one board: pure functions.

A DHCP server on a shared network takes machines off it, so any doubt refuses. Checks of
received packets are in ``lease.py``.
"""

from collections.abc import Iterator
from ipaddress import IPv4Interface, IPv4Network

import msgspec


class InterfaceFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Facts about one network interface.

    Attributes:
        link_type: "ether", "loopback", "none", …, as in ``ip``.
        kind: of a virtual interface: "bridge", "bond", "vlan", "veth", …
        master: the interface that it belongs to; ``master_kind`` is the kind of that.
        mac: 6 bytes on Ethernet.
        is_up: whether it is set up; a cable may still be missing.
        default_gateways: routers of its default routes; "" for a route without one.
        leased: addresses with a lifetime, from a DHCP server or a router.
        addresses: IPv4 addresses set manually.
        other_networks: IPv4 networks of other interfaces and routes.
    """

    name: str
    link_type: str = "ether"
    kind: str = ""
    master: str = ""
    master_kind: str = ""
    is_wireless: bool = False
    is_up: bool = True
    mac: bytes = bytes(6)
    default_gateways: tuple[str, ...] = ()
    leased: tuple[str, ...] = ()
    addresses: tuple[IPv4Interface, ...] = ()
    other_networks: tuple[IPv4Network, ...] = ()


_GROUPS = {
    "bridge": "a bridge: it joins networks, and a cable joins two machines",
    "bond": "a bond: it leads to a switch, not to a board",
    "team": "a team of links: it leads to a switch, not to a board",
    "vlan": "a VLAN: it leads to a switch, not to a board",
}
"""Kinds that can't be a cable, and why."""


def reasons_against(facts: InterfaceFacts) -> list[str]:
    """Return why an interface may not be a cable, a sentence each; may be empty."""
    return list(_reasons(facts))


def _reasons(facts: InterfaceFacts) -> Iterator[str]:
    name = facts.name
    if facts.link_type == "loopback":
        yield f"{name} is the loopback interface: no board can be plugged into it"
        return
    if facts.link_type != "ether":
        yield f"{name} is not an Ethernet interface ({facts.link_type})"
    if facts.is_wireless:
        yield f"{name} is wireless: it would answer every machine of that network"
    if facts.kind in _GROUPS:
        yield f"{name} is {_GROUPS[facts.kind]}"
    if facts.master:
        whole = f"the {facts.master_kind or 'interface'} {facts.master}"
        yield f"{name} is part of {whole}: packets reach other machines too"
    if facts.default_gateways:
        gateway = next(filter(None, facts.default_gateways), "")
        via = f" (router {gateway})" if gateway else ""
        yield f"{name} has the default route{via}: it leads to a network, not a board"
    if facts.leased:
        yield (
            f"{name} has {facts.leased[0]} from a DHCP server or a router: "
            "that network has its own DHCP"
        )
