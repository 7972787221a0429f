"""Settings: what may be set, and what a wrong value is told."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tftptui.settings import PortRange, Settings, SettingsError, parse_port_range

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
        pytest.param("0-10", "choose from 1 to 65535", id="port-0"),
        pytest.param("65530-65536", "choose from 1 to 65535", id="beyond"),
        pytest.param("50-40", "try 40-50", id="backwards"),
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


def test_wrong_range_does_not_cross_a_process_border() -> None:
    packed = msgspec.msgpack.encode({"first": 9, "last": 2})
    with pytest.raises(msgspec.ValidationError, match="backwards"):
        msgspec.msgpack.decode(packed, type=PortRange)
