"""Hardware addresses from the kernel's tables."""

import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.fetcher import CONTENT, from_ports
from tests.support.namespaces import IP, Routed, routed
from tests.support.serve import Serve
from tftptui.net.neighbours import hardware_address, messages_in, neighbours_in

TABLE = """\
IP address       HW type     Flags       HW address            Mask     Device
192.0.2.1        0x1         0x2         02:FC:00:0a:0b:0c     *        eth0
192.0.2.2        0x1         0x0         00:00:00:00:00:00     *        eth0
192.0.2.3        0x20        0x2         80:00:00:48:fe:80     *        ib0
192.0.2.4        0x1         0x0         00:00:00:00:00:00     *        eth0
192.0.2.4        0x1         0x6         02:fc:00:00:00:04     *        eth1
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    table = tmp_path / "arp"
    table.write_text(TABLE)
    return table


@pytest.mark.parametrize(
    ("host", "mac"),
    [
        pytest.param("192.0.2.1", "02-fc-00-0a-0b-0c", id="known"),
        pytest.param("192.0.2.2", None, id="not-resolved"),
        pytest.param("192.0.2.3", None, id="no-ethernet"),
        pytest.param("192.0.2.4", "02-fc-00-00-00-04", id="resolved-elsewhere"),
        pytest.param("192.0.2.10", None, id="unknown"),
        pytest.param("192.0.2", None, id="part-of-one"),
        pytest.param("IP", None, id="heading"),
    ],
)
def test_who_has_which_address(table: Path, host: str, mac: str | None) -> None:
    assert hardware_address(host, table) == mac


def test_without_a_table_nobody_is_known(tmp_path: Path) -> None:
    assert hardware_address("192.0.2.1", tmp_path / "none") is None


@pytest.mark.parametrize("host", ["2001:db8:ffff::1", "fe80::1%eth0", "::nonsense"])
def test_over_ipv6_strangers_and_nonsense_are_nobody(host: str) -> None:
    assert hardware_address(host) is None


@given(st.binary(max_size=200))
def test_whatever_the_kernel_says_is_read(data: bytes) -> None:
    for kind, body in messages_in(data):
        list(neighbours_in(kind, body))


ADDRESS, MAC = bytes(15) + b"\7", bytes.fromhex("02fc000a0b0c")


def neighbour(state: int, mac: bytes) -> bytes:
    """Return the body of a message, as sent by Linux."""
    lengths = struct.pack("=HH", 4 + len(mac), 2)
    return (
        struct.pack("=BxxxiHBB", 10, 2, state, 0, 1)
        + struct.pack("=HH", 20, 1)
        + ADDRESS
        + lengths
        + mac
        + bytes(-len(mac) % 4)
    )


@pytest.mark.parametrize(
    ("state", "mac", "known"),
    [
        pytest.param(0x02, MAC, [(ADDRESS, MAC)], id="reachable"),
        pytest.param(0x04, MAC, [(ADDRESS, MAC)], id="stale"),
        pytest.param(0x20, MAC, [], id="failed"),
        pytest.param(0x40, MAC, [], id="multicast"),
        pytest.param(0x02, bytes(20), [], id="no-ethernet"),
    ],
)
def test_who_is_there_over_ipv6(
    state: int, mac: bytes, known: list[tuple[bytes, bytes]]
) -> None:
    assert list(neighbours_in(28, neighbour(state, mac))) == known


@pytest.fixture
def network() -> Iterator[Routed]:
    yield from routed(mtu=1_500)


@pytest.mark.netns
def test_over_ipv6_a_client_gets_the_file_of_its_own_folder(
    network: Routed, tmp_path: Path
) -> None:
    (tmp_path / "02-fc-00-0a-0b-0c").mkdir()
    (tmp_path / "02-fc-00-0a-0b-0c" / "file").write_bytes(CONTENT)
    (tmp_path / "file").write_bytes(b"of everybody")
    address = [IP, "link", "set", "near", "address", "02:fc:00:0a:0b:0c"]
    subprocess.run([*network.router, *address], check=True)
    options = ("--per-client", "mac")
    with Serve(tmp_path, *options, listen=None, within=network.server) as server:
        target = (Routed.SERVER_V6, server.at.port)
        got = from_ports(network, "read", target, 15.0, (2_072, 44_669), at="router")
        assert server.stop() == 0
    assert got == ("whole", "whole")
