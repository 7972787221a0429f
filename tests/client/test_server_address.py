"""Server addresses as typed by users."""

import pytest

from tftptui.client.server_address import Place, PlaceError, parse_place
from tftptui.protocol.packets import Mode


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("host", Place("host")),
        ("host:6969", Place("host", 6969)),
        ("192.0.2.1:69", Place("192.0.2.1", 69)),
        ("2001:db8::1", Place("2001:db8::1")),
        ("[2001:db8::1]", Place("2001:db8::1")),
        ("[fe80::1%eth0]:69", Place("fe80::1%eth0", 69)),
        ("tftp://host/a", Place("host", None, b"a")),
        ("TFTP://host:70/a/b.img", Place("host", 70, b"a/b.img")),
        ("tftp://[::1]:70/a", Place("::1", 70, b"a")),
        ("tftp://host//etc/x", Place("host", None, b"/etc/x")),
        ("tftp://host/a%20b%ff", Place("host", None, b"a b\xff")),
        ("tftp://host/a?b#c", Place("host", None, b"a?b#c")),
        ("tftp://host/a;mode=netascii", Place("host", None, b"a", Mode.NETASCII)),
    ],
)
def test_what_is_understood(text: str, place: Place) -> None:
    assert parse_place(text) == place


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "'': the host is missing"),
        (":69", "':69': the host is missing"),
        ("host:", "port '': ports are 1–65535"),
        ("host:0", "port '0': ports are 1–65535"),
        ("host:65536", "port '65536': ports are 1–65535"),
        ("host:tftp", "port 'tftp': ports are 1–65535"),
        ("[::1", "'[::1': write an IPv6 address and port like [::1]:69"),
        ("[::1]69", "'[::1]69': write an IPv6 address and port like [::1]:69"),
        ("tftp://host", "tftp://host: the file is missing; write tftp://HOST/FILE"),
        ("tftp://host/", "tftp://host/: the file is missing; write tftp://HOST/FILE"),
        ("tftp://h/%00", "tftp://h/%00: the file is missing; write tftp://HOST/FILE"),
        ("tftp://h/a;mode=x", "tftp://h/a;mode=x: mode must be octet or netascii"),
    ],
)
def test_what_is_not(text: str, words: str) -> None:
    with pytest.raises(PlaceError) as raised:
        parse_place(text)
    assert str(raised.value) == words


def test_port_written_with_the_host_goes_first() -> None:
    assert Place("host", 70).port_or(71) == 70


def test_port_chosen_beside_it_goes_before_69() -> None:
    assert [Place("host").port_or(71), Place("host").port_or(None)] == [71, 69]
