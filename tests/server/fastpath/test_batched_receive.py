"""The fast state of a write: the same results as processing each packet exactly."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.clock import FakeClock
from tests.support.running import Running, running
from tests.support.udp_client import UdpClient
from tftptui.server.transfer.transfer import Transfer
from tftptui.telemetry.events import TransferEnded
from tftptui.telemetry.records.ring import Kind

pytestmark = pytest.mark.net

BLOCKS = 300
CONTENT = sample_bytes(512 * (BLOCKS - 1) + 100)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def server(tmp_path: Path, clock: FakeClock) -> AsyncIterator[Running]:
    with running(tmp_path, clock, write="new") as server:
        yield server


@pytest.fixture
def client() -> Iterator[UdpClient]:
    with UdpClient() as client:
        yield client


def the_transfer(server: Running) -> Transfer:
    (transfer,) = server.service.transfers.values()
    return transfer.whole()


def left_in(folder: Path) -> list[Path]:
    return [*folder.iterdir()]


def payload(block: int) -> bytes:
    return CONTENT[512 * (block - 1) : 512 * block]


async def begin(server: Running, client: UdpClient, window: int) -> None:
    options = ((b"windowsize", str(window).encode()),) if window > 1 else ()
    client.offer(server.at, b"new", options=options)
    if options:
        await client.oack()
    else:
        assert await client.acked() == 0


async def send(client: UdpClient, first: int, last: int, window: int) -> None:
    """Send blocks in windows, and receive the ACK of each window."""
    for block in range(first, last + 1):
        client.block(block, payload(block))
        if block % window == 0 or block == BLOCKS:
            assert await client.acked() == block


@pytest.mark.parametrize("window", [1, 3, 16, 64])
async def test_every_packet_is_in_the_ring_and_counted(
    server: Running, client: UdpClient, tmp_path: Path, window: int
) -> None:
    await begin(server, client, window)
    await send(client, 1, BLOCKS, window)
    ended = await server.written.until(TransferEnded)
    assert (tmp_path / "new").read_bytes() == CONTENT
    records = server.written.packets()
    runs = [record for record in records if record.kind == Kind.DATA_RECEIVED]
    came = [block for r in runs for block in range(r.block, r.block + r.count)]
    acked = [record.block for record in records if record.kind == Kind.ACK_SENT]
    assert came == [*range(1, BLOCKS + 1)]
    assert acked[window == 1 :] == [*range(window, BLOCKS, window), BLOCKS]
    assert {record.attempt for record in records} == {1}
    counters = server.service.recorder.counters
    assert ended.octets == len(CONTENT)
    assert counters.packets_received == BLOCKS + 1
    assert (counters.bytes_received, counters.bytes_sent) == (len(CONTENT), 0)
    assert counters.packets_sent == len(acked) + (window > 1)


async def test_the_view_is_up_to_date_whenever_it_is_asked_for(
    server: Running, client: UdpClient
) -> None:
    await begin(server, client, 8)
    await send(client, 1, 80, 8)
    before = the_transfer(server).version
    view = the_transfer(server).view()
    assert (view.sent_blocks, view.acked_bytes) == (80, 80 * 512)
    await send(client, 81, 96, 8)
    server.service._sweep()
    assert the_transfer(server).version > before


async def test_a_gap_is_reported_at_once_and_filled(
    server: Running, client: UdpClient, tmp_path: Path
) -> None:
    await begin(server, client, 4)
    await send(client, 1, 40, 4)
    client.block(41, payload(41))
    client.block(43, payload(43))
    assert await client.acked() == 41
    for block in range(42, 46):
        client.block(block, payload(block))
    assert await client.acked() == 45
    for block in range(46, BLOCKS + 1):
        client.block(block, payload(block))
        if (block - 45) % 4 == 0 or block == BLOCKS:
            assert await client.acked() == block
    await server.written.until(TransferEnded)
    assert (tmp_path / "new").read_bytes() == CONTENT


async def test_a_lost_ack_is_sent_again_after_its_time(
    server: Running, client: UdpClient, clock: FakeClock
) -> None:
    await begin(server, client, 1)
    await send(client, 1, 50, 1)
    clock.advance(10.0)
    server.service._sweep()
    assert await client.acked() == 50
    await send(client, 51, BLOCKS, 1)
    ended = await server.written.until(TransferEnded)
    assert (ended.outcome, ended.retransmits) == ("completed", 1)


async def test_a_doubled_block_is_written_once(
    server: Running, client: UdpClient, tmp_path: Path
) -> None:
    await begin(server, client, 1)
    await send(client, 1, 20, 1)
    client.block(20, payload(20))
    assert await client.acked() == 20
    await send(client, 21, BLOCKS, 1)
    ended = await server.written.until(TransferEnded)
    assert (tmp_path / "new").read_bytes() == CONTENT
    assert ended.duplicates == 1


async def test_a_client_that_leaves_leaves_nothing_behind(
    server: Running, client: UdpClient, tmp_path: Path
) -> None:
    await begin(server, client, 1)
    await send(client, 1, 200, 1)
    client.leave()
    ended = await server.written.until(TransferEnded)
    assert (ended.outcome, ended.acked_blocks) == ("failed", 200)
    assert left_in(tmp_path) == []


async def test_limits_are_kept_to_the_block(tmp_path: Path, client: UdpClient) -> None:
    with running(tmp_path, write="new", max_upload=5 * 512) as server:
        await begin(server, client, 1)
        await send(client, 1, 5, 1)
        client.block(6, payload(6))
        assert (await client.error()).code == 3
        await asyncio.wait_for(server.written.until(TransferEnded), 10.0)
    assert left_in(tmp_path) == []


@pytest.mark.parametrize("window", [1, 4])
async def test_a_block_longer_than_agreed_ends_it(
    server: Running, client: UdpClient, tmp_path: Path, window: int
) -> None:
    await begin(server, client, window)
    await send(client, 1, 40, window)
    client.block(41, payload(41) + b"!")
    error = await client.error()
    assert (error.code, error.message) == (
        4,
        b"a block of 513 bytes, but 512 were agreed",
    )
    await server.written.until(TransferEnded)
    assert left_in(tmp_path) == []


async def test_an_error_amid_a_window_ends_it(
    server: Running, client: UdpClient, tmp_path: Path
) -> None:
    await begin(server, client, 16)
    await send(client, 1, 32, 16)
    for block in range(33, 40):
        client.block(block, payload(block))
    client.leave("enough")
    ended = await server.written.until(TransferEnded)
    assert (ended.outcome, ended.blocks) == ("failed", 39)
    assert left_in(tmp_path) == []


async def test_blocks_that_changed_places_are_sorted_out(
    server: Running, client: UdpClient, tmp_path: Path
) -> None:
    await begin(server, client, 4)
    await send(client, 1, 40, 4)
    for block in (41, 43, 42, 44):
        client.block(block, payload(block))
    assert [await client.acked(), await client.acked()] == [41, 42]
    for block in range(43, BLOCKS + 1):
        client.block(block, payload(block))
        if (block - 42) % 4 == 0 or block == BLOCKS:
            assert await client.acked() == block
    await server.written.until(TransferEnded)
    assert (tmp_path / "new").read_bytes() == CONTENT


@pytest.mark.parametrize("window", [1, 16])
async def test_it_goes_the_same_way_on_one_port_for_all(
    tmp_path: Path, client: UdpClient, window: int
) -> None:
    with running(tmp_path, write="new", single_port=True) as server:
        await begin(server, client, window)
        await send(client, 1, BLOCKS, window)
        await asyncio.wait_for(server.written.until(TransferEnded), 10.0)
    assert (tmp_path / "new").read_bytes() == CONTENT
