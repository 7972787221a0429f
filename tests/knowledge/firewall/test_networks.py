"""The assumed networks of clients, and how they are explained."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tftptui.knowledge.firewall.networks import (
    LENGTHS,
    Basis,
    ClientNetwork,
    client_networks,
    shown_networks,
)
from tftptui.telemetry.views import HostNetwork

ETH0 = HostNetwork("10.0.4.0/23", "eth0", is_own=True)
OSPF = HostNetwork("10.0.8.0/22", "eth0", "10.0.4.1")
ALL_OF_10 = HostNetwork("10.0.0.0/8", "eth0", "10.0.4.1")
TUNNEL = HostNetwork("10.7.0.0/20", "tun0")
SUMMARY = "; the server's route 10.0.0.0/8 covers many networks"
KNOWN = (ETH0, OSPF, ALL_OF_10, TUNNEL)


def of(client: str, *others: str, **given: object) -> ClientNetwork:
    seen = [ip_address(one) for one in others]
    known = given.pop("known", KNOWN)
    assert isinstance(known, tuple)
    (one,) = client_networks([ip_address(client)], seen, known, **given)  # type: ignore[arg-type]
    return one


def test_one_address_is_a_24_that_is_said_to_be_assumed() -> None:
    one = of("192.0.2.7")
    assert (str(one.network), one.basis) == ("192.0.2.0/24", Basis.ASSUMED)
    assert one.words == "192.0.2.0/24 is assumed: only 192.0.2.7 was seen"


def test_of_ipv6_it_is_a_64() -> None:
    assert "2001:db8:2::/64 is assumed" in of("2001:db8:2::7").words


def test_others_that_were_seen_speak_for_it() -> None:
    one = of("192.0.2.7", "192.0.2.9", "192.0.2.7", "198.51.100.1")
    assert one.words.endswith("assumed: 192.0.2.7 and 192.0.2.9 were seen")


def test_of_many_a_few_are_named() -> None:
    others = [f"192.0.2.{last}" for last in range(10, 30)]
    said = of("192.0.2.7", *others).words
    assert "21 of its addresses were seen (192.0.2.7, 192.0.2.10, 192.0.2.11," in said
    assert said.endswith("192.0.2.12 …)")


@pytest.mark.parametrize(
    ("client", "said"),
    [
        ("10.0.5.9", "10.0.4.0/23 is the network of the server's eth0"),
        ("10.0.9.1", "10.0.8.0/22 is the server's route (via 10.0.4.1)"),
        ("10.7.3.1", "10.7.0.0/20 is the server's route (by tun0)"),
        ("127.0.0.1", "127.0.0.1 is the server's own host"),
        (
            "10.99.1.2",
            f"10.99.1.0/24 is assumed: only 10.99.1.2 was seen{SUMMARY}",
        ),
    ],
)
def test_what_the_servers_host_knows_goes_before_a_guess(
    client: str, said: str
) -> None:
    assert of(client).words == said


def test_a_length_that_was_chosen_goes_before_everything() -> None:
    one = of("10.0.5.9", chosen={4: 28})
    assert (str(one.network), one.basis) == ("10.0.5.0/28", Basis.CHOSEN)


def test_assumed_ones_are_told_first_and_not_all_of_many() -> None:
    clients = [ip_address(f"10.{n}.1.2") for n in range(100, 110)]
    found = client_networks([ip_address("10.0.5.9"), *clients], (), KNOWN)
    told, more = shown_networks(found)
    assert told[0].is_assumed
    assert len(told) + more == len(found) == 11
    assert len(told) < 5


addresses = st.ip_addresses().filter(lambda one: not one.is_loopback)


@given(st.lists(addresses, min_size=1, max_size=8), st.data())
def test_every_client_is_in_one_of_its_networks(
    clients: list[object], data: st.DataObject
) -> None:
    chosen = {
        version: data.draw(st.sampled_from(lengths))
        for version, lengths in LENGTHS.items()
        if data.draw(st.booleans())
    }
    own = [ip_address(str(one)) for one in clients]
    found = client_networks(own, (), KNOWN, chosen)
    for one in own:
        (network,) = [each for each in found if one in each.network]
        assert one in network.seen
    assert len({ip_network(one.network) for one in found}) == len(found)
