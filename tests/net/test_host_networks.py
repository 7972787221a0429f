"""This host's networks with known prefix lengths."""

import subprocess
import sys
from ipaddress import ip_address
from pathlib import Path

import msgspec
import pytest

from tests.support.namespaces import IP, Routed
from tftptui.knowledge.firewall.networks import client_networks
from tftptui.net.host_networks import host_networks, ipv4_routes, ipv6_routes
from tftptui.net.interfaces import interface_addresses
from tftptui.telemetry.views import HostNetwork

HERE = Path(__file__).parents[2]
V4 = """\
Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t0104000A\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth0\t0004000A\t00000000\t0001\t0\t0\t0\t00FEFFFF\t0\t0\t0
eth0\t0008000A\t0104000A\t0003\t0\t0\t0\t00FCFFFF\t0\t0\t0
eth0\t0909000A\t0104000A\t0007\t0\t0\t0\tFFFFFFFF\t0\t0\t0
*\t0000100A\t00000000\t0201\t0\t0\t0\t0000FFFF\t0\t0\t0
half\ta\tline
"""
V6 = """\
20010db8000200000000000000000000 40 00000000000000000000000000000000 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 fd000000000000000000000000000001 00000400 00000003 00000000 00000003     eth0
ff000000000000000000000000000000 08 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000004 00000000 00000001     eth0
fd000000000000000000000000000002 80 00000000000000000000000000000000 00 00000000000000000000000000000000 00000000 00000004 00000000 80200001     eth0
"""  # noqa: E501 - as the kernel writes it


@pytest.mark.skipif(sys.byteorder != "little", reason="written on such a machine")
def test_routes_are_read_but_for_default_host_and_refusing_ones() -> None:
    assert list(ipv4_routes(V4)) == [
        HostNetwork("10.0.4.0/23", "eth0"),
        HostNetwork("10.0.8.0/22", "eth0", "10.0.4.1"),
    ]


def test_ipv6_routes_are_read_but_for_multicast_too() -> None:
    assert list(ipv6_routes(V6)) == [HostNetwork("2001:db8:2::/64", "eth0", "fe80::1")]


def test_own_networks_are_told_once_and_the_loopback_never() -> None:
    found = host_networks()
    own = {
        str(one.network)
        for each in interface_addresses().values()
        for one in each
        if not one.is_loopback and one.network.num_addresses > 1
    }
    assert {one.network for one in found if one.is_own} == own
    assert len({(one.network, one.device) for one in found}) == len(found)
    assert not [one for one in found if one.device == "lo"]


TELL = (
    "import msgspec; from tftptui.net.host_networks import host_networks; "
    "print(msgspec.json.encode(host_networks()).decode())"
)


@pytest.mark.netns
def test_a_route_to_the_clients_network_tells_its_length(network: Routed) -> None:
    for family, to, hop in (
        ("-4", "198.51.100.0/25", network.NEAR),
        ("-6", "2001:db8:2::/60", network.NEAR_V6),
    ):
        command = [*network.server, IP, family, "route", "add", to, "via", hop]
        subprocess.run(command, check=True, capture_output=True)
    command = [*network.server, sys.executable, "-c", TELL]
    told = subprocess.run(command, check=True, capture_output=True, cwd=HERE)
    found = msgspec.json.decode(told.stdout, type=list[HostNetwork])
    assert HostNetwork("203.0.113.0/24", "eth0", is_own=True) in found
    assert HostNetwork("198.51.100.0/25", "eth0", network.NEAR) in found
    assert HostNetwork("2001:db8:2::/60", "eth0", network.NEAR_V6) in found
    (clients,) = client_networks([ip_address(network.CLIENT)], (), found)
    assert clients.words == "198.51.100.0/25 is the server's route (via 203.0.113.1)"
