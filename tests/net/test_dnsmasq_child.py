"""dnsmasq on request: never beside another server, read while it runs, gone with us."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.support.bridge_lab import BOARD_MAC, BridgeLab, bridge_lab
from tests.support.serve import Serve, environment
from tftptui.engine.dnsmasq import start_dnsmasq
from tftptui.wire.dnsmasq import Mode
from tftptui.wire.sources import BroadcastSource, WireError

pytestmark = [pytest.mark.net, pytest.mark.netns]

AS_UEFI = ("-V", "PXEClient:Arch:00007:UNDI:003016", "-x", "0x5d:0007")


@pytest.fixture(scope="module")
def lab() -> Iterator[BridgeLab]:
    yield from bridge_lab()


def running(lab: BridgeLab) -> list[int]:
    """Return the processes on the server that are dnsmasq."""
    command = [*lab.within("server")[:2], "pids", lab.within("server")[3]]
    pids = map(int, subprocess.check_output(command, text=True).split())
    return [one for one in pids if Path(f"/proc/{one}/comm").read_text() == "dnsmasq\n"]


def test_it_serves_a_board_its_log_is_told_and_kill_9_of_the_server_ends_it(
    lab: BridgeLab, tmp_path: Path
) -> None:
    (tmp_path / "ipxe.efi").touch()
    options = ("--wire", "eth0", "--dnsmasq", "full", "--control", "off")
    within = lab.within("server")
    with Serve(tmp_path, *options, listen=None, within=within) as server:
        server.until_so(
            lambda: any(
                "dnsmasq runs on eth0: it gives addresses" in one["message"]
                for one in server.of("warning")
            )
        )
        assert running(lab)
        lab.udhcpc(*AS_UEFI, "-T", "5")
        ack = server.until("wire", step="ack", mac=BOARD_MAC)
        assert ack["text"].endswith("next-server 10.66.0.5, file ipxe.efi")
        logged = server.until("wire", step="dnsmasq", mac=BOARD_MAC)
        assert logged["text"] == "tags: x64, eth0"
        assert {one["mac"] for one in server.of("wire")} == {BOARD_MAC}
        server.process.send_signal(signal.SIGKILL)
        server.wait()
    waiting = threading.Event()
    for _ in range(200):
        if not running(lab):
            break
        waiting.wait(0.1)
    assert running(lab) == []


def test_the_command_says_which_server_is_there_already(lab: BridgeLab) -> None:
    words = ("tftptui", "wire", "eth0", "--dnsmasq", "full", "--run")
    with lab.dnsmasq("dhcp", "--dhcp-range=10.66.0.50,10.66.0.99,255.255.255.0"):
        done = subprocess.run(
            [*lab.within("server"), sys.executable, "-m", *words],
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert done.returncode == 1
    assert "10.66.0.1 is a DHCP server on eth0 already" in done.stderr
    assert running(lab) == []


def test_a_port_that_is_taken_is_told_with_who_has_it(lab: BridgeLab) -> None:
    start = partial(start_dnsmasq, Mode.FULL, "eth0", {}, float, lambda _: None)
    hold = partial(BroadcastSource, "eth0", float)
    held = lab.inside("server", hold)
    try:
        with pytest.raises(WireError, match="UDP port 67 on eth0 is in use by"):
            lab.inside("server", start)
    finally:
        held.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to lack nothing else")
def test_a_host_without_it_is_told_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    with pytest.raises(WireError, match="sudo apt install dnsmasq-base"):
        start_dnsmasq(Mode.PROXY, "eth0", {}, float, lambda _: None)
