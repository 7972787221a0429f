"""A capture used like a server."""

import gzip
from pathlib import Path

import pytest

from tests.support.captured import Log, boot, windows
from tests.support.watcher import Watcher, watching
from tftptui.engine.client import CommandRefusedError, EngineError
from tftptui.engine.messages import AbortTransfer, CloseFolder, OpenFolder
from tftptui.replay.replay_engine import ReplayEngine
from tftptui.telemetry.events import Event, TransferEnded
from tftptui.telemetry.records.export import save_packets
from tftptui.telemetry.records.ring import Flag, Kind


def saved(place: Path, *logs: Log) -> Path:
    """Save transfers as a capture."""
    records = [record for log in logs for record in log.records]
    transfers = {log.transfer.number: log.transfer for log in logs}
    save_packets(place, "pcapng", records, transfers)
    return place


def cut(capture: Path) -> None:
    capture.write_bytes(capture.read_bytes()[:-7])


def pack(capture: Path) -> None:
    capture.write_bytes(gzip.compress(capture.read_bytes()))


LOSSES = Flag.LOST_TO_CLIENT | Flag.LOST_TO_SERVER
"""Flags that only an observer sets."""


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    return saved(tmp_path / "two.pcapng", boot(), windows())


async def read(watcher: Watcher) -> None:
    """Wait until the capture has been read."""
    await watcher.until(
        lambda: watcher.status is not None and watcher.status.progress == 1
    )


async def test_screens_are_told_what_a_server_tells(capture: Path) -> None:
    async with watching(ReplayEngine(capture)) as watcher:
        await read(watcher)
        assert [view.phase for view in watcher.transfers.values()] == ["completed"] * 2
        assert watcher.transfers[1].retransmits == 1
        assert watcher.counters is not None
        assert watcher.counters.completed == 2
        assert len(watcher.packets(Kind.DATA)) == 3 + 10
        assert watcher.status is not None
        assert watcher.status.source == "capture"
        assert watcher.status.port == 69
        assert watcher.status.root == str(capture)


async def test_what_was_saved_comes_back(capture: Path) -> None:
    async with watching(ReplayEngine(capture)) as watcher:
        await read(watcher)
    first, logged = watcher.transfers[1], boot()
    assert (first.file, first.asked, first.agreed) == (
        logged.transfer.file,
        logged.transfer.asked,
        logged.transfer.agreed,
    )
    told = [
        (one.kind, one.block, one.nbytes, one.attempt, one.flags & ~LOSSES)
        for one in watcher.packets(*Kind)
        if one.transfer == 1
    ]
    assert told == [
        (one.kind, one.block, one.nbytes, one.attempt, one.flags)
        for one, _ in logged.records
    ]


async def test_events_are_those_of_a_server(capture: Path) -> None:
    events: list[Event] = []
    async with watching(ReplayEngine(capture, events.append)) as watcher:
        await read(watcher)
    ended = [event for event in events if isinstance(event, TransferEnded)]
    assert [event.outcome for event in ended] == ["completed", "completed"]


async def test_nothing_in_it_can_be_changed(capture: Path) -> None:
    engine = ReplayEngine(capture)
    async with watching(engine):
        with pytest.raises(CommandRefusedError, match="this is a capture"):
            await engine.ask(AbortTransfer(1))
        await engine.ask(OpenFolder(b""))
        await engine.ask(CloseFolder(b""))


async def test_broken_capture_is_shown_as_far_as_it_goes(capture: Path) -> None:
    cut(capture)
    async with watching(ReplayEngine(capture)) as watcher:
        await read(watcher)
        assert watcher.status is not None
        assert "is truncated" in watcher.status.notices[0]
        assert len(watcher.transfers) == 2


async def test_packed_capture_is_read(capture: Path) -> None:
    pack(capture)
    async with watching(ReplayEngine(capture)) as watcher:
        await read(watcher)
        assert len(watcher.transfers) == 2


async def test_file_that_is_none_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="cannot read"):
        await ReplayEngine(tmp_path / "nosuch").start()


async def test_file_that_is_no_capture_is_an_error(tmp_path: Path) -> None:
    place = tmp_path / "notes"
    place.write_text("a letter to my aunt, who has no network")
    engine = ReplayEngine(place)
    await engine.start()
    with pytest.raises(EngineError, match="is not a capture: it is text"):
        async for _ in engine.frames():
            pass
