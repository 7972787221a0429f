"""Uploads to a slow disk: only the uploading client waits."""

import asyncio
import contextlib
import resource
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.running import running
from tests.support.udp_client import UdpClient
from tests.support.upload_scene import hidden_in, slow_disk
from tftptui.server.fastpath import batched_receive
from tftptui.server.root.root import Root
from tftptui.server.transfer.receive import Receiver
from tftptui.server.transfer.uploads import Upload, UploadError, UploadPolicy, Uploads
from tftptui.server.transfer.write_behind import WriteBehind
from tftptui.telemetry.events import TransferEnded

CONTENT = sample_bytes(512 * 400 + 100)


@pytest.fixture
def upload(tmp_path: Path) -> Iterator[Upload]:
    with contextlib.closing(Root(tmp_path)) as root:
        uploads = Uploads(UploadPolicy("new"))
        upload = uploads.open(root, b"new", client="127.0.0.1", announced=None)
        yield upload
        upload.discard()


@contextlib.contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Have the system limit the size of files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def pieces(content: bytes) -> list[memoryview]:
    return [memoryview(content[at : at + 512]) for at in range(0, len(content), 512)]


async def test_what_is_written_waits_for_the_disk_alone(
    upload: Upload, tmp_path: Path
) -> None:
    behind = WriteBehind(upload)
    with slow_disk() as gate:
        for piece in pieces(CONTENT):
            behind.write_all([piece])
        assert (behind.nbytes, upload.nbytes) == (len(CONTENT), 0)
        gate.set()
        await asyncio.to_thread(behind.flush)
    behind.publish()
    assert upload.nbytes == len(CONTENT)
    assert (tmp_path / "new").read_bytes() == CONTENT


async def test_what_went_wrong_is_raised_by_the_next_call(upload: Upload) -> None:
    behind = WriteBehind(upload)
    with largest_file(1_000):
        behind.write_all(pieces(CONTENT))
        with pytest.raises(UploadError, match="disk full") as caught:
            await asyncio.to_thread(behind.flush)
    assert caught.value.reason == "disk-full"
    with pytest.raises(UploadError, match="disk full"):
        behind.write(b"more")


async def test_what_is_given_up_is_gone_once_the_disk_is_there(
    upload: Upload, tmp_path: Path
) -> None:
    behind = WriteBehind(upload)
    with slow_disk() as gate:
        behind.write_all(pieces(CONTENT))
        behind.discard()
        assert hidden_in(tmp_path)
        gate.set()
        assert behind.writing is not None
        await behind.writing
    assert not hidden_in(tmp_path)


async def test_who_brings_more_than_may_wait_waits(
    upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tftptui.server.transfer.write_behind._MOST_WAITING", 1_000)
    behind = WriteBehind(upload)
    with slow_disk() as gate:
        behind.write_all(pieces(CONTENT[:1_024]))
        opening = threading.Thread(target=gate.set)
        opening.start()
        behind.write(b"x")  # would wait forever without a disk
        opening.join()
        await asyncio.to_thread(behind.flush)
    assert upload.nbytes == 1_025


@pytest.mark.net
@pytest.mark.parametrize("window", [1, 16])
async def test_an_upload_goes_on_like_that_where_the_disk_is_slow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, window: int
) -> None:
    monkeypatch.setattr(batched_receive, "SLOW", -1.0)  # every disk counts as slow
    options = ((b"windowsize", str(window).encode()),)
    with running(tmp_path, write="new") as server, UdpClient() as client:
        client.offer(server.at, b"new", options=options)
        await client.oack()
        for block, piece in enumerate(pieces(CONTENT), 1):
            client.block(block, bytes(piece))
            if block % window == 0 or len(piece) < 512:
                while (acked := await client.acked()) < block:
                    pass  # it repeats itself: we were slow
                assert acked == block
            if block == 320:
                transfer = next(iter(server.service.transfers.values())).whole()
                assert isinstance(transfer.side, Receiver)
                assert isinstance(transfer.side._buffer.sink, WriteBehind)
                assert transfer.view().acked_bytes == 320 * 512
        ended = await server.written.until(TransferEnded)
    assert (ended.outcome, ended.octets) == ("completed", len(CONTENT))
    assert (tmp_path / "new").read_bytes() == CONTENT
