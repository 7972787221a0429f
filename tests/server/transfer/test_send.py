"""Reads of files that change, or turn out to be something else."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.running import Running, running
from tests.support.set_back import write_over
from tests.support.udp_client import UdpClient
from tftptui.protocol.packets import Data, ErrorPacket, Mode, Options
from tftptui.telemetry.events import TransferEnded, TransferStarted
from tftptui.telemetry.records.ring import Kind

pytestmark = pytest.mark.net

CHANGED = b"the file was changed while it was read"


@pytest.fixture
def client() -> Iterator[UdpClient]:
    with UdpClient() as client:
        yield client


def options_for(window: int) -> Options:
    return ((b"windowsize", str(window).encode()),) if window > 1 else ()


async def begin(
    server: Running,
    client: UdpClient,
    name: bytes,
    window: int,
    mode: Mode = Mode.OCTET,
) -> None:
    """Request a file in windows; the first one is sent then."""
    options = options_for(window)
    client.ask(server.at, name, options=options, mode=mode)
    if options:
        await client.oack()
        client.ack(0)


async def read_until_error(client: UdpClient, window: int) -> ErrorPacket:
    """Continue reading, including read-ahead blocks, until an ERROR comes."""
    while not isinstance(packet := await client.receive(), ErrorPacket):
        assert isinstance(packet, Data), packet
        if packet.block16 % window == 0:
            client.ack(packet.block16)
    return packet


@pytest.mark.parametrize("window", [1, 4])
async def test_a_text_whose_length_nobody_knows_goes_out_whole(
    tmp_path: Path, client: UdpClient, window: int
) -> None:
    (tmp_path / "file").write_bytes(b"twelve octets\n" * 4_000)
    with running(tmp_path) as server:
        await begin(server, client, b"file", window, mode=Mode.NETASCII)
        text, number = b"", 0
        while len(text) == 512 * number:
            packet, number = await client.data(), number + 1
            assert packet.block16 == number
            text += packet.payload
            if number % window == 0 or len(packet.payload) < 512:
                client.ack(number)
        ended = await server.written.until(TransferEnded)
    assert text == b"twelve octets\r\n" * 4_000
    assert (ended.outcome, ended.octets, ended.retransmits) == (
        "completed",
        len(text),
        0,
    )


@pytest.mark.parametrize("window", [1, 4])
async def test_a_file_cut_short_ends_with_an_error_to_the_client(
    tmp_path: Path, client: UdpClient, window: int
) -> None:
    (tmp_path / "big").write_bytes(sample_bytes(200_000))
    with running(tmp_path) as server:
        await begin(server, client, b"big", window)
        await client.data()
        os.truncate(tmp_path / "big", 700)
        if window == 1:
            client.ack(1)
        error = await read_until_error(client, window)
        ended = server.event(TransferEnded)
        records = server.written.packets()
    text = b"the file was cut short while it was read"
    assert (error.code, error.message) == (0, text)
    assert ended.outcome == "failed"
    sent = max(r.block + r.count - 1 for r in records if r.kind == Kind.DATA)
    assert ended.blocks == sent  # what could not be read was not sent


@pytest.mark.parametrize("size", [40_000, 900_000])  # read at once, or piece by piece
@pytest.mark.parametrize("window", [1, 4])
async def test_a_file_written_with_its_time_set_back_never_ends_well(
    tmp_path: Path, client: UdpClient, window: int, size: int
) -> None:
    path = tmp_path / "u-boot.img"
    path.write_bytes(b"1" * size)
    with running(tmp_path) as server:
        await begin(server, client, b"u-boot.img", window)
        await client.data()
        write_over(path, b"2" * size)
        if window == 1:
            client.ack(1)
        error = await read_until_error(client, window)
        ended = server.event(TransferEnded)
    assert (error.code, error.message) == (0, CHANGED)
    assert (ended.outcome, ended.error) == ("failed", CHANGED.decode())


@pytest.mark.parametrize("window", [1, 4])
async def test_a_file_that_is_moved_away_is_served_to_its_end(
    tmp_path: Path, client: UdpClient, window: int
) -> None:
    path = tmp_path / "u-boot.img"
    path.write_bytes(b"1" * 40_000)
    with running(tmp_path) as server:
        await begin(server, client, b"u-boot.img", window)
        number, packet = 1, await client.data()
        path.rename(tmp_path / "u-boot.old")
        while len(packet.payload) == 512:
            if number % window == 0:
                client.ack(number)
            number, packet = number + 1, await client.data()
        client.ack(number)
        ended = await server.written.until(TransferEnded)
    assert (ended.outcome, ended.octets) == ("completed", 40_000)


async def test_the_journal_tells_which_version_was_read(
    tmp_path: Path, client: UdpClient
) -> None:
    (tmp_path / "u-boot.img").write_bytes(sample_bytes(700))
    os.utime(tmp_path / "u-boot.img", ns=(1, 1_700_000_000_123_456_789))
    with running(tmp_path) as server:
        await client.read(server.at, b"u-boot.img")
        ended = await server.written.until(TransferEnded)
        started = server.event(TransferStarted)
    assert started.modified == ended.modified == "2023-11-14T22:13:20.123456Z"
