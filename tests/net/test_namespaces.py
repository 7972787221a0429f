"""A server with two addresses on its own network."""

import contextlib
import itertools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.real_clients import CURL
from tests.support.serve import Serve, environment

pytestmark = [pytest.mark.net, pytest.mark.netns]

FIRST, SECOND, CLIENT = "198.51.100.1", "198.51.100.2", "198.51.100.9"
FIRST_V6, SECOND_V6, CLIENT_V6 = "2001:db8::1", "2001:db8::2", "2001:db8::9"
MTU = 1_400

IP = shutil.which("ip") or "/usr/sbin/ip"

READER = """
import asyncio, sys
from tests.support.udp_client import UdpClient
from tftptui.net.addresses import Endpoint

async def read(client_host, host, port):
    with UdpClient(client_host) as client:
        content = await client.read(Endpoint(host, int(port)), b"file")
        print(client.peer.host, len(content))

asyncio.run(read(*sys.argv[1:]))
"""


class Network:
    """Two network namespaces, server and client, connected by a cable.

    Attributes:
        server, client: prefixes of commands that run them there.
    """

    _numbers = itertools.count()

    def __init__(self) -> None:
        name = f"tftptui{os.getpid()}n{next(self._numbers)}"
        self._names = [f"{name}s", f"{name}c"]
        self.server, self.client = ((IP, "netns", "exec", name) for name in self._names)

    def build(self) -> None:
        """Create the namespaces.

        Raises:
            CalledProcessError, FileNotFoundError: that is not possible here.
        """
        server, client = self._names
        _ip("netns", "add", server)
        _ip("netns", "add", client)
        peer = ("type", "veth", "peer", "name", "eth0", "netns", client)
        _ip("-n", server, "link", "add", "eth0", *peer)
        for name, addresses in (
            (server, (FIRST, SECOND, FIRST_V6, SECOND_V6)),
            (client, (CLIENT, CLIENT_V6)),
        ):
            _ip("-n", name, "link", "set", "eth0", "mtu", str(MTU), "up")
            for address in addresses:
                _give(name, address)

    def remove(self) -> None:
        """Delete everything, including the cable."""
        for name in self._names:
            with contextlib.suppress(OSError, subprocess.CalledProcessError):
                _ip("netns", "del", name)


def _ip(*arguments: str) -> None:
    subprocess.run([IP, *arguments], capture_output=True, check=True)


def _give(namespace: str, address: str) -> None:
    """Add an address to a namespace, usable at once."""
    place = f"{address}/64" if ":" in address else f"{address}/24"
    no_wait = ["nodad"] if ":" in address else []
    _ip("-n", namespace, "address", "add", place, "dev", "eth0", *no_wait)


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    network = Network()
    try:
        network.build()
    except (OSError, subprocess.CalledProcessError) as error:
        network.remove()
        pytest.skip(f"network namespaces need root and iproute2: {error}")
    yield network
    network.remove()


@pytest.fixture(scope="module")
def server(
    network: Network, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Serve]:
    folder = tmp_path_factory.mktemp("root")
    (folder / "file").write_bytes(sample_bytes(20_000))
    with Serve(folder, listen=None, within=network.server) as server:
        yield server
        assert server.stop() == 0


@pytest.mark.parametrize(
    ("client", "asked"),
    [
        (CLIENT, FIRST),
        (CLIENT, SECOND),
        (CLIENT_V6, FIRST_V6),
        (CLIENT_V6, SECOND_V6),
    ],
)
def test_answers_leave_from_the_asked_address(
    network: Network, server: Serve, client: str, asked: str
) -> None:
    reader = [sys.executable, "-c", READER, client, asked, str(server.at.port)]
    done = subprocess.run(
        [*network.client, *reader],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=30.0,
        check=False,
    )
    ended = server.until("transfer_ended", server=asked)
    assert (done.stdout.split(), done.stderr) == ([asked, "20000"], "")
    assert (ended["client"], ended["outcome"]) == (client, "completed")


@pytest.mark.parametrize(("asked", "granted"), [(FIRST, 1_368), (FIRST_V6, 1_348)])
def test_a_block_size_is_lowered_to_what_the_link_carries(
    network: Network, server: Serve, asked: str, granted: int, tmp_path: Path
) -> None:
    CURL.require()
    host = f"[{asked}]" if ":" in asked else asked
    fetch = ["curl", "-sSg", "--tftp-blksize", "1468", "-o", str(tmp_path / "x")]
    url = f"tftp://{host}:{server.at.port}/file"
    subprocess.run([*network.client, *fetch, url], timeout=30.0, check=True)
    agreed = {"blksize": str(granted), "tsize": "20000", "timeout": "6"}
    server.until("transfer_started", server=asked, agreed=agreed)
    assert (tmp_path / "x").read_bytes() == sample_bytes(20_000)


WINDOWED = """
import asyncio, subprocess, sys
from tests.support.udp_client import UdpClient
from tftptui.net.addresses import Endpoint

WINDOW, BLOCK = 16, 1_300

async def read(client_host, host, port, *narrow):
    content = b""
    with UdpClient(client_host) as client:
        options = ((b"blksize", b"%d" % BLOCK), (b"windowsize", b"%d" % WINDOW))
        client.ask(Endpoint(host, int(port)), b"big", options=options)
        await client.oack()
        client.ack(0)
        number, last = 0, False
        while not last:
            data = await client.data()
            number += 1
            assert data.block16 == number, (data.block16, number)
            content += data.payload
            last = len(data.payload) < BLOCK
            if number == 4 * WINDOW and narrow:
                subprocess.run(narrow, check=True)
            if number % WINDOW == 0 or last:
                client.ack(number)
        print(len(content), hash(content) == hash(open(sys.argv[4], "rb").read()))

asyncio.run(read(*sys.argv[1:4], *sys.argv[5:]))
"""


@pytest.mark.parametrize("is_narrowed", [False, True])
def test_windows_arrive_whole_and_once_even_when_the_route_narrows(
    network: Network, tmp_path: Path, *, is_narrowed: bool
) -> None:
    """The kernel segments windows only if they fit; else blocks are fragmented."""
    content = sample_bytes(300_000)
    (tmp_path / "big").write_bytes(content)
    inside = network.server[-1]
    narrow = [IP, "-n", inside, "link", "set", "eth0", "mtu", "700"]
    try:
        with Serve(tmp_path, listen=None, within=network.server) as server:
            port = str(server.at.port)
            reader = [sys.executable, "-c", WINDOWED, CLIENT, FIRST, port]
            done = subprocess.run(
                [
                    *(*network.client, *reader, str(tmp_path / "big")),
                    *(narrow if is_narrowed else []),
                ],
                env=environment(),
                capture_output=True,
                text=True,
                timeout=30.0,
                check=False,
            )
            assert (done.stdout.split(), done.stderr) == (["300000", "True"], "")
            ended = server.until("transfer_ended")
    finally:
        _ip("-n", inside, "link", "set", "eth0", "mtu", str(MTU))
    assert (ended["outcome"], ended["retransmits"]) == ("completed", 0)
