"""The addresses of this host."""

from ipaddress import ip_network

from tftptui.net.interfaces import (
    Links,
    interface_addresses,
    own_addresses,
    own_links,
    source_towards,
)

LINKS = Links(frozenset({"10.0.1.5"}), frozenset({ip_network("10.0.1.0/24")}))


def test_the_loopback_is_found_with_its_network() -> None:
    networks = [str(i) for each in interface_addresses().values() for i in each]
    assert "127.0.0.1/8" in networks


def test_packets_to_ourselves_leave_from_ourselves() -> None:
    assert source_towards("127.0.0.1") == "127.0.0.1"


def test_own_addresses_are_those_that_others_can_reach() -> None:
    addresses = own_addresses()
    assert [a for a in addresses if a.is_loopback or a.is_link_local] == []
    assert addresses == sorted(addresses, key=lambda address: address.version)


def test_this_hosts_links_have_its_addresses_and_networks() -> None:
    links = own_links()
    assert "127.0.0.1" in links.addresses
    assert not [one for one in links.addresses if "%" in one]
    assert links.reach("127.3.2.1") is True


def test_a_link_reaches_its_own_network_alone() -> None:
    assert LINKS.reach("10.0.1.9") is True
    assert LINKS.reach("10.0.2.9") is False
    assert LINKS.reach("fe80::1%eth0") is False
    assert LINKS.reach("nobody") is None
