"""A server that watches the wire: a real board, a real DHCP server, one device."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.bridge_lab import ADDRESSES, BOARD_MAC, BridgeLab, bridge_lab
from tests.support.capture_files import read
from tests.support.serve import Serve, environment
from tests.support.watcher import watching
from tftptui.engine.holders.attach import AttachedEngine
from tftptui.engine.messages import AddAddress
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
    replies = [one for one in frames if b"ipxe.efi" in one.data]
    assert [one.link_type for one in replies] == [ETHERNET, ETHERNET]


def children(parent: int) -> list[int]:
    """Return the child processes of a process."""
    tasks = Path("/proc", str(parent), "task").glob("*/children")
    return [int(number) for one in tasks for number in one.read_text().split()]


async def test_an_address_added_by_key_is_gone_after_kill_9_and_undo(
    lab: BridgeLab, tmp_path: Path
) -> None:
    """The server is killed, and so is the process that would undo its changes."""

    def look_for_the_server() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.sendto(b"", ("192.168.0.66", 69))  # ARP three times, one second apart

    def on_server(*words: str) -> str:
        command = [*lab.within("server"), *words]
        return subprocess.check_output(command, env=environment(), text=True)

    place = tmp_path / "control"
    options = ("--wire", "eth0", "--control", str(place), "--user", "root")
    lab.ip("board", "address", "add", "192.168.0.86/24", "dev", "eth0")
    within = lab.within("server")
    with Serve(tmp_path, *options, listen=None, within=within) as server:
        server.until_it_speaks()
        lab.inside("board", look_for_the_server)
        server.until("finding", code="address-missing")
        async with watching(AttachedEngine(place)) as seen:
            await seen.engine.ask(AddAddress(BOARD_MAC))
        assert "192.168.0.66" in on_server("ip", "address", "show", "eth0")
        for process in (*children(server.process.pid), server.process.pid):
            os.kill(process, signal.SIGKILL)
        server.wait()
    assert "192.168.0.66" in on_server("ip", "address", "show", "eth0")
    told = on_server(sys.executable, "-m", "tftptui", "doctor", "--undo")
    assert "removed 192.168.0.66/24 from eth0" in told
    assert "192.168.0.66" not in on_server("ip", "address", "show", "eth0")
