"""Allow and deny lists."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tftptui.server.access_list import AccessList, neighbourhood, plain_address
from tftptui.settings import SettingsError

INSIDE, OUTSIDE = "192.0.2.7", "198.51.100.1"
NET = ("192.0.2.0/24",)


@pytest.mark.parametrize("host", [INSIDE, "2001:db8::1", "fe80::1"])
def test_without_lists_everybody_may(host: str) -> None:
    assert AccessList((), ()).admits(host)


@pytest.mark.parametrize(
    ("allow", "deny", "host", "admitted"),
    [
        pytest.param(NET, (), INSIDE, True, id="allowed"),
        pytest.param(NET, (), OUTSIDE, False, id="not-allowed"),
        pytest.param((), NET, INSIDE, False, id="denied"),
        pytest.param((), NET, OUTSIDE, True, id="not-denied"),
        pytest.param(NET, NET, INSIDE, False, id="deny-wins"),
        pytest.param(NET, ("192.0.2.8",), INSIDE, True, id="a-neighbour-is-denied"),
        pytest.param(("0.0.0.0/0",), ("192.0.2.7",), INSIDE, False, id="one-of-all"),
        pytest.param((*NET, "10.0.0.0/8"), (), "10.9.9.9", True, id="the-second"),
        pytest.param(NET, (), "2001:db8::1", False, id="ipv6-not-in-an-ipv4-list"),
        pytest.param(("::/0",), (), INSIDE, False, id="all-of-ipv6-is-not-ipv4"),
        pytest.param((), ("::/0",), INSIDE, True, id="no-ipv6"),
        pytest.param(("2001:db8::/32",), (), "2001:db8:1::9", True, id="ipv6"),
        pytest.param(("fe80::/10",), (), "fe80::1%eth0", True, id="scope"),
        pytest.param(NET, (), "::ffff:192.0.2.7", True, id="mapped-client"),
        pytest.param((), NET, "::ffff:192.0.2.7", False, id="mapped-client-denied"),
        pytest.param((), ("::ffff:192.0.2.0/120",), INSIDE, False, id="mapped-list"),
    ],
)
def test_who_may_ask(
    *, allow: tuple[str, ...], deny: tuple[str, ...], host: str, admitted: bool
) -> None:
    assert AccessList(allow, deny).admits(host) is admitted


def test_what_is_no_network_is_refused() -> None:
    with pytest.raises(SettingsError, match="is not a network"):
        AccessList(("everybody",), ())


@given(st.ip_addresses())
def test_an_address_alone_is_a_network_of_one(
    address: IPv4Address | IPv6Address,
) -> None:
    alone = (str(address),)
    assert AccessList(alone, ()).admits(str(address))
    assert not AccessList((), alone).admits(str(address))


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("192.0.2.7", "192.0.2.0/24"),
        ("::ffff:192.0.2.7", "192.0.2.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::%eth0/64"),
    ],
)
def test_the_neighbourhood_of_an_address(host: str, network: str) -> None:
    assert neighbourhood(host) == network


def test_a_plain_address_stays() -> None:
    assert plain_address("192.0.2.7") == ip_address("192.0.2.7")
