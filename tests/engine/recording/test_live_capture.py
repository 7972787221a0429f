"""Capturing on a running server: contents, switching, and errors."""

import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.capture_files import dissected, read
from tests.support.running import settings_for
from tests.support.udp_client import UdpClient
from tests.support.watcher import Watcher, watching
from tftptui.engine.client import CommandRefusedError, EngineError
from tftptui.engine.holders.inline import InlineEngine
from tftptui.engine.messages import ChangeSettings
from tftptui.telemetry.capture.packets import Seen

CONTENT = sample_bytes(3_000)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    root.mkdir()
    (root / "file").write_bytes(CONTENT)
    return root


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "all.pcapng"


@pytest.fixture
def client() -> Iterator[UdpClient]:
    with UdpClient() as client:
        yield client


@pytest.fixture
async def capturing(folder: Path, place: Path) -> AsyncIterator[Watcher]:
    settings = settings_for(folder, capture=str(place), write="new", quarantine=0)
    async with watching(InlineEngine(settings)) as watcher:
        yield watcher


@pytest.fixture
async def silent(folder: Path) -> AsyncIterator[Watcher]:
    async with watching(InlineEngine(settings_for(folder))) as watcher:
        yield watcher


def seen(place: Path) -> list[Seen]:
    """Return the datagrams of a capture, which must be intact."""
    frames, troubles = read(place.read_bytes())
    assert troubles == []
    return [found for found in dissected(frames) if isinstance(found, Seen)]


def data(place: Path) -> bytes:
    """Return the payloads of the DATA packets, concatenated."""
    payloads = [found.datagram.payload for found in seen(place)]
    return b"".join(each[4:] for each in payloads if each[:2] == b"\0\3")


def longest(place: Path) -> int:
    """Return the bytes of the longest frame in a capture."""
    frames, _ = read(place.read_bytes())
    return max(len(each.data) for each in frames)


async def switch(watcher: Watcher, place: Path | None) -> None:
    capture = None if place is None else str(place)
    await watcher.engine.ask(ChangeSettings({"capture": capture}))


async def written(watcher: Watcher, packets: int) -> None:
    """Wait until that many packets are in the file."""

    def is_so() -> bool:
        status = watcher.status
        recording = None if status is None else status.capture
        return recording is not None and recording.packets >= packets

    await watcher.until(is_so)


async def test_read_is_captured_with_its_payload(
    capturing: Watcher, client: UdpClient, place: Path
) -> None:
    assert await client.read(capturing.at, b"file") == CONTENT
    await capturing.engine.stop()
    found = seen(place)
    assert len(found) == 1 + 6 + 6
    assert data(place) == CONTENT
    assert found[0].datagram.payload == b"\0\1file\0octet\0"
    ends = {(each.datagram.source[1], each.datagram.is_sent) for each in found}
    assert client.peer is not None
    assert ends == {(client.local.port, False), (client.peer.port, True)}


async def test_upload_is_captured_with_its_payload(
    capturing: Watcher, client: UdpClient, place: Path
) -> None:
    await client.write(capturing.at, b"new", CONTENT)
    await capturing.engine.stop()
    assert data(place) == CONTENT


async def test_what_makes_no_sense_is_captured_as_it_was(
    capturing: Watcher, client: UdpClient, place: Path
) -> None:
    client.send(b"\0\1no mode", capturing.at)
    await client.error()
    await capturing.engine.stop()
    request, error = [each.datagram for each in seen(place)]
    assert request.payload == b"\0\1no mode"
    assert error.payload[:4] == b"\0\5\0\4"
    assert error.source == (capturing.at.host, capturing.at.port)


async def test_it_is_switched_on_within_a_transfer_and_off(
    silent: Watcher, client: UdpClient, place: Path
) -> None:
    client.ask(silent.at, b"file")
    await client.data()
    await switch(silent, place)
    client.ack(1)
    await client.data()
    await written(silent, 2)
    await switch(silent, None)
    client.ack(2)
    await client.data()
    await silent.until(lambda: silent.status is not None and not silent.status.capture)
    await silent.engine.stop()
    # On a slow machine the second block may have been retransmitted meanwhile.
    payloads = [found.datagram.payload for found in seen(place)]
    blocks = {each for each in payloads if each[:2] == b"\0\3"}
    assert blocks == {b"\0\3\0\2" + CONTENT[512:1_024]}


async def test_status_says_where_it_goes(capturing: Watcher, place: Path) -> None:
    await written(capturing, 0)
    assert capturing.status is not None
    assert capturing.status.capture is not None
    assert capturing.status.capture.path == str(place)


async def test_snap_length_counts(folder: Path, client: UdpClient, place: Path) -> None:
    settings = settings_for(folder, capture=str(place), snaplen=64)
    async with watching(InlineEngine(settings)) as watcher:
        await client.read(watcher.at, b"file")
    assert longest(place) == 64


class TestTrouble:
    async def test_place_that_can_not_be_written_ends_the_start(
        self, folder: Path, tmp_path: Path
    ) -> None:
        settings = settings_for(folder, capture=str(tmp_path / "no" / "x.pcapng"))
        with pytest.raises(EngineError, match=r"cannot write the capture .*x\.pcapng"):
            await InlineEngine(settings).start()

    async def test_switching_it_on_there_is_refused(
        self, silent: Watcher, tmp_path: Path
    ) -> None:
        with pytest.raises(CommandRefusedError, match="cannot write the capture"):
            await switch(silent, tmp_path / "no" / "x.pcapng")
        with pytest.raises(CommandRefusedError, match="snaplen 1: "):
            await silent.engine.ask(
                ChangeSettings({"capture": str(tmp_path / "x"), "snaplen": 1})
            )
        assert not (tmp_path / "x").exists()

    async def test_its_process_dies_and_the_server_does_not(
        self, capturing: Watcher, client: UdpClient
    ) -> None:
        await client.read(capturing.at, b"file")
        await written(capturing, 13)
        engine = capturing.engine
        assert isinstance(engine, InlineEngine)
        (process,) = writers()
        os.kill(process, signal.SIGKILL)
        await client.read(capturing.at, b"file")
        await capturing.until(
            lambda: capturing.status is not None and not capturing.status.capture
        )
        assert capturing.status is not None
        (notice,) = [one for one in capturing.status.notices if "capture" in one]
        assert "stopped: its process" in notice
        assert await client.read(capturing.at, b"file") == CONTENT

    async def test_disk_that_hangs_ends_it_and_holds_nobody_up(
        self,
        capturing: Watcher,
        client: UdpClient,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr("tftptui.engine.recording.live_capture.MOST_ITEMS", 2)
        await client.read(capturing.at, b"file")
        await written(capturing, 13)
        (process,) = writers()
        os.kill(process, signal.SIGSTOP)
        try:
            while capturing.status is None or capturing.status.capture:
                assert await client.read(capturing.at, b"file") == CONTENT
            notices = " ".join(capturing.status.notices)
            assert "nothing could be written for too long" in notices
        finally:
            os.kill(process, signal.SIGCONT)


def writers() -> list[int]:
    """Return the child processes that write captures."""
    found = []
    for task in Path("/proc/self/task").iterdir():
        for number in (task / "children").read_text().split():
            command = Path(f"/proc/{number}/cmdline").read_bytes()
            if b"capture_host" in command:
                found.append(int(number))
    return found
