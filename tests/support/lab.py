"""A client, a router and a server, each in its own network namespace.

Threads move into a namespace, so that a lab needs no process: sockets that a thread
opens there stay there.
"""

import contextlib
import ctypes
import errno
import itertools
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Generic, Literal, TypeVar

from tests.support.namespaces import IP, NFT

Place = Literal["client", "router", "server"]

_CLONE_NEWNET = 0x40000000
_numbers = itertools.count()

T = TypeVar("T")


class Lab:
    """10.55.32.175 – router – 10.254.52.26, as in an office with two networks."""

    CLIENT, FAR = "10.55.32.175", "10.55.32.1"
    """The client, and the router's address on its network."""

    SECOND = "10.55.32.176"
    """Another client on the same network."""

    SERVER, NEAR = "10.254.52.26", "10.254.52.1"
    """The server, and the router's address on its network."""

    def __init__(self) -> None:
        name = f"lab{os.getpid()}n{next(_numbers)}"
        self.names: dict[Place, str] = {
            "client": f"{name}c",
            "router": f"{name}r",
            "server": f"{name}s",
        }

    def build(self) -> None:
        """Create the namespaces and connect them, without a limit of ICMP errors.

        Raises:
            CalledProcessError, FileNotFoundError: that is not possible here.
        """
        client, router, server = self.names.values()
        _ip(
            *(f"netns add {name}" for name in self.names.values()),
            f"link add c0 netns {client} type veth peer name c0 netns {router}",
            f"link add s0 netns {server} type veth peer name s0 netns {router}",
        )
        self.ip("client", *_end("c0", (self.CLIENT, self.SECOND), self.FAR))
        self.ip("server", *_end("s0", (self.SERVER,), self.NEAR))
        self.ip("router", *_link("c0", (self.FAR,)), *_link("s0", (self.NEAR,)))
        self.set("router", "net/ipv4/ip_forward", "1")
        for place in self.names:
            self.set(place, "net/ipv4/icmp_ratelimit", "0")

    def remove(self) -> None:
        """Delete everything."""
        for name in self.names.values():
            with contextlib.suppress(OSError, subprocess.CalledProcessError):
                _ip(f"netns del {name}")

    def within(self, place: Place) -> list[str]:
        """Return the prefix of a command that runs it on a host."""
        return [IP, "netns", "exec", self.names[place]]

    def ip(self, place: Place, *lines: str) -> None:
        """Run ``ip`` commands on a host."""
        _ip(*lines, within=self.names[place])

    def nft(self, place: Place, rules: str) -> None:
        """Load nftables rules on a host."""
        self.run(place, NFT, "-f", "-", text=rules)

    def run(self, place: Place, *command: str, text: str = "") -> str:
        """Run a command on a host; return its output."""
        done = subprocess.run(
            [*self.within(place), *command],
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise AssertionError(f"{command}: {done.stderr}")
        return done.stdout

    def set(self, place: Place, name: str, value: str) -> None:
        """Write a number below /proc/sys on a host."""
        self.inside(place, lambda: Path("/proc/sys", name).write_text(value))

    def inside(self, place: Place, work: Callable[[], T]) -> T:
        """Call WORK in a thread on a host; return its result, or raise."""
        thread = Inside(self.names[place], work)
        thread.start()
        return thread.result()


class Inside(threading.Thread, Generic[T]):
    """A thread in a network namespace."""

    def __init__(self, namespace: str, work: Callable[[], T]) -> None:
        super().__init__(daemon=True)
        self._namespace, self._work = namespace, work
        self._results: list[T] = []
        self._error: BaseException | None = None

    def run(self) -> None:
        try:
            _enter(self._namespace)
            self._results.append(self._work())
        except BaseException as error:  # noqa: BLE001 - raised again by result()
            self._error = error

    def result(self) -> T:
        """Join the thread; return the result, or raise its exception."""
        self.join()
        if self._error is not None:
            raise self._error
        return self._results[0]


def _enter(namespace: str) -> None:
    """Move only this thread into a namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    with Path("/var/run/netns", namespace).open() as place:
        if libc.setns(place.fileno(), _CLONE_NEWNET):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))


def _ip(*lines: str, within: str = "") -> None:
    """Have `ip` make or change something, in this or another namespace.

    Some kernels now and then refuse to start a program with EFAULT while
    other threads start theirs. It has not run then, so it is started again.
    """
    place = ["-n", within] if within else []
    for last in (False, False, True):
        try:
            subprocess.run(
                [IP, *place, "-batch", "-"],
                input="\n".join(lines),
                capture_output=True,
                text=True,
                check=True,
            )
        except OSError as error:
            if last or error.errno != errno.EFAULT:
                raise
        else:
            return


def _link(device: str, addresses: tuple[str, ...]) -> Iterator[str]:
    yield "link set lo up"
    for address in addresses:
        yield f"address add {address}/24 dev {device}"
    yield f"link set {device} up"


def _end(device: str, addresses: tuple[str, ...], hop: str) -> Iterator[str]:
    yield from _link(device, addresses)
    yield f"route add default via {hop}"
