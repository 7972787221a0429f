"""A switch with hosts on it, each in a network namespace, and programs on them.

As in ``lab``, sockets are opened by threads that move into a namespace for it.
"""

import contextlib
import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, TypeVar

import pytest

from tests.support.lab import Inside
from tests.support.namespaces import IP, ip

Host = Literal["server", "dhcp", "second", "board"]
HOSTS: tuple[Host, ...] = ("server", "dhcp", "second", "board")
ADDRESSES = {"server": "10.66.0.5", "dhcp": "10.66.0.1", "second": "10.66.0.2"}
BOARD_MAC = "52:54:00:12:34:56"
PATIENCE = 20.0

_DNSMASQ = (
    "dnsmasq --keep-in-foreground --conf-file=/dev/null --user=root --port=0 "
    "--interface=eth0 --bind-interfaces --no-ping --log-dhcp --log-facility=- "
    "--pid-file="
)
_numbers = itertools.count()

T = TypeVar("T")


class BridgeLab:
    """A server (ours), two for DHCP and a board on one switch; 10.66.0.0/24."""

    def __init__(self) -> None:
        name = f"wire{os.getpid()}n{next(_numbers)}"
        self._switch = f"{name}w"
        self._names = {host: f"{name}{host[:3]}" for host in HOSTS}

    def build(self) -> None:
        """Create the namespaces and connect them.

        Raises:
            CalledProcessError, FileNotFoundError: that is not possible here.
        """
        ip("netns", "add", self._switch)
        ip("-n", self._switch, "link", "add", "br0", "type", "bridge")
        ip("-n", self._switch, "link", "set", "br0", "up")
        for host, name in self._names.items():
            ip("netns", "add", name)
            ip("-n", name, "link", "set", "lo", "up")
            peer = ("peer", "name", host, "netns", self._switch)
            ip("-n", name, "link", "add", "eth0", "type", "veth", *peer)
            if host == "board":
                ip("-n", name, "link", "set", "eth0", "address", BOARD_MAC)
            ip("-n", self._switch, "link", "set", host, "master", "br0", "up")
            ip("-n", name, "link", "set", "eth0", "up")
            if host in ADDRESSES:
                place = f"{ADDRESSES[host]}/24"
                ip("-n", name, "address", "add", place, "dev", "eth0")

    def remove(self) -> None:
        """Delete everything."""
        for name in (self._switch, *self._names.values()):
            with contextlib.suppress(OSError, subprocess.CalledProcessError):
                ip("netns", "del", name)

    def within(self, host: Host) -> list[str]:
        """Return the prefix of a command that runs it on a host."""
        return [IP, "netns", "exec", self._names[host]]

    def inside(self, host: Host, work: Callable[[], T]) -> T:
        """Call WORK in a thread on a host; return its result, or raise."""
        thread = Inside(self._names[host], work)
        thread.start()
        return thread.result()

    def ip(self, host: Host, *words: str) -> None:
        """Run ``ip`` on a host."""
        ip("-n", self._names[host], *words)

    def plug(self, host: Host, state: Literal["up", "down"]) -> None:
        """Set the state of a host's port on the switch."""
        ip("-n", self._switch, "link", "set", host, state)

    @contextlib.contextmanager
    def dnsmasq(self, host: Host, *options: str) -> Iterator[Path]:
        """Run dnsmasq on a host; yield its file of leases."""
        folder = tempfile.TemporaryDirectory()
        leases = Path(folder.name, "leases")
        words = [*_DNSMASQ.split(), f"--dhcp-leasefile={leases}", *options]
        process = subprocess.Popen(
            [*self.within(host), *words], stderr=subprocess.PIPE, text=True
        )
        with folder, process:
            assert process.stderr is not None
            for line in process.stderr:
                if "sockets bound" in line:
                    break
            try:
                yield leases
            finally:
                process.terminate()

    def udhcpc(self, *options: str) -> None:
        """Have the board request an address once, without using it."""
        command = "busybox udhcpc -i eth0 -f -q -n -t 3 -T 1 -s /bin/true"
        subprocess.run(
            [*self.within("board"), *command.split(), *options],
            capture_output=True,
            check=False,
            timeout=PATIENCE,
        )


def bridge_lab() -> Iterator[BridgeLab]:
    """Yield a lab, or skip the test with the reason."""
    for program in ("dnsmasq", "busybox"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    lab = BridgeLab()
    try:
        lab.build()
    except (OSError, subprocess.CalledProcessError) as error:
        lab.remove()
        pytest.skip(f"namespaces need root and iproute2: {error}")
    yield lab
    lab.remove()
