"""Hardware addresses out of the kernel's ARP table."""

from pathlib import Path

import pytest

from tftptui.net.neighbours import hardware_address

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
        pytest.param("2001:db8::1", None, id="ipv6"),
        pytest.param("IP", None, id="heading"),
    ],
)
def test_who_has_which_address(table: Path, host: str, mac: str | None) -> None:
    assert hardware_address(host, table) == mac


def test_without_a_table_nobody_is_known(tmp_path: Path) -> None:
    assert hardware_address("192.0.2.1", tmp_path / "none") is None
