"""Paths with a router: small MTU, dropped ICMP, and rejections."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.namespaces import Routed, routed
from tests.support.real_clients import CURL
from tests.support.serve import Serve, environment

pytestmark = [pytest.mark.net, pytest.mark.netns]

FILE = sample_bytes(200_000)
NO_ICMP = """
ip protocol icmp icmp type destination-unreachable drop
meta l4proto icmpv6 icmpv6 type packet-too-big drop
"""

TFTPTUI = [sys.executable, "-m", "tftptui"]

PATIENT_READER = """
import asyncio, sys
from tests.support.udp_client import UdpClient
from tftptui.net.addresses import Endpoint

async def read(host, port):
    with UdpClient("0.0.0.0") as client:
        options = ((b"utimeout", b"200000"),)
        client.ask(Endpoint(host, int(port)), b"file", options=options)
        await client.oack()
        client.ack(0)
        octets, is_last = 0, False
        while not is_last:
            data = await client.data()
            octets, is_last = octets + len(data.payload), len(data.payload) < 512
            client.ack(data.block16)
        print(octets, client.peer.host)

asyncio.run(read(*sys.argv[1:]))
"""

PAUSING_READER = """
import asyncio, sys
from tests.support.udp_client import UdpClient
from tftptui.net.addresses import Endpoint

async def read(host, port):
    with UdpClient("0.0.0.0") as client:
        options = ((b"blksize", b"1428"), (b"windowsize", b"16"))
        client.ask(Endpoint(host, int(port)), b"file", options=options)
        await client.oack()
        client.ack(0)
        content, block, again, is_last = b"", 0, 0, False
        while not is_last:
            data = await client.data()
            if data.block16 != block + 1:
                again += 1
                continue
            block, content = block + 1, content + data.payload
            is_last = len(data.payload) < 1428
            if block == 64:
                print("half", flush=True)
                sys.stdin.readline()
            if block % 16 == 0 or is_last:
                client.ack(block)
        print(len(content), again)

asyncio.run(read(*sys.argv[1:]))
"""

SENDER = """
import select, sys
from tftptui.net.addresses import Endpoint
from tftptui.server.transfer.transport import open_transport

here, there, count = sys.argv[1:]
transport = open_transport(Endpoint(here, 0), Endpoint(there, 2070))
transport.segment(2)
transport.send(b"first")
poll = select.poll()
poll.register(transport.main, select.POLLERR)
assert poll.poll(10_000)
packets = memoryview(b"x" * int(count))
print(transport.send_run(packets, 2), {e.sender for e in transport.errors()})
transport.close()
"""


@pytest.fixture(scope="module")
def network() -> Iterator[Routed]:
    yield from routed(mtu=1_400)


@pytest.fixture(scope="module")
def wide() -> Iterator[Routed]:
    yield from routed(mtu=1_500)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("root")
    (root / "file").write_bytes(FILE)
    return root


@pytest.fixture(scope="module")
def server(network: Routed, root: Path) -> Iterator[Serve]:
    options = ("--retries", "100", "--write", "overwrite")
    with Serve(root, *options, listen=None, within=network.server) as server:
        yield server
        assert server.stop() == 0


@pytest.fixture(scope="module")
def large(wide: Routed, root: Path) -> Iterator[Serve]:
    """Yield a server that ignores the MTU of the route."""
    with Serve(root, "--no-fit-route", listen=None, within=wide.server) as server:
        yield server
        assert server.stop() == 0


def sent_packets(network: Routed) -> int:
    """Return how many packets the server's network card has sent."""
    place = "/sys/class/net/eth0/statistics/tx_packets"
    command = [*network.server, "cat", place]
    return int(subprocess.run(command, capture_output=True, check=True).stdout)


def curl(network: Routed, server: Serve, block_size: int, place: Path) -> int:
    """Fetch the file over IPv4; return the exit status."""
    url = f"tftp://{network.SERVER}:{server.at.port}/file"
    fetch = ["curl", "-sSg", "--tftp-blksize", str(block_size), "-o", str(place), url]
    command = [*network.client, *fetch]
    return subprocess.run(command, timeout=30.0, check=False).returncode


def exchange(network: Routed, server: Serve, *words: str) -> None:
    """Run get or put of this program in the client's namespace; it must succeed."""
    verb, host, *rest = words
    command = [*network.client, *TFTPTUI, verb, host, "--port", str(server.at.port)]
    done = subprocess.run(
        [*command, *rest],
        env=environment(),
        capture_output=True,
        timeout=30.0,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("block_size", [512, 1_428, 1_468, 8_192])
def test_large_blocks_pass_where_icmp_is_swallowed(
    network: Routed, server: Serve, tmp_path: Path, block_size: int
) -> None:
    CURL.require()
    with network.rules(NO_ICMP, "output"):
        status = curl(network, server, block_size, tmp_path / "x")
    assert (status, (tmp_path / "x").read_bytes() == FILE) == (0, True)
    ended = server.until("transfer_ended")
    assert ended["retransmits"] == 0


@pytest.mark.parametrize("host", [Routed.SERVER, Routed.SERVER_V6])
@pytest.mark.parametrize("block_size", [1_300, 1_428, 1_468])
def test_windows_arrive_exactly_through_a_small_path(
    network: Routed, server: Serve, tmp_path: Path, host: str, block_size: int
) -> None:
    options = ["--blksize", str(block_size), "--windowsize", "16", "--quiet"]
    exchange(network, server, "get", host, "file", str(tmp_path / "x"), *options)
    assert (tmp_path / "x").read_bytes() == FILE


@pytest.mark.parametrize("host", [Routed.SERVER, Routed.SERVER_V6])
def test_windows_are_brought_exactly_through_a_small_path(
    network: Routed, server: Serve, root: Path, tmp_path: Path, host: str
) -> None:
    (tmp_path / "x").write_bytes(FILE)
    options = ["--blksize", "1468", "--windowsize", "16", "--quiet"]
    exchange(network, server, "put", host, str(tmp_path / "x"), "brought", *options)
    assert (root / "brought").read_bytes() == FILE


@pytest.mark.parametrize("host", [Routed.SERVER, Routed.SERVER_V6])
@pytest.mark.parametrize("block_size", [1_428, 1_468, 8_192])
def test_windows_larger_than_the_link_arrive_exactly(
    wide: Routed, large: Serve, tmp_path: Path, host: str, block_size: int
) -> None:
    before = len(large.of("transfer_ended"))
    options = ["--blksize", str(block_size), "--windowsize", "16", "--quiet"]
    exchange(wide, large, "get", host, "file", str(tmp_path / "x"), *options)
    assert (tmp_path / "x").read_bytes() == FILE
    ended = large.until("transfer_ended", before + 1)
    blocks = len(FILE) // block_size + 1
    assert (ended["blocks"], ended["retransmits"]) == (blocks, 0)


@pytest.mark.parametrize("host", [Routed.SERVER, Routed.SERVER_V6])
def test_a_window_that_fits_the_link_leaves_in_one_piece(
    wide: Routed, large: Serve, tmp_path: Path, host: str
) -> None:
    before = sent_packets(wide)
    options = ["--blksize", "1428", "--windowsize", "16", "--quiet"]
    exchange(wide, large, "get", host, "file", str(tmp_path / "x"), *options)
    windows = len(FILE) // (16 * 1_428) + 1
    assert sent_packets(wide) - before < 2 * windows + 10  # includes neighbor discovery
    assert (tmp_path / "x").read_bytes() == FILE


def test_a_link_that_gets_smaller_meanwhile_costs_no_packet(
    wide: Routed, large: Serve
) -> None:
    command = [*wide.client, sys.executable, "-c", PAUSING_READER, wide.SERVER]
    before = len(large.of("transfer_ended"))
    process = subprocess.Popen(
        [*command, str(large.at.port)],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "half\n"
    link = [*wide.server, "ip", "link", "set", "eth0", "mtu"]
    subprocess.run([*link, "1300"], check=True)
    try:
        said, _ = process.communicate("on\n", timeout=30.0)
    finally:
        subprocess.run([*link, "1500"], check=True)
    assert said.split() == [str(len(FILE)), "0"]
    ended = large.until("transfer_ended", before + 1)
    assert (ended["outcome"], ended["retransmits"]) == ("completed", 0)


@pytest.mark.parametrize(
    ("reason", "name", "code"),
    [
        ("icmp type admin-prohibited", "administratively prohibited", 13),
        ("icmp type port-unreachable", "port unreachable", 3),
        ("icmp type host-unreachable", "host unreachable", 1),
    ],
)
def test_a_rejection_by_a_router_is_told_and_ends_nothing(
    network: Routed, server: Serve, reason: str, name: str, code: int
) -> None:
    reader = [sys.executable, "-c", PATIENT_READER, network.SERVER]
    command = [*network.client, *reader, str(server.at.port)]
    before = len(server.of("icmp"))
    with network.rules(
        f"ip daddr {network.CLIENT} udp dport > 0 reject with {reason}", "forward"
    ):
        process = subprocess.Popen(
            command, env=environment(), stdout=subprocess.PIPE, text=True
        )
        told = server.until("icmp", before + 3)
    with process:
        said, _ = process.communicate(timeout=30.0)
    assert (told["type"], told["code"], told["name"]) == (3, code, name)
    assert told["from"] == network.NEAR
    ended = server.until("transfer_ended", transfer=told["transfer"])
    assert (said.split(), ended["outcome"]) == (
        [str(len(FILE)), network.SERVER],
        "completed",
    )


@pytest.mark.parametrize("count", ["2", "4", "200"])
@pytest.mark.parametrize(
    "reason", ["admin-prohibited", "port-unreachable", "host-unreachable"]
)
def test_what_is_sent_after_a_rejection_leaves_all_the_same(
    network: Routed, reason: str, count: str
) -> None:
    rule = f"ip daddr {network.CLIENT} reject with icmp type {reason}"
    command = [*network.server, sys.executable, "-c", SENDER]
    with network.rules(rule, "forward"):
        done = subprocess.run(
            [*command, network.SERVER, network.CLIENT, count],
            env=environment(),
            capture_output=True,
            text=True,
            timeout=30.0,
            check=False,
        )
    told = {network.NEAR}
    assert (done.stdout, done.stderr) == (f"True {told}\n", "")
