"""Packets received on a switch: real DHCP servers, a real client, real cables."""

import socket
import time
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from tests.support.bridge_lab import ADDRESSES, BOARD_MAC, BridgeLab, bridge_lab
from tftptui.protocol.packets import Mode, ReadRequest, encode_request
from tftptui.wire.devices import Device, Devices, StepKind
from tftptui.wire.sources import BroadcastSource, Sources, WireError

pytestmark = pytest.mark.netns

PATIENCE = 15.0
BOARD = bytes.fromhex(BOARD_MAC.replace(":", ""))
FULL = (
    "--dhcp-range=10.66.0.50,10.66.0.99,255.255.255.0",
    f"--dhcp-boot=ipxe.efi,,{ADDRESSES['server']}",
)
AS_UEFI = ("-V", "PXEClient:Arch:00007:UNDI:003016", "-x", "0x5d:0007")


@pytest.fixture(scope="module")
def lab() -> Iterator[BridgeLab]:
    yield from bridge_lab()


@pytest.fixture
def sources(lab: BridgeLab) -> Iterator[Sources]:
    hear_all = partial(Sources, "eth0", time.monotonic, tftp_port=69)
    found = lab.inside("server", hear_all)
    yield found
    found.close()


def hear(sources: Sources, until: Callable[[Devices], bool]) -> Devices:
    """Listen until a condition is true.

    Raises:
        AssertionError: it never is.
    """
    devices = Devices()
    end = time.monotonic() + PATIENCE
    while not until(devices):
        assert time.monotonic() < end, list(devices)
        for event in sources.wait(0.5):
            devices.take(event)
    return devices


def board(devices: Devices) -> Device | None:
    return devices.by_mac(BOARD)


def has(kind: StepKind) -> Callable[[Devices], bool]:
    def known(devices: Devices) -> bool:
        found = board(devices)
        return found is not None and any(step.kind is kind for step in found.steps)

    return known


def test_a_lease_is_told_with_whom_the_board_chose(
    lab: BridgeLab, sources: Sources
) -> None:
    with lab.dnsmasq("dhcp", *FULL, "--dhcp-broadcast"):
        lab.udhcpc(*AS_UEFI)
    found = board(hear(sources, has(StepKind.ACK)))
    assert found is not None
    assert [step.kind for step in found.steps] == [
        StepKind.DISCOVER,
        StepKind.OFFER,
        StepKind.REQUEST,
        StepKind.ACK,
    ]
    assert found.attempt is not None
    assert found.attempt.chosen == ADDRESSES["dhcp"]
    assert found.title() == "QEMU · PXE firmware · x64 UEFI"
    assert "file ipxe.efi" in found.why_requested(ADDRESSES["server"])


def test_arp_and_the_first_request_are_heard_and_nothing_else_is(
    lab: BridgeLab, sources: Sources
) -> None:
    def ask() -> None:
        request = encode_request(ReadRequest(b"u-boot.img", Mode.OCTET))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind(("10.66.0.88", 0))
            sock.sendto(request, (ADDRESSES["server"], 6_969))
            sock.sendto(request, (ADDRESSES["server"], 69))

    lab.ip("board", "address", "add", "10.66.0.88/24", "dev", "eth0")
    lab.inside("board", ask)
    found = board(hear(sources, has(StepKind.FILE_REQUEST)))
    assert found is not None
    kinds = [step.kind for step in found.steps]
    assert kinds == [StepKind.ARP, StepKind.ARP_REPLY, StepKind.FILE_REQUEST]
    assert (found.steps[-1].count, found.address) == (1, "10.66.0.88")


def test_a_cable_and_an_address_of_our_own_come_and_go(
    lab: BridgeLab, sources: Sources
) -> None:
    devices = Devices()

    def follow(is_so: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not is_so():
            assert time.monotonic() < end, devices.links
            for event in sources.wait(0.5):
                devices.take(event)

    for event in lab.inside("server", sources.as_it_is):
        devices.take(event)
    link = devices.links["eth0"]
    assert link.is_up
    assert [str(a) for a in link.addresses] == [f"{ADDRESSES['server']}/24"]
    lab.ip("server", "address", "add", "192.168.0.66/24", "dev", "eth0")
    lab.plug("server", "down")
    follow(lambda: not link.is_up)
    lab.plug("server", "up")
    follow(lambda: bool(link.is_up))
    assert [is_up for _, is_up in link.changes] == [False, True]
    assert len(link.addresses) == 2
    lab.ip("server", "address", "del", "192.168.0.66/24", "dev", "eth0")
    follow(lambda: len(link.addresses) == 1)


def test_without_root_broadcasts_are_heard_and_the_interface_is_known(
    lab: BridgeLab,
) -> None:
    for interface in ("eth0", ""):
        source = lab.inside(
            "server", partial(BroadcastSource, interface, time.monotonic)
        )
        lab.udhcpc("-t", "1")
        events = lab.inside("server", source.read)
        source.close()
        assert [event.interface for event in events] == ["eth0"]


def test_a_port_that_a_dhcp_server_holds_is_left_to_it(lab: BridgeLab) -> None:
    with lab.dnsmasq("server", *FULL):
        with pytest.raises(OSError, match="in use"):
            lab.inside("server", lambda: BroadcastSource("eth0", time.monotonic))
        lab.inside("server", lambda: Sources("eth0", time.monotonic)).close()


def test_an_interface_that_is_none_is_refused_with_those_that_are(
    lab: BridgeLab,
) -> None:
    with pytest.raises(WireError, match=r"no interface eth7; there are: .*eth0"):
        lab.inside("server", lambda: Sources("eth7", time.monotonic))
