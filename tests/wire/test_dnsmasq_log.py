"""The log of dnsmasq: only what its packets do not show becomes an event."""

import socket
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.wire_events import MAC, asked, plugged
from tftptui.wire.devices import Devices, StepKind
from tftptui.wire.dhcp import MessageType, mac_text
from tftptui.wire.dnsmasq_log import DnsmasqLog
from tftptui.wire.events import ServerLogged

BOARD = mac_text(MAC)
OFFERED = f"""\
dnsmasq-dhcp[7]: 28 available DHCP range: 10.77.0.155 -- 10.77.0.254
dnsmasq-dhcp[7]: 28 vendor class: PXEClient:Arch:00007:UNDI:003016
dnsmasq-dhcp[7]: 28 DHCPDISCOVER(eth1) 10.9.9.9 {BOARD}{" "}
dnsmasq-dhcp[7]: 28 tags: x64, eth1
dnsmasq-dhcp[7]: 28 DHCPOFFER(eth1) 10.77.0.213 {BOARD} board7
dnsmasq-dhcp[7]: 28 sent size:  1 option: 53 message-type  2
"""


class Log:
    """A log, and the end that dnsmasq writes to."""

    def __init__(self) -> None:
        ours, self._theirs = socket.socketpair()
        self._log = DnsmasqLog(ours, "eth1", lambda: 9.0)

    def told(self, text: str) -> list[tuple[bytes, str]]:
        """Return machine and text of each event of TEXT."""
        self._theirs.sendall(text.encode())
        events = self._log.read()
        return [(e.mac, e.text) for e in events if isinstance(e, ServerLogged)]

    def close(self) -> None:
        self._log.close()
        self._theirs.close()


@pytest.fixture
def log() -> Iterator[Log]:
    found = Log()
    yield found
    found.close()


def test_the_tags_of_an_offer_are_told_and_what_the_packet_shows_is_not(
    log: Log,
) -> None:
    assert log.told(OFFERED) == [(MAC, "tags: x64, eth1")]


@pytest.mark.parametrize(
    ("line", "mac", "text"),
    [
        (
            f"dnsmasq-dhcp[7]: 29 DHCPDISCOVER(eth1) {BOARD} no address available",
            MAC,
            "DHCPDISCOVER: no address available",
        ),
        (
            f"dnsmasq-dhcp: 29 DHCPNAK(eth1) 10.9.9.9 {BOARD} wrong network",
            MAC,
            "DHCPNAK: wrong network",
        ),
        (
            "dnsmasq-dhcp[7]: no address range available for DHCP request via eth1",
            b"",
            "no address range available for DHCP request via eth1",
        ),
        ("has ended with status 2", b"", "has ended with status 2"),
    ],
)
def test_why_a_machine_gets_nothing_is_told(
    log: Log, line: str, mac: bytes, text: str
) -> None:
    assert log.told(f"{line}\n") == [(mac, text)]


def test_a_line_that_comes_in_pieces_is_one(log: Log) -> None:
    assert log.told("dnsmasq[7]: no address ra") == []
    assert log.told("nge\n") == [(b"", "no address range")]


@given(st.binary(max_size=300))
def test_any_bytes_are_taken(noise: bytes) -> None:
    log = Log()
    log.told(noise.decode("latin-1") + "\n")
    log.close()


def test_what_it_decides_is_told_once_for_each_attempt_and_only_of_known_machines() -> (
    None
):
    devices = Devices()
    logged = ServerLogged(time=3.0, interface="eth1", mac=MAC, text="tags: x64")
    devices.take(plugged())
    assert devices.take(logged) == []
    devices.take(asked(MessageType.DISCOVER, 1.0))
    assert [one.step.kind for one in devices.take(logged)] == [StepKind.DNSMASQ]
    devices.take(asked(MessageType.DISCOVER, 4.0))
    assert devices.take(logged) == []
