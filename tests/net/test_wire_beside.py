"""A server that watches the wire: a real board, a real DHCP server, one story."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.bridge_lab import ADDRESSES, BOARD_MAC, BridgeLab, bridge_lab
from tests.support.capture_files import read
from tests.support.serve import Serve
from tftptui.telemetry.capture.frames import ETHERNET

pytestmark = [pytest.mark.net, pytest.mark.netns]


@pytest.fixture(scope="module")
def lab() -> Iterator[BridgeLab]:
    yield from bridge_lab()


def test_the_server_tells_what_a_board_was_told_after_it_gave_up_root(
    lab: BridgeLab, tmp_path: Path
) -> None:
    dhcp = (
        "--dhcp-range=10.66.0.50,10.66.0.99,255.255.255.0",
        f"--dhcp-boot=ipxe.efi,,{ADDRESSES['server']}",
        "--dhcp-broadcast",
    )
    within = lab.within("server")
    capture = tmp_path / "all.pcapng"
    options = ("--wire", "eth0", "--control", "off", "--capture", str(capture))
    with Serve(tmp_path, *options, listen=None, within=within) as server:
        server.until_it_speaks()
        with lab.dnsmasq("dhcp", *dhcp):
            lab.udhcpc("-V", "PXEClient:Arch:00007:UNDI:003016", "-x", "0x5d:0007")
        told = server.until("wire", step="ack", mac=BOARD_MAC)
        assert told["text"].endswith("next-server 10.66.0.5, file ipxe.efi")
        assert (told["program"], told["architectures"]) == ("PXE firmware", [7])
        assert server.stop() == 0
    frames, troubles = read(capture.read_bytes())
    assert troubles == []
    replies = [one for one in frames if b"ipxe.efi" in one.octets]
    assert [one.link_type for one in replies] == [ETHERNET, ETHERNET]
