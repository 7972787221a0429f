"""The fast state of a read: the same results as processing each packet exactly."""

import asyncio
import errno
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.builders import sample_bytes
from tests.support.clock import FakeClock
from tests.support.quick_client import fetch
from tests.support.running import PATIENCE, Running, running
from tests.support.udp_client import UdpClient
from tftptui.files.staging import Scratch
from tftptui.protocol.packets import Options
from tftptui.server.transfer.send import Sender
from tftptui.server.transfer.transfer import Transfer
from tftptui.server.transfer.transport import Transport
from tftptui.telemetry.events import TransferEnded, TransferStarted
from tftptui.telemetry.records.ring import Kind, PacketRecord

pytestmark = pytest.mark.net

BLOCKS = 300
"""Of the file; far more than the read-ahead."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "file").write_bytes(sample_bytes(512 * (BLOCKS - 1) + 100))
    return tmp_path


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def server(folder: Path, clock: FakeClock) -> AsyncIterator[Running]:
    with running(folder, clock) as server:
        yield server


@pytest.fixture
def client() -> Iterator[UdpClient]:
    with UdpClient() as client:
        yield client


def the_transfer(server: Running) -> Transfer:
    (transfer,) = server.service.transfers.values()
    return transfer.whole()


def the_sender(server: Running) -> Sender:
    side = the_transfer(server).side
    assert isinstance(side, Sender)
    return side


async def read_to(client: UdpClient, block: int, window: int = 1) -> None:
    """Receive and acknowledge whole windows up to BLOCK."""
    for number in range(1, block + 1):
        assert (await client.data()).block16 == number
        if number % window == 0:
            client.ack(number)


def asking_for(window: int) -> Options:
    """Return the options of a client that requests windows of that size."""
    return ((b"windowsize", str(window).encode()),) if window > 1 else ()


def assert_whole(records: list[PacketRecord], blocks: int, window: int) -> None:
    """Check that each block was sent once, and each window acknowledged."""
    sent = [record for record in records if record.kind == Kind.DATA]
    acks = [record.block for record in records if record.kind == Kind.ACK]
    told = [block for r in sent for block in range(r.block, r.block + r.count)]
    assert told == [*range(1, blocks + 1)]
    firsts = [0] if window > 1 else []  # of the OACK
    assert acks == [*firsts, *range(window, blocks, window), blocks]
    assert {record.attempt for record in sent} == {1}


@pytest.mark.parametrize("window", [1, 2, 4, 16, 64])
async def test_every_packet_is_in_the_ring_and_counted(
    server: Running, client: UdpClient, window: int
) -> None:
    options = asking_for(window)
    client.ask(server.at, b"file", options=options)
    if options:
        await client.oack()
        client.ack(0)
    for number in range(1, BLOCKS + 1):
        assert (await client.data()).block16 == number
        if number % window == 0 or number == BLOCKS:
            client.ack(number)
    ended = await server.written.until(TransferEnded)
    records = server.written.packets()
    assert_whole(records, BLOCKS, window)
    assert {(r.client_tid, r.transfer) for r in records} == {(client.local.port, 1)}
    counters = server.service.recorder.counters
    assert counters.bytes_sent == ended.octets == 512 * (BLOCKS - 1) + 100
    assert counters.packets_sent == BLOCKS + bool(options)
    acks = sum(record.kind == Kind.ACK for record in records)
    assert counters.packets_received == acks + 1


async def test_the_view_is_up_to_date_whenever_it_is_asked_for(
    server: Running, client: UdpClient
) -> None:
    client.ask(server.at, b"file")
    await read_to(client, 100)
    await client.data()
    before = the_transfer(server).version
    view = the_transfer(server).view()
    assert (view.sent_blocks, view.acked_blocks) == (101, 100)
    client.ack(101)
    await client.data()
    server.service._sweep()
    assert the_transfer(server).version > before
    assert the_transfer(server).view().acked_blocks == 101


async def test_a_lost_block_is_sent_again_after_its_time(
    server: Running, client: UdpClient, clock: FakeClock
) -> None:
    client.ask(server.at, b"file")
    await read_to(client, 50)
    await client.data()  # and its ACK is lost
    clock.advance(10.0)
    server.service._sweep()
    assert (await client.data()).block16 == 51
    assert the_transfer(server).view().retransmits == 1
    client.ack(51)
    for number in range(52, BLOCKS + 1):
        assert (await client.data()).block16 == number
        client.ack(number)
    assert (await server.written.until(TransferEnded)).outcome == "completed"


async def test_an_answer_that_waits_to_be_read_is_read_before_time_is_up(
    server: Running, client: UdpClient, clock: FakeClock
) -> None:
    client.ask(server.at, b"file")
    await read_to(client, 50)
    await client.data()
    client.ack(51)  # and the server is busy elsewhere for long
    clock.advance(10.0)
    server.service._sweep()
    assert (await client.data()).block16 == 52
    assert the_transfer(server).view().retransmits == 0


async def test_a_gap_amid_fast_windows_is_filled_from_there(
    server: Running, client: UdpClient, clock: FakeClock
) -> None:
    client.ask(server.at, b"file", options=((b"windowsize", b"4"),))
    await client.oack()
    client.ack(0)
    await read_to(client, 40, window=4)
    for number in range(41, 45):
        assert (await client.data()).block16 == number
    clock.advance(0.1)
    client.ack(42)  # 43 never arrived
    again = [(await client.data()).block16 for _ in range(4)]
    assert again == [43, 44, 45, 46]
    assert the_transfer(server).view().retransmits == 2


async def test_a_doubled_ack_sends_nothing_twice(
    server: Running, client: UdpClient
) -> None:
    client.ask(server.at, b"file")
    await read_to(client, 30)
    client.ack(30)
    client.ack(30)
    for number in range(31, BLOCKS + 1):
        assert (await client.data()).block16 == number
        client.ack(number)
    ended = await server.written.until(TransferEnded)
    assert (ended.retransmits, ended.duplicates) == (0, 2)


async def test_an_ack_with_something_behind_it_is_an_ack_all_the_same(
    server: Running, client: UdpClient
) -> None:
    client.ask(server.at, b"file")
    await read_to(client, 20)
    await client.data()
    client.send(b"\0\4\0\x15padding")
    assert (await client.data()).block16 == 22


async def test_a_number_behind_a_zero_byte_is_no_ack(
    server: Running, client: UdpClient
) -> None:
    client.ask(server.at, b"file")
    await read_to(client, 20)
    await client.data()
    client.send(b"\0\0\4\0\x15")  # the same number, if only the count mattered
    client.ack(21)
    assert (await client.data()).block16 == 22
    assert server.service.recorder.counters.malformed == 1


async def test_a_client_may_leave_amid_it(server: Running, client: UdpClient) -> None:
    client.ask(server.at, b"file")
    await read_to(client, 60)
    await client.data()
    client.leave("enough")
    ended = await server.written.until(TransferEnded)
    assert (ended.outcome, ended.acked_blocks, ended.blocks) == ("failed", 60, 61)


@pytest.mark.parametrize("gso", [True, False])
async def test_windows_are_cut_by_the_kernel_only_where_that_is_wanted(
    server: Running, client: UdpClient, *, gso: bool
) -> None:
    server.service.change_settings({"gso": gso}, by="a test")
    client.ask(server.at, b"file", options=((b"windowsize", b"8"),))
    await client.oack()
    transport = the_transfer(server).transport
    assert isinstance(transport, Transport)
    assert (transport._cut is not None) == (gso and sys.platform == "linux")
    client.ack(0)
    await read_to(client, 296, window=8)
    assert (await client.data()).block16 == 297


async def test_the_round_trip_is_measured_on_the_way(
    server: Running, client: UdpClient, clock: FakeClock
) -> None:
    """A slow first round trip must not cause gap reports to be ignored for long."""
    client.ask(server.at, b"file", options=((b"windowsize", b"4"),))
    await client.oack()
    clock.advance(1.0)
    client.ack(0)
    for number in range(1, 281):
        assert (await client.data()).block16 == number
        if number % 4 == 0:
            clock.advance(0.001)
            client.ack(number)
    sender = the_sender(server)
    await client.data()
    assert sender._session is not None
    smoothed = sender._session.timer.smoothed
    assert smoothed is not None
    assert smoothed < 0.9


@pytest.mark.parametrize("window", [1, 4, 16])
async def test_a_client_alone_that_answers_at_once_is_written_down_whole(
    tmp_path: Path, window: int
) -> None:
    """The server then serves only this client for a while, outside the loop."""
    blocks = 4_000
    (tmp_path / "file").write_bytes(sample_bytes(512 * (blocks - 1) + 100))
    options = asking_for(window)
    with running(tmp_path) as server:
        fetching = asyncio.to_thread(fetch, server.at, b"file", options, window)
        assert await fetching == (tmp_path / "file").read_bytes()
        ended = await server.written.until(TransferEnded)
        records = server.written.packets()
    assert_whole(records, blocks, window)
    times = [record.time for record in records]
    assert times == sorted(times)
    assert (ended.outcome, ended.blocks, ended.retransmits) == ("completed", blocks, 0)


async def test_a_loss_at_the_beginning_keeps_nobody_from_hurrying_later(
    server: Running, client: UdpClient, clock: FakeClock
) -> None:
    client.ask(server.at, b"file")
    await client.data()  # and its ACK is lost
    clock.advance(10.0)
    server.service._sweep()
    for number in range(1, 4):
        assert (await client.data()).block16 == number
        client.ack(number)
    assert (await client.data()).block16 == 4
    assert not the_transfer(server).transport.is_alone
    assert not isinstance(the_sender(server)._fast.staging, Scratch)


async def test_what_an_old_icmp_error_has_kept_back_leaves_and_all_goes_on(
    server: Running, client: UdpClient
) -> None:
    """Without the error this client would be served exclusively: it has replied."""
    client.ask(server.at, b"file")
    await read_to(client, 1)
    await client.data()
    fast = the_sender(server)._fast

    def refuse(_: memoryview) -> None:
        raise ConnectionRefusedError(errno.ECONNREFUSED, "an old one")

    fast._send = refuse
    for number in (2, 3, 4):
        client.ack(number)
    for number in range(3, BLOCKS + 1):
        assert (await client.data()).block16 == number
        if number > 4:
            client.ack(number)
    ended = await server.written.until(TransferEnded)
    sent = [r.block for r in server.written.packets() if r.kind == Kind.DATA]
    assert sent == [*range(1, BLOCKS + 1)]
    assert (ended.outcome, ended.retransmits) == ("completed", 0)


class FullSocket:
    """A socket whose buffer is full once, after a number of packets."""

    def __init__(self, sock: socket.socket, after: int) -> None:
        self._sock, self._left = sock, after
        self.was_full = asyncio.Event()

    def send(self, packet: memoryview) -> int:
        self._left -= 1
        if self._left == -1:
            self.was_full.set()
            raise OSError(errno.ENOBUFS, "no buffer space")
        return self._sock.send(packet)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


async def test_a_window_that_can_not_leave_is_sent_when_its_time_has_come(
    server: Running, client: UdpClient, clock: FakeClock
) -> None:
    server.service.change_settings({"gso": False}, by="a test")
    client.ask(server.at, b"file", options=((b"windowsize", b"4"),))
    await client.oack()
    client.ack(0)
    for number in (1, 2, 3, 4):
        assert (await client.data()).block16 == number
    transport: Any = the_transfer(server).transport
    full = transport.main = FullSocket(transport.main, after=8)
    for number in (4, 8, 12):
        client.ack(number)
    for number in range(5, 13):
        assert (await client.data()).block16 == number
    async with asyncio.timeout(PATIENCE):
        await full.was_full.wait()
    clock.advance(10.0)
    server.service._sweep()
    assert (await client.data()).block16 == 13
    ring = server.written.ring
    troubled = [
        ring.record(n).block for n in range(ring.first, ring.next) if ring.note(n)
    ]
    assert troubled == [0, 0, 13]  # request and OACK have a note in any case


async def test_a_quick_client_does_not_keep_timers_waiting(tmp_path: Path) -> None:
    blocks = 40_000
    (tmp_path / "file").write_bytes(sample_bytes(512 * (blocks - 1) + 100))
    with running(tmp_path) as server:
        where = (server.at.host, str(server.at.port), "file")
        command = (sys.executable, "-m", "tests.support.quick_client", *where)
        client = await asyncio.create_subprocess_exec(*command)
        await server.written.until(TransferStarted)
        rung = asyncio.Event()
        asyncio.get_running_loop().call_later(0.02, rung.set)
        await rung.wait()
        # On any machine: at most one stretch before the timer.
        assert the_transfer(server).view().acked_blocks < blocks // 2
        assert await client.wait() == 0


async def test_a_quick_client_does_not_keep_others_waiting(
    tmp_path: Path, client: UdpClient
) -> None:
    (tmp_path / "file").write_bytes(sample_bytes(512 * 20_000))
    with running(tmp_path) as server:
        fetching = asyncio.create_task(asyncio.to_thread(fetch, server.at, b"file"))
        await server.written.until(TransferStarted)
        client.ask(server.at, b"file")
        await client.data()
        assert not fetching.done()
        await fetching
