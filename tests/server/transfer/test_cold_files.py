"""Files that must be read from disk first do not block the server."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.cold import SlowDisk
from tests.support.running import running
from tests.support.udp_client import UdpClient
from tftptui.server.transfer.send import Sender
from tftptui.telemetry.events import TransferEnded

pytestmark = pytest.mark.net

CONTENT = sample_bytes(3_000_000)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "file").write_bytes(CONTENT)
    SlowDisk(monkeypatch)
    return tmp_path


@pytest.fixture
def client() -> Iterator[UdpClient]:
    with UdpClient() as client:
        yield client


async def fetched(client: UdpClient, window: int, size: int = 8_192) -> bytes:
    """Receive the file in windows, and acknowledge each."""
    got, block = b"", 0
    while True:
        data = await client.data()
        block += 1
        assert data.block16 == block
        got += data.payload
        is_last = len(data.payload) < size
        if is_last or block % window == 0:
            client.ack(block)
        if is_last:
            return got


@pytest.mark.parametrize("bandwidth", [None, 50_000_000])
@pytest.mark.parametrize("window", [1, 8])
async def test_a_cold_file_arrives_whole(
    folder: Path, client: UdpClient, window: int, bandwidth: int | None
) -> None:
    with running(folder, bandwidth=bandwidth) as server:
        options = ((b"blksize", b"8192"), (b"windowsize", str(window).encode()))
        client.ask(server.at, b"file", options=options)
        await client.oack()
        client.ack(0)
        assert await fetched(client, window) == CONTENT
        ended = await server.written.until(TransferEnded)
    assert (ended.outcome, ended.retransmits) == ("completed", 0)


async def test_the_loop_never_waits_for_the_disk(
    folder: Path, client: UdpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    flags: list[int] = []
    preadv = os.preadv

    def watched(*arguments: object) -> int:
        flags.append(arguments[3])  # type: ignore[arg-type]
        return preadv(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "preadv", watched)
    with running(folder) as server:
        client.ask(server.at, b"file")
        await client.data()
        client.leave()
        await server.written.until(TransferEnded)
    assert flags[0] == os.RWF_NOWAIT


async def test_a_client_that_leaves_meanwhile_leaves_no_file_open(
    folder: Path, client: UdpClient
) -> None:
    with running(folder) as server:
        client.ask(server.at, b"file", options=((b"blksize", b"1024"),))
        await client.oack()
        client.ack(0)
        client.leave()
        transfer = next(iter(server.service.transfers.values())).whole()
        assert isinstance(transfer.side, Sender)
        await server.written.until(TransferEnded)
        assert transfer.content is not None
        warming = transfer.side._warming
        if warming is not None:  # a thread still reads
            os.fstat(transfer.content.descriptor)
            await warming
        server.service.root.forget_opened()
        with pytest.raises(OSError, match="descriptor"):
            os.fstat(transfer.content.descriptor)
