"""Which interfaces are accepted as a cable to one board, and why others are not."""

from collections.abc import Mapping
from ipaddress import IPv4Interface, IPv4Network
from typing import Any

import msgspec
import pytest

from tftptui.cable.guards import InterfaceFacts, reasons_against
from tftptui.cable.read_interface import (
    NoInterfaceError,
    facts_from,
    read_interface,
)

CABLE = InterfaceFacts(
    name="eth1", mac=bytes(6), addresses=(IPv4Interface("192.168.0.66/24"),)
)


def test_a_plain_ethernet_interface_may_even_when_it_is_down() -> None:
    down = msgspec.structs.replace(CABLE, is_up=False)
    assert (reasons_against(CABLE), reasons_against(down)) == ([], [])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"link_type": "loopback"}, "eth1 is the loopback interface"),
        ({"link_type": "none"}, "eth1 is not an Ethernet interface (none)"),
        ({"is_wireless": True}, "eth1 is wireless: it would answer every machine"),
        ({"kind": "bridge"}, "eth1 is a bridge: it joins networks"),
        ({"kind": "bond"}, "eth1 is a bond: it leads to a switch"),
        ({"kind": "vlan"}, "eth1 is a VLAN: it leads to a switch"),
        (
            {"master": "br0", "master_kind": "bridge"},
            "eth1 is part of the bridge br0: packets reach other machines",
        ),
        (
            {"default_gateways": ("192.168.0.1",)},
            "eth1 has the default route (router 192.168.0.1): it leads to a network",
        ),
        ({"default_gateways": ("",)}, "eth1 has the default route: it leads to a"),
        (
            {"leased": ("192.168.0.7/24",)},
            "eth1 has 192.168.0.7/24 from a DHCP server or a router",
        ),
    ],
)
def test_others_are_refused_with_the_reason(
    changes: Mapping[str, Any], reason: str
) -> None:
    (said,) = reasons_against(msgspec.structs.replace(CABLE, **changes))
    assert said.startswith(reason)


def test_each_reason_is_said() -> None:
    facts = msgspec.structs.replace(
        CABLE, is_wireless=True, default_gateways=("10.0.0.1",), leased=("10.0.0.9/8",)
    )
    assert len(reasons_against(facts)) == 3


LINKS: list[dict[str, Any]] = [
    {"ifname": "lo", "link_type": "loopback", "flags": ["UP"], "addr_info": []},
    {
        "ifname": "wlan0",
        "link_type": "ether",
        "flags": ["UP"],
        "addr_info": [
            {"family": "inet", "local": "10.1.0.7", "prefixlen": 16, "dynamic": True}
        ],
    },
    {
        "ifname": "eth1",
        "link_type": "ether",
        "address": "52:54:00:00:00:01",
        "flags": ["BROADCAST", "UP"],
        "master": "br0",
        "addr_info": [
            {"family": "inet", "local": "192.168.0.66", "prefixlen": 24},
            {"family": "inet6", "local": "fe80::1", "prefixlen": 64, "scope": "link"},
        ],
    },
    {"ifname": "br0", "link_type": "ether", "linkinfo": {"info_kind": "bridge"}},
]
ROUTES: list[dict[str, Any]] = [
    {"dst": "default", "gateway": "10.1.0.1", "dev": "wlan0"},
    {"dst": "172.16.0.0/12", "gateway": "10.1.0.1", "dev": "wlan0"},
    {"dst": "192.168.0.0/24", "dev": "eth1"},
    {"type": "local", "dst": "127.0.0.0/8", "dev": "lo", "table": "local"},
]


def test_what_ip_says_becomes_facts() -> None:
    assert facts_from("eth1", LINKS, ROUTES, is_wireless=False) == InterfaceFacts(
        name="eth1",
        master="br0",
        master_kind="bridge",
        mac=bytes.fromhex("525400000001"),
        addresses=(IPv4Interface("192.168.0.66/24"),),
        other_networks=(IPv4Network("10.1.0.0/16"), IPv4Network("172.16.0.0/12")),
    )
    wireless = facts_from("wlan0", LINKS, ROUTES, is_wireless=True)
    assert wireless.default_gateways == ("10.1.0.1",)
    assert wireless.leased == ("10.1.0.7/16",)


def test_a_default_route_by_several_routers_is_one_of_each() -> None:
    hops = [{"gateway": "10.1.0.1", "dev": "wlan0"}, {"dev": "eth1"}]
    facts = facts_from(
        "eth1", LINKS, [{"dst": "default", "nexthops": hops}], is_wireless=False
    )
    assert facts.default_gateways == ("",)


def test_an_interface_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(NoInterfaceError, match="no interface eth9; there are: br0, e"):
        facts_from("eth9", LINKS, ROUTES, is_wireless=False)


def test_this_machines_loopback_is_read_and_refused() -> None:
    facts = read_interface("lo")
    assert facts.link_type == "loopback"
    assert len(reasons_against(facts)) == 1
