"""The engine: its frames for a watcher, and its commands."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.support.builders import sample_bytes
from tests.support.clock import FakeClock
from tests.support.free_ports import free_range
from tests.support.running import settings_for
from tests.support.udp_client import UdpClient
from tests.support.watcher import watching
from tftptui.engine.client import CommandRefusedError, EngineError
from tftptui.engine.engine import ALWAYS_SENT, FRAME_INTERVAL, Engine
from tftptui.engine.holders.inline import InlineEngine
from tftptui.engine.messages import (
    AbortTransfer,
    CloseFolder,
    Frame,
    OpenFolder,
    PortState,
    SetPorts,
)
from tftptui.net.addresses import Endpoint
from tftptui.protocol.timing import FIRST_RETRIES
from tftptui.telemetry.events import Event, PortsChanged
from tftptui.telemetry.records.ring import LAYOUT, RECORD, Kind

LAST_WAIT = 10.0
"""Seconds: longer than any retransmission timeout."""

BLOCKS = 20


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "file").write_bytes(sample_bytes(512 * BLOCKS))
    (tmp_path / "small").write_bytes(b"small")
    return tmp_path


@pytest.fixture
def client() -> Iterator[UdpClient]:
    with UdpClient() as client:
        yield client


def at(engine: Engine) -> Endpoint:
    return engine.service.listeners[0].local


def news(engine: Engine) -> Frame:
    """Return the next frame, which must exist."""
    frame = engine.next_frame()
    assert frame is not None
    return frame


def kinds(frame: Frame) -> list[int]:
    """Return the kinds of the packet records in a frame."""
    return [fields[-3] for fields in LAYOUT.iter_unpack(frame.packets)]


async def begin(engine: Engine, client: UdpClient, name: bytes = b"file") -> None:
    """Request a file and receive its first block."""
    client.ask(at(engine), name)
    await client.data()


async def test_the_first_frame_tells_what_there_is(folder: Path) -> None:
    engine = Engine(settings_for(folder))
    await engine.start()
    frame, listener, ports = news(engine), at(engine), engine.service.pool.ports
    await engine.stop()
    assert frame.status is not None
    assert frame.ports is not None
    assert frame.status.listeners == [str(listener)]
    assert (frame.status.port, frame.status.root) == (listener.port, str(folder))
    assert (frame.ports.first, frame.ports.last) == (ports.first, ports.last)
    assert frame.ports.states == bytes(len(ports))


async def test_without_news_there_is_no_frame(engine: Engine) -> None:
    assert engine.next_frame() is None


async def test_a_new_transfer_is_news_once(engine: Engine, client: UdpClient) -> None:
    await begin(engine, client)
    frame = news(engine)
    assert [(view.number, view.phase) for view in frame.transfers] == [(1, "sending")]
    assert engine.next_frame() is None


async def test_only_transfers_that_changed_are_told(
    engine: Engine, client: UdpClient
) -> None:
    with UdpClient() as second:
        await begin(engine, client)
        await begin(engine, second)
        engine.next_frame()
        second.ack(1)
        await second.data()
        assert [view.number for view in news(engine).transfers] == [2]


async def test_of_many_transfers_each_is_told_within_a_second(folder: Path) -> None:
    many = 6 * ALWAYS_SENT
    settings = settings_for(folder, ports=free_range(many), timeout=60.0)
    engine = Engine(settings)  # no retransmissions, however slow the machine is
    await engine.start()
    with contextlib.ExitStack() as ending:
        clients = [ending.enter_context(UdpClient()) for _ in range(many)]
        for client in clients:
            await begin(engine, client)
        assert len(news(engine).transfers) == many  # new transfers do not wait
        for client in clients:
            client.ack(1)
            await client.data()
        frames = [news(engine) for _ in range(round(1 / FRAME_INTERVAL))]
        told = {view.number for frame in frames for view in frame.transfers}
        await engine.stop()
    # Told in turn, not all in each frame; on a slow machine findings tell some again.
    assert sum(len(frame.transfers) for frame in frames) < len(frames) / 2 * many
    assert told == set(range(1, many + 1))


async def test_a_told_transfer_does_not_change_afterwards(
    engine: Engine, client: UdpClient
) -> None:
    await begin(engine, client)
    (told,) = news(engine).transfers
    client.ack(1)
    await client.data()
    assert (told.acked_blocks, told.sent_blocks) == (0, 1)


async def test_the_end_of_a_transfer_is_told_once(
    engine: Engine, client: UdpClient
) -> None:
    await begin(engine, client)
    engine.next_frame()
    engine.carry_out(AbortTransfer(1))
    assert [view.phase for view in news(engine).transfers] == ["aborted"]
    assert engine.next_frame() is None


async def test_each_packet_is_told_once_and_in_order(
    engine: Engine, client: UdpClient
) -> None:
    await begin(engine, client)
    first = news(engine)
    client.ack(1)
    await client.data()
    second = news(engine)
    assert kinds(first) == [Kind.RRQ, Kind.DATA]
    assert kinds(second) == [Kind.ACK, Kind.DATA]
    assert (first.packets_first, second.packets_first) == (0, 2)
    assert (first.notes, second.notes) == ({0: "file octet"}, {})


async def test_records_that_fell_out_show_as_a_jump(
    folder: Path, client: UdpClient
) -> None:
    engine = Engine(settings_for(folder, kept_packets=8))
    await engine.start()
    await client.read(at(engine), b"file")
    frame = news(engine)
    await engine.stop()
    assert len(frame.packets) == 8 * RECORD
    assert frame.packets_first >= 2 * BLOCKS - 8


async def test_ports_are_told_when_they_change(
    engine: Engine, client: UdpClient
) -> None:
    await begin(engine, client)
    ports = news(engine).ports
    client.ack(1)
    await client.data()
    assert ports is not None
    assert ports.states.count(PortState.USED) == 1
    assert news(engine).ports is None


async def test_counters_come_with_the_packets(
    engine: Engine, client: UdpClient
) -> None:
    await begin(engine, client)
    counters = news(engine).counters
    assert counters is not None
    assert (counters.requests, counters.active, counters.bytes_sent) == (1, 1, 512)


async def test_a_client_given_up_without_a_packet_is_counted(
    engine: Engine, client: UdpClient, clock: FakeClock
) -> None:
    await begin(engine, client)
    for _ in range(FIRST_RETRIES):
        clock.advance(LAST_WAIT)
        await client.data()
    engine.next_frame()
    clock.advance(LAST_WAIT)
    engine.service._sweep()
    frame = news(engine)
    assert frame.packets == b""
    assert frame.counters is not None
    assert (frame.counters.active, frame.counters.abandoned) == (0, 1)


async def test_refusals_are_told(folder: Path, client: UdpClient) -> None:
    async with watching(InlineEngine(settings_for(folder))) as watcher:
        client.ask(watcher.at, b"SMALL")
        await client.error()
        await watcher.until(lambda: any(frame.refusals for frame in watcher.frames))
    (refusal,) = [one for frame in watcher.frames for one in frame.refusals]
    assert (refusal.file, refusal.reason) == ("SMALL", "not-found")
    assert [(near.name, near.rule) for near in refusal.near] == [(b"small", "case")]


async def test_frame_times_are_the_wall_clock(
    engine: Engine, client: UdpClient, clock: FakeClock
) -> None:
    clock.advance(5.0)
    await begin(engine, client)
    assert news(engine).time == FakeClock.EPOCH + 5.0


async def test_another_range_is_used_told_and_journalled(
    engine: Engine, client: UdpClient, events: list[Event]
) -> None:
    ports = free_range(4)
    wish = SetPorts(
        first=ports.first, last=ports.last, order="sequential", quarantine=2.0
    )
    engine.carry_out(wish)
    told = news(engine).ports
    await begin(engine, client)
    assert told is not None
    assert (told.first, told.last) == (ports.first, ports.last)
    assert (told.order, told.quarantine) == ("sequential", 2.0)
    assert client.peer is not None
    assert client.peer.port == ports.first
    changed = [event for event in events if isinstance(event, PortsChanged)]
    assert [event.by for event in changed] == ["operator"]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"first": 0}, "0-300: ports are 1–65535"),
        ({"last": 65_536}, "100-65536: ports are 1–65535"),
        (
            {"first": 300, "last": 200},
            "300-200: the first port is above the last; did you mean 200-300",
        ),
        ({"quarantine": -1.0}, "reuse delay -1 s: it must be 0 to 3600"),
        ({"quarantine": 3_601.0}, "reuse delay 3601 s: it must be"),
        ({"quarantine": float("nan")}, "reuse delay nan s: it must be"),
    ],
)
async def test_a_range_that_makes_no_sense_changes_nothing(
    engine: Engine, changes: dict[str, Any], why: str
) -> None:
    wish = SetPorts(first=100, last=300, order="random", quarantine=1.0)
    with pytest.raises(CommandRefusedError, match=why):
        engine.carry_out(msgspec.structs.replace(wish, **changes))
    assert engine.next_frame() is None


async def test_a_range_of_the_listeners_port_alone_is_refused(engine: Engine) -> None:
    port = at(engine).port
    wish = SetPorts(first=port, last=port, order="random", quarantine=1.0)
    with pytest.raises(CommandRefusedError, match=f"port {port} takes the requests"):
        engine.carry_out(wish)
    assert engine.next_frame() is None


async def test_a_transfer_can_be_ended(engine: Engine, client: UdpClient) -> None:
    await begin(engine, client)
    engine.carry_out(AbortTransfer(1))
    assert (await client.error()).code == 0


async def test_a_transfer_that_is_over_cannot_be_ended(engine: Engine) -> None:
    with pytest.raises(CommandRefusedError, match="transfer 7 has already ended"):
        engine.carry_out(AbortTransfer(7))


async def test_an_opened_folder_is_listed(folder: Path) -> None:
    async with watching(InlineEngine(settings_for(folder))) as seen:
        await seen.engine.ask(OpenFolder(b""))
        await seen.until(lambda: any(frame.listings for frame in seen.frames))
    (listing,) = [listing for frame in seen.frames for listing in frame.listings]
    assert [entry.name for entry in listing.entries] == [b"file", b"small"]


async def test_a_closed_folder_is_listed_no_more(folder: Path) -> None:
    (folder / "sub").mkdir()
    async with watching(InlineEngine(settings_for(folder))) as seen:
        await seen.engine.ask(OpenFolder(b"sub"))
        await seen.engine.ask(CloseFolder(b"sub"))
        await seen.engine.ask(OpenFolder(b""))
        await seen.until(lambda: any(frame.listings for frame in seen.frames))
    assert {news.folder for frame in seen.frames for news in frame.listings} == {b""}


async def test_the_last_frame_tells_how_everything_ended(
    folder: Path, client: UdpClient
) -> None:
    async with watching(InlineEngine(settings_for(folder))) as seen:
        client.ask(seen.at, b"file")
        await client.data()
        await seen.until(lambda: 1 in seen.transfers)
    assert seen.transfers[1].phase == "aborted"
    assert len(seen.packets(Kind.ERROR)) == 1
    assert (seen.over, seen.error) == (True, None)


async def test_a_watcher_that_was_busy_gets_the_last_frame_too(
    folder: Path, client: UdpClient
) -> None:
    engine = Engine(settings_for(folder))
    await engine.start()
    frames = engine.frames()
    await anext(frames)
    await begin(engine, client)
    await engine.stop()  # while the watcher still processes the first frame
    assert await phases_of(frames) == ["aborted"]


async def phases_of(frames: AsyncIterator[Frame]) -> list[str]:
    """Read frames to their end; return the phases of all transfers in them."""
    return [view.phase async for frame in frames for view in frame.transfers]


async def test_a_frame_due_while_stopping_is_not_taken_for_the_last(
    folder: Path, client: UdpClient
) -> None:
    engine = Engine(settings_for(folder))
    await engine.start()
    await begin(engine, client)
    stopping = asyncio.create_task(engine.stop())  # runs first, and must wait
    reading = asyncio.create_task(phases_of(engine.frames()))
    await stopping
    assert await reading == ["sending", "aborted"]


async def test_stopping_twice_is_stopping_once(folder: Path) -> None:
    engine = Engine(settings_for(folder))
    await engine.start()
    await engine.stop()
    await engine.stop()
    assert engine.service.listeners[0].socket.fileno() == -1


async def test_a_taken_port_is_said(engine: Engine, folder: Path) -> None:
    second = InlineEngine(settings_for(folder, port=at(engine).port))
    with pytest.raises(EngineError, match="in use by"):
        await second.start()
    await second.stop()


async def test_a_missing_root_is_said(folder: Path) -> None:
    engine = InlineEngine(settings_for(folder / "missing"))
    with pytest.raises(EngineError, match=r"cannot serve .*missing: No such file"):
        await engine.start()


async def test_an_engine_not_started_is_a_mistake(folder: Path) -> None:
    engine = InlineEngine(settings_for(folder))
    with pytest.raises(RuntimeError, match="not started"):
        _ = engine.engine
    await engine.stop()
