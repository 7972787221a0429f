"""A client that restarts during its transfer, from the same port."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.clock import FakeClock
from tests.support.office import office
from tests.support.running import Running, running
from tests.support.udp_client import UdpClient
from tests.support.upload_scene import hidden_in
from tftptui.telemetry.events import TransferEnded, TransferStarted

pytestmark = pytest.mark.net

FILE = sample_bytes(100 * 512)

OPTIONS = ((b"tsize", b"0"), (b"blksize", b"512"), (b"timeout", b"6"))
"""curl's options: the server waits 6 s before it retransmits."""

WAITS = (0.6, 0.5, 0.1)
"""Seconds after each of three packets; at the slowest a block takes 0.52 s."""

RESTART = 3.0
"""Seconds without a reply after which the client is restarted."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "file").write_bytes(FILE)
    return tmp_path


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def server(folder: Path, clock: FakeClock) -> AsyncIterator[Running]:
    with running(folder, clock, write="new") as server:
        yield server


@pytest.fixture
def client() -> Iterator[UdpClient]:
    with UdpClient() as client:
        yield client


def outcomes(server: Running) -> list[tuple[str, str | None]]:
    """Return the results of transfers, with their texts."""
    return [(one.outcome, one.error) for one in server.written.of(TransferEnded)]


async def read_some(server: Running, client: UdpClient, clock: FakeClock) -> None:
    """Acknowledge 50 blocks in 2.5 s; the next one is lost."""
    client.ack(0)
    for block in range(1, 52):
        assert (await client.data()).block16 == block
        if block <= 50:
            clock.advance(0.05)
            client.ack(block)
            server.service._sweep()


async def test_a_read_begins_anew_before_the_server_has_waited_in_vain(
    server: Running, client: UdpClient, clock: FakeClock
) -> None:
    client.ask(server.at, b"file", options=OPTIONS)
    await client.oack()
    first = client.peer
    await read_some(server, client, clock)
    clock.advance(RESTART)
    client.ask(server.at, b"file", options=OPTIONS)
    await client.oack()
    assert client.peer != first
    assert outcomes(server) == [("abandoned", "the client restarted")]
    client.ack(0)
    assert (await client.data()).block16 == 1


async def test_a_client_that_is_started_again_at_once_is_served_at_once(
    server: Running, client: UdpClient, clock: FakeClock
) -> None:
    client.ask(server.at, b"file", options=OPTIONS)
    await client.oack()
    first = client.peer
    await read_some(server, client, clock)
    clock.advance(0.01)
    client.ask(server.at, b"file", options=OPTIONS)
    await client.oack()
    assert client.peer != first


async def test_a_write_begins_anew(
    server: Running, client: UdpClient, clock: FakeClock, folder: Path
) -> None:
    client.offer(server.at, b"new", options=OPTIONS[1:])
    await client.oack()
    first = client.peer
    client.block(1, sample_bytes(512))
    assert await client.acked() == 1
    clock.advance(RESTART)
    client.offer(server.at, b"new", options=OPTIONS[1:])
    await client.oack()
    assert client.peer != first
    assert outcomes(server) == [("abandoned", "the client restarted")]
    await client.blocks(sample_bytes(700))
    await server.written.until(TransferEnded, count=2)
    assert (folder / "new").read_bytes() == sample_bytes(700)
    assert hidden_in(folder) == []


async def test_a_request_that_the_path_doubled_amid_progress_changes_nothing(
    server: Running, client: UdpClient, clock: FakeClock
) -> None:
    client.ask(server.at, b"file", options=OPTIONS)
    await client.oack()
    await read_some(server, client, clock)
    client.ask(server.at, b"file", options=OPTIONS)
    client.ack(51)
    assert (await client.data()).block16 == 52
    assert len(server.written.of(TransferStarted)) == 1


def test_a_read_that_waits_for_bandwidth_makes_way_too(folder: Path) -> None:
    with office(folder, transfer_bandwidth=1_000) as desk:
        desk.ask(b"file")
        for block, seconds in enumerate(WAITS, 1):
            desk.ack(block)
            desk.wait(seconds)
        assert desk.blocks() == [1, 2, 3]  # the fourth still has to wait
        desk.ask(b"file")
        (ended,) = desk.written.of(TransferEnded)
        assert ended.error == "the client restarted"
        desk.wait(0.5)
        assert desk.blocks() == [1, 2, 3, 1]


def test_a_write_that_waits_for_bandwidth_makes_way_too(folder: Path) -> None:
    with office(folder, transfer_bandwidth=1_000, write="new") as desk:
        desk.offer(b"new")
        for block, seconds in enumerate(WAITS, 1):
            desk.data(block, sample_bytes(512))
            desk.wait(seconds)
        assert len(desk.sent()) == 3  # ACK 0 to 2; the next one still has to wait
        desk.offer(b"new")
        (ended,) = desk.written.of(TransferEnded)
        assert ended.error == "the client restarted"
