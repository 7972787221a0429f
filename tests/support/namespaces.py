"""Hosts and cables for tests, as network namespaces, which need root."""

import contextlib
import ctypes
import itertools
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Generator, Iterator
from typing import Literal

import pytest

Place = Literal["server", "router", "client"]
PLACES: tuple[Place, ...] = ("server", "router", "client")

IP = shutil.which("ip") or "/usr/sbin/ip"
NFT = shutil.which("nft") or "/usr/sbin/nft"

_NETWORK = 0x4000_0000  # CLONE_NEWNET

_numbers = itertools.count()


def ip(*arguments: str) -> None:
    """Run ``ip``.

    Raises:
        CalledProcessError, FileNotFoundError: that is not possible here.
    """
    subprocess.run([IP, *arguments], capture_output=True, check=True)


def give(namespace: str, address: str, device: str = "eth0") -> None:
    """Add an address to a namespace, usable at once."""
    place = f"{address}/64" if ":" in address else f"{address}/24"
    no_wait = ["nodad"] if ":" in address else []
    ip("-n", namespace, "address", "add", place, "dev", device, *no_wait)


class Routed:
    """A server and a client, each on its own network, and a router between them.

    Args:
        mtu: of the client's network, in bytes.

    Attributes:
        server, router, client: prefixes of commands that run them there.
    """

    SERVER, CLIENT = "203.0.113.9", "198.51.100.9"
    NEAR, FAR = "203.0.113.1", "198.51.100.1"
    """The router's addresses on the server's and on the client's network."""

    SERVER_V6, CLIENT_V6 = "2001:db8:1::9", "2001:db8:2::9"
    NEAR_V6, FAR_V6 = "2001:db8:1::1", "2001:db8:2::1"

    def __init__(self, mtu: int) -> None:
        name = f"tftptui{os.getpid()}r{next(_numbers)}"
        self._names = [f"{name}{part}" for part in "src"]
        self._mtu = mtu
        self.server, self.router, self.client = (
            [IP, "netns", "exec", name] for name in self._names
        )

    def build(self) -> None:
        """Create the namespaces and connect them, without a limit of ICMP errors.

        Raises:
            CalledProcessError, FileNotFoundError: that is not possible here.
        """
        server, router, client = self._names
        for name in self._names:
            ip("netns", "add", name)
            ip("-n", name, "link", "set", "lo", "up")
        self._join(server, "near", (self.SERVER, self.NEAR))
        self._join(client, "far", (self.CLIENT, self.FAR))
        for namespace, device in ((client, "eth0"), (router, "far")):
            ip("-n", namespace, "link", "set", device, "mtu", str(self._mtu))
        for address, device in ((self.NEAR_V6, "near"), (self.FAR_V6, "far")):
            give(router, address, device)
        give(server, self.SERVER_V6)
        give(client, self.CLIENT_V6)
        for name, hops in (
            (server, (self.NEAR, self.NEAR_V6)),
            (client, (self.FAR, self.FAR_V6)),
        ):
            for hop in hops:
                family = "-6" if ":" in hop else "-4"
                ip(family, "-n", name, "route", "add", "default", "via", hop)
        self._set("net/ipv4/ip_forward", "1")
        self._set("net/ipv6/conf/all/forwarding", "1")
        self._set("net/ipv4/icmp_ratelimit", "0")

    def remove(self) -> None:
        """Delete everything, including the cables."""
        for name in self._names:
            with contextlib.suppress(OSError, subprocess.CalledProcessError):
                ip("netns", "del", name)

    @contextlib.contextmanager
    def rules(self, chain: str, hook: str) -> Iterator[None]:
        """Load a rule on the router, at a hook of its firewall."""
        body = f"chain rules {{\ntype filter hook {hook} priority 0\n{chain}\n}}"
        with self.table(body):
            yield

    @contextlib.contextmanager
    def table(self, body: str, at: Place = "router") -> Iterator[None]:
        """Load a whole table on the router, or another host."""
        self._nft(f"table inet filter {{\n{body}\n}}\n", at)
        try:
            yield
        finally:
            self._nft("delete table inet filter\n", at)

    def give_client(self, address: str) -> None:
        """Add one more address to the client."""
        give(self._names[2], address)

    @contextlib.contextmanager
    def inside(self, place: Place) -> Iterator[None]:
        """Move this thread to a host, with the sockets and programs that it starts.

        Raises:
            OSError: that is not possible here.
        """
        name = self._names[PLACES.index(place)]
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        there = os.open(f"/run/netns/{name}", os.O_RDONLY)
        try:
            _enter(there)
            yield
        finally:
            _enter(home)
            os.close(there)
            os.close(home)

    def socket_at(self, place: Place, family: int = socket.AF_INET) -> socket.socket:
        """Return a UDP socket in another namespace than this process.

        Raises:
            OSError: that is not possible here.
        """
        with self.inside(place):
            return socket.socket(family, socket.SOCK_DGRAM)

    def counted(self) -> int:
        """Return the value of the rules' packet counter."""
        command = [*self.router, NFT, "list", "chain", "inet", "filter", "rules"]
        told = subprocess.run(command, capture_output=True, check=True, text=True)
        (count,) = re.findall(r"counter packets (\d+)", told.stdout)
        return int(count)

    def _join(self, end: str, device: str, addresses: tuple[str, str]) -> None:
        """Connect an end to the router's DEVICE."""
        router = self._names[1]
        peer = ("type", "veth", "peer", "name", device, "netns", router)
        ip("-n", end, "link", "add", "eth0", *peer)
        ip("-n", end, "link", "set", "eth0", "up")
        ip("-n", router, "link", "set", device, "up")
        give(end, addresses[0])
        give(router, addresses[1], device)

    def _set(self, name: str, value: str) -> None:
        script = 'echo "$1" > "/proc/sys/$0"'
        command = [*self.router, "sh", "-c", script, name, value]
        subprocess.run(command, capture_output=True, check=True)

    def _nft(self, rules: str, at: Place) -> None:
        hosts = {"server": self.server, "router": self.router, "client": self.client}
        command = [*hosts[at], NFT, "-f", "-"]
        subprocess.run(command, input=rules.encode(), capture_output=True, check=True)


def _enter(namespace: int) -> None:
    """Move this thread into a network namespace (setns), for new sockets."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(namespace, _NETWORK):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def routed(mtu: int) -> Generator[Routed, None, None]:
    """Yield such a network, or skip the test with the reason."""
    network = Routed(mtu)
    try:
        network.build()
        with network.rules("accept", "output"):
            pass
    except (OSError, subprocess.CalledProcessError) as error:
        network.remove()
        pytest.skip(f"namespaces need root, iproute2 and nftables: {error}")
    try:
        yield network
    finally:
        network.remove()
