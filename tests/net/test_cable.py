"""A board on a direct cable: from power-on to its file."""

import contextlib
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.namespaces import IP, ip
from tests.support.serve import Serve

pytestmark = [
    pytest.mark.net,
    pytest.mark.netns,
    pytest.mark.skipif(
        not (shutil.which("busybox") and shutil.which("dnsmasq")),
        reason="needs busybox and dnsmasq",
    ),
]

CONTENT = sample_bytes(20_000)

SCRIPT = """#!/bin/sh
[ "$1" = bound ] || exit 0
ip address add "$ip/$mask" dev board
busybox tftp -g -r "$boot_file" -l "$OUT" "$siaddr"
echo "$ip $siaddr $boot_file $tftp router=$router dns=$dns" > "$OUT.told"
"""
"""The script of udhcpc: configures the board and fetches the offered file."""


@dataclass
class Machines:
    """A laptop and a board, connected by a cable."""

    laptop: str
    board: str

    def at(self, name: str) -> list[str]:
        """Return the prefix of a command that runs it there."""
        return [IP, "netns", "exec", name]


@pytest.fixture
def machines() -> Iterator[Machines]:
    names = [f"tftptui{os.getpid()}{end}" for end in ("laptop", "board")]
    try:
        for name in names:
            ip("netns", "add", name)
            ip("-n", name, "link", "set", "lo", "up")
        peer = ("type", "veth", "peer", "name", "board", "netns", names[1])
        ip("-n", names[0], "link", "add", "eth1", *peer)
        ip("-n", names[1], "link", "set", "board", "up")
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"namespaces need root and iproute2: {error}")
    yield Machines(*names)
    for name in names:
        with contextlib.suppress(OSError, subprocess.CalledProcessError):
            ip("netns", "del", name)


def serve(machines: Machines, folder: Path) -> Serve:
    (folder / "u-boot.img").write_bytes(CONTENT)
    return Serve(
        folder / "u-boot.img",
        *("--cable", "eth1"),
        listen=None,
        port=69,
        within=machines.at(machines.laptop),
    )


def until_told(server: Serve, words: str) -> None:
    """Wait until the journal has a warning that contains WORDS."""
    server.until_so(
        lambda: any(words in one["message"] for one in server.of("warning"))
    )


def addresses(machines: Machines) -> str:
    command = [IP, "-n", machines.laptop, "-4", "address", "show", "eth1"]
    return subprocess.check_output(command, text=True)


def test_a_board_gets_an_address_and_its_file_and_nothing_is_left(
    machines: Machines, tmp_path: Path
) -> None:
    script, out = tmp_path / "script", tmp_path / "out"
    script.write_text(SCRIPT)
    script.chmod(0o755)
    with serve(machines, tmp_path) as server:
        until_told(server, "eth1 is ready: power the board")
        assert "192.168.69.1/24" in addresses(machines)
        options = ["-O", "bootfile", "-O", "tftp", "-O", "router", "-O", "dns"]
        subprocess.run(
            [
                *machines.at(machines.board),
                *("busybox", "udhcpc", "-i", "board", "-f", "-q", "-n", "-t", "5"),
                *("-s", str(script), *options),
            ],
            env={**os.environ, "OUT": str(out)},
            check=True,
            capture_output=True,
            timeout=60,
        )
        assert out.read_bytes() == CONTENT
        told = out.with_suffix(".told").read_text()
        assert told.startswith("192.168.69.2 192.168.69.1 u-boot.img 192.168.69.1")
        assert told.rstrip().endswith("router= dns=")
        until_told(server, "got: address 192.168.69.2")
        for step in ("ack", "file-request"):  # its wire is watched, too
            server.until("wire", step=step, peer="192.168.69.1")
        server.process.send_signal(signal.SIGKILL)  # the keeper undoes it anyway
        server.wait()
    undone = threading.Event()
    for _ in range(100):
        if "192.168.69.1" not in addresses(machines):
            break
        undone.wait(0.1)
    assert "192.168.69.1" not in addresses(machines)


def test_where_another_server_is_nobody_is_answered_and_it_is_named(
    machines: Machines, tmp_path: Path
) -> None:
    ip("-n", machines.board, "address", "add", "10.9.0.1/24", "dev", "board")
    other = subprocess.Popen(
        [
            *machines.at(machines.board),
            *(
                "dnsmasq",
                "-d",
                "--port=0",
                "--conf-file=/dev/null",
                "--bind-interfaces",
            ),
            *("--interface=board", "--dhcp-range=10.9.0.50,10.9.0.60"),
            f"--dhcp-leasefile={tmp_path}/leases",
        ],
        stderr=subprocess.DEVNULL,
    )
    try:
        with serve(machines, tmp_path) as server:
            until_told(server, "10.9.0.1 (")
            assert "is a DHCP server on eth1" in server.lines[-1]["message"]
            assert "inet" not in addresses(machines)
            assert server.stop() == 0
        assert (tmp_path / "leases").read_text() == ""  # a DISCOVER creates none
    finally:
        other.terminate()
        other.wait()
