"""Uploads on loopback, packet by packet: what arrives, and what is left over."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.clock import FakeClock
from tests.support.running import Running, running
from tests.support.udp_client import UdpClient
from tests.support.upload_scene import names_in, settle
from tftptui.files.versions import version_of
from tftptui.protocol.packets import Ack, Mode
from tftptui.protocol.receiver import DALLY
from tftptui.telemetry.events import TransferEnded, TransferStarted
from tftptui.telemetry.records.ring import Flag, Kind

pytestmark = pytest.mark.net

LATER = 0.1
"""Seconds after which the same request is a retry, not a duplicate of the path."""

LAST_WAIT = 10.0
"""Seconds: longer than any retransmission timeout."""

BLKSIZE = ((b"blksize", b"1000"),)
WINDOW = ((b"windowsize", b"4"),)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "old").write_bytes(sample_bytes(200_000))
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


async def begin(server: Running, client: UdpClient) -> None:
    """Start an upload of "new" and send its first block."""
    client.offer(server.at, b"new")
    assert await client.acked() == 0
    client.block(1, sample_bytes(512))
    assert await client.acked() == 1


def sent(server: Running, *kinds: Kind) -> list[tuple[int, int]]:
    """Return block and attempt of the server's packets of some kinds."""
    return [(r.block, r.attempt) for r in server.written.packets() if r.kind in kinds]


@pytest.mark.parametrize("size", [0, 1, 511, 512, 513, 1_024, 70_000])
async def test_a_file_arrives_exactly(
    server: Running, client: UdpClient, folder: Path, size: int
) -> None:
    await client.write(server.at, b"new", sample_bytes(size))
    assert (folder / "new").read_bytes() == sample_bytes(size)
    assert names_in(folder) == {"old", "new"}
    ended = server.event(TransferEnded)
    assert (ended.outcome, ended.direction, ended.octets) == (
        "completed",
        "write",
        size,
    )


async def test_it_is_told_which_version_was_written(
    server: Running, client: UdpClient, folder: Path
) -> None:
    await client.write(server.at, b"new", sample_bytes(700))
    (told,) = server.service.take_finished() or [
        one.whole().view() for one in server.service.transfers.values()
    ]
    found = (folder / "new").stat()
    assert told.version == version_of(found)
    second = f"{datetime.fromtimestamp(found.st_mtime, UTC):%Y-%m-%dT%H:%M:%S}"
    assert (server.event(TransferEnded).modified or "").startswith(second)
    assert server.event(TransferStarted).modified is None
    assert told.modified == pytest.approx(found.st_mtime, abs=1e-6)
    assert told.acked_bytes == found.st_size


async def test_netascii_is_converted(
    server: Running, client: UdpClient, folder: Path
) -> None:
    text = b"x" * 511 + b"\r\nand\r\0on\r\0"  # the first CR is the end of a block
    await client.write(server.at, b"new", text, Mode.NETASCII)
    assert (folder / "new").read_bytes() == b"x" * 511 + b"\nand\ron\r"


async def test_overwrite_takes_new_files_too(folder: Path, client: UdpClient) -> None:
    with running(folder, write="overwrite") as server:
        await client.write(server.at, b"new", b"content")
    assert (folder / "new").read_bytes() == b"content"


async def test_a_reader_keeps_the_version_it_began_with(
    folder: Path, client: UdpClient
) -> None:
    with running(folder, write="overwrite") as server, UdpClient() as reader:
        reader.ask(server.at, b"old", options=((b"blksize", b"50000"),))
        await reader.oack()
        reader.ack(0)
        content = (await reader.data()).payload
        await client.write(server.at, b"old", b"the new one")
        assert (folder / "old").read_bytes() == b"the new one"
        for number in range(1, 5):
            reader.ack(number)
            content += (await reader.data()).payload
        assert content == sample_bytes(200_000)


async def test_an_announced_size_is_echoed(server: Running, client: UdpClient) -> None:
    client.offer(server.at, b"new", options=((b"tsize", b"1234"),))
    assert (await client.oack()).options == ((b"tsize", b"1234"),)


async def test_a_repeated_request_gets_the_first_ack_from_the_same_port(
    server: Running, client: UdpClient, clock: FakeClock
) -> None:
    client.offer(server.at, b"new")
    await client.acked()
    first = client.peer
    clock.advance(LATER)
    client.offer(server.at, b"new")
    assert (await client.acked(), client.peer) == (0, first)
    assert len(server.written.of(TransferStarted)) == 1


async def test_a_request_repeated_in_mid_transfer_changes_nothing(
    server: Running, client: UdpClient, folder: Path, clock: FakeClock
) -> None:
    await begin(server, client)
    clock.advance(LATER)
    client.offer(server.at, b"new")
    await settle(server.at)
    await client.blocks(b"the end", first=2)
    assert (folder / "new").read_bytes() == sample_bytes(512) + b"the end"
    assert len(server.written.of(TransferStarted)) == 1


async def test_a_lost_oack_is_repeated_and_never_becomes_ack_0(
    server: Running, client: UdpClient, folder: Path, clock: FakeClock
) -> None:
    client.offer(server.at, b"new", options=BLKSIZE)
    first = await client.oack()
    clock.advance(LAST_WAIT)  # ours is lost
    assert await client.oack() == first
    clock.advance(LATER)
    client.offer(server.at, b"new", options=BLKSIZE)  # the client gives up
    assert await client.oack() == first
    await client.blocks(sample_bytes(2_500), 1_000)
    assert (folder / "new").read_bytes() == sample_bytes(2_500)
    assert sent(server, Kind.OACK) == [(0, 1), (0, 2), (0, 3)]
    (transfer,) = server.service.transfers.values()  # it dallies
    view = transfer.whole().view()
    assert (view.oacks_again, view.retransmits) == (2, 2)
    assert (0, 1) not in sent(server, Kind.ACK_SENT)


async def test_a_repeated_block_is_acknowledged_again_and_written_once(
    server: Running, client: UdpClient, folder: Path
) -> None:
    await begin(server, client)
    client.block(1, sample_bytes(512))
    assert await client.acked() == 1
    await client.blocks(b"the end", first=2)
    assert (folder / "new").read_bytes() == sample_bytes(512) + b"the end"
    ended = server.event(TransferEnded)
    assert (ended.duplicates, ended.retransmits) == (1, 1)


async def test_a_lost_last_ack_is_repeated_while_the_server_dallies(
    server: Running, client: UdpClient, folder: Path, clock: FakeClock
) -> None:
    await begin(server, client)
    client.block(2, b"the end")
    assert await client.acked() == 2
    clock.advance(DALLY - 1)
    client.block(2, b"the end")
    assert await client.acked() == 2
    assert (folder / "new").read_bytes() == sample_bytes(512) + b"the end"
    assert len(server.written.of(TransferEnded)) == 1


async def test_after_the_dallying_the_port_is_given_back(
    server: Running, client: UdpClient, clock: FakeClock
) -> None:
    await client.write(server.at, b"new", b"content")
    assert len(server.service.transfers) == 1
    clock.advance(LAST_WAIT)
    server.service._sweep()
    assert server.service.transfers == {}


async def test_how_much_was_stored_is_told_after_the_dallying_too(
    server: Running, client: UdpClient, clock: FakeClock
) -> None:
    await client.write(server.at, b"new", b"content")
    (transfer,) = server.service.transfers.values()
    assert transfer.whole().view().total_size == 7
    clock.advance(LAST_WAIT)
    server.service._sweep()
    (view,) = server.service.take_finished()
    assert (view.phase, view.total_size) == ("completed", 7)


async def test_an_error_while_dallying_takes_nothing_back(
    server: Running, client: UdpClient, folder: Path
) -> None:
    await client.write(server.at, b"new", b"content")
    client.leave()
    await settle(server.at)
    assert (folder / "new").read_bytes() == b"content"
    assert server.event(TransferEnded).outcome == "completed"
    assert server.service.transfers == {}


async def test_a_window_is_acknowledged_as_a_whole(
    server: Running, client: UdpClient, folder: Path
) -> None:
    client.offer(server.at, b"new", options=WINDOW)
    await client.oack()
    for number in range(1, 6):
        client.block(number, sample_bytes(512))
    client.block(6, b"the end")
    assert [await client.acked(), await client.acked()] == [4, 6]
    assert (folder / "new").read_bytes() == sample_bytes(512) * 5 + b"the end"


async def test_a_gap_in_a_window_is_told_at_once_and_once(
    server: Running, client: UdpClient, folder: Path
) -> None:
    client.offer(server.at, b"new", options=WINDOW)
    await client.oack()
    for number in (1, 2, 4, 5):  # 3 is lost
        client.block(number, sample_bytes(512))
    assert await client.acked() == 2
    client.block(3, sample_bytes(512))
    client.block(4, sample_bytes(512))
    client.block(5, b"the end")
    assert await client.acked() == 5
    assert (folder / "new").read_bytes() == sample_bytes(512) * 4 + b"the end"
    assert sent(server, Kind.ACK_SENT) == [(2, 1), (5, 1)]


async def test_what_makes_no_sense_on_a_tid_is_let_go(
    server: Running, client: UdpClient, folder: Path
) -> None:
    await begin(server, client)
    client.ack(1)
    client.send(b"\0\3\0")
    client.send(b"")
    await client.blocks(b"the end", first=2)
    assert (folder / "new").read_bytes() == sample_bytes(512) + b"the end"
    assert server.service.recorder.counters.malformed == 3


async def test_a_strangers_block_is_not_taken(
    server: Running, client: UdpClient, folder: Path
) -> None:
    await begin(server, client)
    with UdpClient() as stranger:
        stranger.peer = client.peer
        stranger.block(2, b"not the end")
        assert (await stranger.error()).code == 5
    await client.blocks(b"the end", first=2)
    assert (folder / "new").read_bytes() == sample_bytes(512) + b"the end"


async def test_each_packet_is_in_the_ring(server: Running, client: UdpClient) -> None:
    await client.write(server.at, b"new", sample_bytes(600))
    seen = [(r.kind, r.block, r.nbytes, r.flags) for r in server.written.packets()]
    wrq = len(b"\0\2new\0octet\0")
    assert seen == [
        (Kind.WRQ, 0, wrq, 0),
        (Kind.ACK_SENT, 0, 4, 0),
        (Kind.DATA_RECEIVED, 1, 512, 0),
        (Kind.ACK_SENT, 1, 4, 0),
        (Kind.DATA_RECEIVED, 2, 88, Flag.LAST),
        (Kind.ACK_SENT, 2, 4, 0),
    ]


async def test_block_numbers_go_on_after_65535(
    server: Running, client: UdpClient, folder: Path
) -> None:
    options = ((b"blksize", b"8"), (b"windowsize", b"64"))
    content = sample_bytes(8 * 65_600 + 3)
    client.offer(server.at, b"new", options=options)
    await client.oack()
    for first in range(1, 65_602, 64):
        last = min(first + 63, 65_601)
        for number in range(first, last + 1):
            client.block(number, content[8 * (number - 1) : 8 * number])
        assert isinstance(ack := await client.receive(), Ack)
        assert ack.block16 == last % 65_536
    assert (folder / "new").read_bytes() == content
