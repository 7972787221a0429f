"""The addresses of this machine."""

from tftptui.net.interfaces import (
    interface_addresses,
    own_addresses,
    source_towards,
)


def test_the_loopback_is_found_with_its_network() -> None:
    networks = [str(i) for each in interface_addresses().values() for i in each]
    assert "127.0.0.1/8" in networks


def test_packets_to_ourselves_leave_from_ourselves() -> None:
    assert source_towards("127.0.0.1") == "127.0.0.1"


def test_own_addresses_are_those_that_others_can_reach() -> None:
    addresses = own_addresses()
    assert [a for a in addresses if a.is_loopback or a.is_link_local] == []
    assert addresses == sorted(addresses, key=lambda address: address.version)
