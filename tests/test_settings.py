"""Settings: valid values, and errors about invalid ones."""

import math
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tftptui.settings import (
    PortRange,
    Settings,
    SettingsError,
    option_name,
    parse_bandwidth,
    parse_bytes,
    parse_network,
    parse_place,
    parse_port_range,
)

PORTS = st.integers(1, 65_535)


@pytest.mark.parametrize(
    ("text", "ports"),
    [
        pytest.param("40000-40099", PortRange(40_000, 40_099), id="range"),
        pytest.param("40000", PortRange(40_000, 40_000), id="one-port"),
        pytest.param(" 1 - 65535 ", PortRange(1, 65_535), id="spaces"),
        pytest.param("40000–40099", PortRange(40_000, 40_099), id="en-dash"),
    ],
)
def test_port_range_is_read(text: str, ports: PortRange) -> None:
    assert parse_port_range(text) == ports


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        pytest.param("", "write it like 40000-40099", id="empty"),
        pytest.param("many", "write it like 40000-40099", id="word"),
        pytest.param("40000-", "write it like 40000-40099", id="open"),
        pytest.param("-40099", "write it like 40000-40099", id="no-start"),
        pytest.param("1-2-3", "write it like 40000-40099", id="two-dashes"),
        pytest.param("0-10", "ports are 1–65535", id="port-0"),
        pytest.param("65530-65536", "ports are 1–65535", id="beyond"),
        pytest.param("50-40", "did you mean 40-50", id="backwards"),
    ],
)
def test_wrong_port_range_is_told_the_remedy(text: str, remedy: str) -> None:
    with pytest.raises(SettingsError, match=remedy):
        parse_port_range(text)


@given(PORTS, PORTS)
def test_port_range_comes_back_from_its_text(one: int, other: int) -> None:
    ports = PortRange(min(one, other), max(one, other))
    assert parse_port_range(str(ports)) == ports


@given(PORTS, PORTS)
def test_port_range_holds_both_ends(one: int, other: int) -> None:
    ports = PortRange(min(one, other), max(one, other))
    assert ports.first in ports
    assert ports.last in ports
    assert len(ports) == ports.last - ports.first + 1


@pytest.mark.parametrize("port", [39_999, 40_100])
def test_port_range_ends_where_it_says(port: int) -> None:
    assert port not in PortRange(40_000, 40_099)


def test_settings_never_change() -> None:
    settings = Settings(root=Path("/srv/tftp"))
    with pytest.raises(AttributeError):
        settings.retries = 3  # type: ignore[misc]  # what the test is about


def test_settings_cross_a_process_border() -> None:
    settings = Settings(root=Path("/srv/tftp"), listen=("::1",), port=6_969)
    packed = msgspec.msgpack.encode(settings, enc_hook=str)
    read = msgspec.msgpack.decode(
        packed, type=Settings, dec_hook=lambda kind, value: kind(value)
    )
    assert read == settings


@pytest.mark.parametrize("name", ["windowsize", "TSIZE", "rollover"])
def test_known_options_may_be_refused(name: str) -> None:
    assert Settings(root=Path("/srv/tftp"), refuse=(name,)).refuse == (name,)


@pytest.mark.parametrize("name", ["", "window", "tsize "])
def test_unknown_options_can_not_be_refused(name: str) -> None:
    with pytest.raises(
        SettingsError, match=r"unknown TFTP option .*; there are blksize, tsize, "
    ):
        Settings(root=Path("/srv/tftp"), refuse=(name,))


def test_wrong_range_does_not_cross_a_process_border() -> None:
    packed = msgspec.msgpack.encode({"first": 9, "last": 2})
    with pytest.raises(msgspec.ValidationError, match="first port is above the last"):
        msgspec.msgpack.decode(packed, type=PortRange)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param("127.0.0.1:9469", ("127.0.0.1", 9_469), id="v4"),
        pytest.param("[::1]:9469", ("::1", 9_469), id="v6"),
        pytest.param("9469", ("127.0.0.1", 9_469), id="this-host-alone"),
        pytest.param(" :9469 ", ("", 9_469), id="every-address"),
    ],
)
def test_place_to_listen_is_read(text: str, place: tuple[str, int]) -> None:
    assert parse_place(text) == place


@pytest.mark.parametrize(
    "text",
    [
        *("", ":", "here:9469", "::1:9469", "[127.0.0.1]:9469", "9469:", ":0"),
        *(
            ":65536",
            "127.0.0.1:-1",
            "127.0.0.1:x",
            "127.0.0.1:\N{ARABIC-INDIC DIGIT ONE}",
        ),
    ],
)
def test_wrong_place_to_listen_is_told_the_remedy(text: str) -> None:
    with pytest.raises(SettingsError, match=r"write it like 127\.0\.0\.1:9469"):
        Settings(root=Path("/srv/tftp"), metrics=text)


NUMBERS = [
    pytest.param("port", 0, 65_535, id="port"),
    pytest.param("quarantine", 0, 3_600, id="quarantine"),
    pytest.param("max_block_size", 8, 65_464, id="max_block_size"),
    pytest.param("max_window", 1, 65_535, id="max_window"),
    pytest.param("retries", 0, 100, id="retries"),
    pytest.param("timeout", 0.2, 255, id="timeout"),
    pytest.param("max_transfers", 1, 1_000_000, id="max_transfers"),
    pytest.param("max_client_transfers", 1, 1_000_000, id="max_client_transfers"),
    pytest.param("request_rate", 0.1, 1_000_000, id="request_rate"),
    pytest.param("bandwidth", 1_000, 10**12, id="bandwidth"),
    pytest.param("transfer_bandwidth", 1_000, 10**12, id="transfer_bandwidth"),
    pytest.param("max_transfer_time", 1, 2_678_400, id="max_transfer_time"),
    pytest.param("upload_total", 0, 2**63 - 1, id="upload_total"),
    pytest.param("numbered_from", 0, 2**31, id="numbered_from"),
    pytest.param("max_idle_time", 1, 86_400, id="max_idle_time"),
    pytest.param("capture_size", 100_000, 10**12, id="capture_size"),
    pytest.param("capture_files", 1, 1_000, id="capture_files"),
    pytest.param("snaplen", 64, 262_144, id="snaplen"),
    pytest.param("kept_transfers", 1, 1_000_000, id="kept_transfers"),
    pytest.param("kept_packets", 1, 50_000_000, id="kept_packets"),
    pytest.param("max_upload", 0, 2**63 - 1, id="max_upload"),
    pytest.param("upload_quota", 0, 2**63 - 1, id="upload_quota"),
]


@pytest.mark.parametrize(
    ("text", "nbytes"),
    [("512", 512), ("100M", 10**8), ("64 Ki", 65_536), ("1.5gb", 1_500_000_000)],
)
def test_bytes_are_read(text: str, nbytes: int) -> None:
    assert parse_bytes(text) == nbytes


@pytest.mark.parametrize("text", ["", "much", "-1", "10Mbit", "5M/s"])
def test_what_is_no_number_of_bytes_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="write it like 100M"):
        parse_bytes(text)


def settings(**fields: Any) -> Settings:
    return Settings(root=Path("/srv/tftp"), **fields)


@pytest.mark.parametrize(("name", "low", "high"), NUMBERS)
def test_a_number_may_be_what_its_bounds_say(
    name: str, low: float, high: float
) -> None:
    assert [getattr(settings(**{name: end}), name) for end in (low, high)] == [
        low,
        high,
    ]


@pytest.mark.parametrize(("name", "low", "high"), NUMBERS)
def test_a_number_out_of_bounds_is_named_with_what_would_be_right(
    name: str, low: float, high: float
) -> None:
    with pytest.raises(SettingsError) as below:
        settings(**{name: low - 1})
    with pytest.raises(SettingsError) as above:
        settings(**{name: high + 1})
    told = f"must be {low} to {high}"
    assert str(below.value) == f"{option_name(name)} {low - 1}: {told}"
    assert str(above.value) == f"{option_name(name)} {high + 1}: {told}"


def test_every_number_has_bounds() -> None:
    numbers = {
        field.name
        for field in msgspec.structs.fields(Settings)
        if field.type in (int, float, int | None, float | None)
    }
    assert {str(number.values[0]) for number in NUMBERS} == numbers


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(SettingsError, match="quarantine"):
        settings(quarantine=value)


def test_a_change_is_looked_at_too() -> None:
    with pytest.raises(SettingsError, match="max-windowsize 0"):
        msgspec.structs.replace(settings(), max_window=0)


def test_wrong_settings_do_not_cross_a_process_border() -> None:
    packed = msgspec.msgpack.encode({"root": "/srv", "retries": -1})
    with pytest.raises(msgspec.ValidationError, match="retries -1"):
        msgspec.msgpack.decode(
            packed, type=Settings, dec_hook=lambda kind, it: kind(it)
        )


def test_an_unknown_order_is_refused() -> None:
    with pytest.raises(SettingsError, match="must be random or sequential"):
        settings(order="sideways")


@pytest.mark.parametrize("name", ["allow", "deny"])
def test_a_list_of_networks_is_looked_at(name: str) -> None:
    with pytest.raises(SettingsError, match="'everybody' is not a network"):
        settings(**{name: ("192.0.2.0/24", "everybody")})


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("192.0.2.0/24", "192.0.2.0/24"),
        (" 192.0.2.7 ", "192.0.2.7/32"),
        ("192.0.2.0/255.255.255.0", "192.0.2.0/24"),
        ("2001:db8::/32", "2001:db8::/32"),
        ("::ffff:192.0.2.0/120", "192.0.2.0/24"),
        ("::ffff:192.0.2.7", "192.0.2.7/32"),
        ("::/0", "::/0"),
    ],
)
def test_network_is_read(text: str, network: str) -> None:
    assert str(parse_network(text)) == network


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("192.0.2.7/24", "did you mean 192.0.2.0/24"),
        ("2001:db8::1/32", "did you mean 2001:db8::/32"),
        ("192.0.2.0/33", "write it like 192.0.2.0/24"),
        ("", "write it like 192.0.2.0/24"),
        ("example.net", "write it like 192.0.2.0/24"),
    ],
)
def test_wrong_network_is_told_the_remedy(text: str, remedy: str) -> None:
    with pytest.raises(SettingsError, match=remedy):
        parse_network(text)


@pytest.mark.parametrize(
    ("text", "nbytes"),
    [
        ("500000", 500_000),
        ("500k", 500_000),
        ("2.5M", 2_500_000),
        ("64Ki", 65_536),
        ("1GiB", 1 << 30),
        ("10 MB/s", 10_000_000),
        ("100Mbit", 12_500_000),
        ("1gbit/s", 125_000_000),
    ],
)
def test_bandwidth_is_read(text: str, nbytes: int) -> None:
    assert parse_bandwidth(text) == nbytes


@pytest.mark.parametrize("text", ["", "fast", "-1M", "1T", "1.M", "M", "1e6"])
def test_wrong_bandwidth_is_told_the_remedy(text: str) -> None:
    with pytest.raises(
        SettingsError, match="bytes/s like 500k or 2M, or bits/s like 100Mbit"
    ):
        parse_bandwidth(text)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({}, "name its interface: --wire eth1 --dnsmasq full"),
        ({"wire": "any"}, "name its interface"),
        ({"wire": "eth1", "cable": "eth1"}, "--cable can't be used together"),
    ],
)
def test_dnsmasq_needs_one_interface_that_no_cable_is_on(
    more: dict[str, Any], says: str
) -> None:
    with pytest.raises(SettingsError, match=says):
        Settings(root=Path(), dnsmasq="full", **more)
