"""Watching the wire in a server: journal, screens and findings while it runs."""

import asyncio
import socket
from pathlib import Path

import pytest

from tests.support.clock import FakeClock
from tests.support.running import settings_for
from tests.support.wire_events import asked, looked_for, plugged, requested, told
from tftptui.engine.client import EngineError
from tftptui.engine.engine import Engine
from tftptui.engine.messages import Frame, WireDevice, WireNews
from tftptui.engine.recording.journal_limits import WIRE
from tftptui.engine.snapshot import Snapshot
from tftptui.engine.wire_watch import MOST_A_SECOND
from tftptui.telemetry.events import Event, Found, WireStep
from tftptui.telemetry.records.ring import PacketRing
from tftptui.telemetry.wire_views import MOST_DEVICES
from tftptui.wire.dhcp import MessageType
from tftptui.wire.events import WireEvent
from tftptui.wire.sources import Source


def take(engine: Engine, *events: WireEvent) -> None:
    engine.wire.take([plugged(), *events])


def look(engine: Engine, clock: FakeClock, seconds: float = 1.0) -> None:
    clock.advance(seconds)
    engine.wire.tick()


def shown(engine: Engine) -> WireNews:
    frame = engine.next_frame()
    assert frame is not None
    assert frame.wire is not None
    return frame.wire


def findings(events: list[Event]) -> list[tuple[str, bool]]:
    return [(one.code, one.withdrawn) for one in events if isinstance(one, Found)]


def test_a_boot_is_told_to_journal_and_screen_in_the_words_of_the_command(
    engine: Engine, events: list[Event], clock: FakeClock
) -> None:
    now = clock.wall()
    take(
        engine,
        asked(MessageType.DISCOVER, now),
        told(MessageType.OFFER, now + 3, next_server="10.0.0.5", file=b"ipxe.efi"),
        asked(MessageType.REQUEST, now + 3, server="10.0.0.1"),
        told(MessageType.ACK, now + 3, next_server="10.0.0.5", file=b"ipxe.efi"),
        requested("10.0.0.5", time=now + 4),
    )
    steps = [one.step for one in events if isinstance(one, WireStep)]
    assert steps == ["discover", "offer", "request", "ack", "file-request"]
    (device,) = shown(engine).devices
    assert [f"{one.direction} {one.text}" for one in device.lines][:2] == [
        "→ DISCOVER",
        "← OFFER by 10.0.0.1: address 10.0.0.77, next-server 10.0.0.5, file ipxe.efi",
    ]
    assert device.address == "10.0.0.77"
    assert device.because == (
        "10.0.0.1's reply said: next-server 10.0.0.5, file ipxe.efi, arch 7 (x64 UEFI)"
    )
    assert engine.next_frame() is None


def test_a_finding_holds_until_the_machine_gets_on(
    engine: Engine, events: list[Event], clock: FakeClock
) -> None:
    now = clock.wall()
    take(engine, *(asked(MessageType.DISCOVER, now + n) for n in (0, 4, 12)))
    look(engine, clock)
    (device,) = shown(engine).devices
    assert findings(events) == [("nobody-answers", False)]
    assert device.findings == (1,)
    look(engine, clock)
    assert len(findings(events)) == 1
    take(engine, told(MessageType.ACK, now + 13))
    look(engine, clock)
    assert findings(events)[1:] == [
        ("nobody-answers", True),
        ("file-not-named", False),
    ]


def test_the_missing_address_is_known_until_this_host_has_it(
    engine: Engine, clock: FakeClock
) -> None:
    now = clock.wall()
    take(engine, *(looked_for("192.168.0.66", now + n) for n in (0, 5)))
    look(engine, clock)
    (device,) = shown(engine).devices
    assert device.missing_address == "192.168.0.66"


def test_a_flood_of_machines_fills_neither_journal_nor_memory(
    engine: Engine, events: list[Event]
) -> None:
    macs = [b"\2\0" + n.to_bytes(4) for n in range(2 * MOST_DEVICES)]
    for _ in range(3):
        take(engine, *(asked(MessageType.DISCOVER, mac=mac) for mac in macs))
    written = sum(isinstance(one, WireStep) for one in events)
    assert written <= WIRE.burst
    assert len(shown(engine).devices) == MOST_DEVICES


def test_a_later_screen_is_told_all_and_each_machine_once() -> None:
    snapshot = Snapshot(10, PacketRing(10))
    for number in (1, 2, 1):
        device = WireDevice(mac=f"m{number}", interface="eth1", last=number)
        snapshot.fold(Frame(time=0, wire=WireNews(interfaces="eth1", devices=[device])))
    news = snapshot.frame(1.0).wire
    assert news is not None
    assert [one.mac for one in news.devices] == ["m2", "m1"]


async def test_an_interface_that_is_none_is_named_with_those_that_are(
    tmp_path: Path,
) -> None:
    engine = Engine(settings_for(tmp_path, wire="eth99"))
    with pytest.raises(EngineError, match="--wire eth99: no interface eth99; there"):
        await engine.start()


def test_option_93_counts_for_the_file_that_the_firmware_itself_requests(
    engine: Engine,
) -> None:
    take(
        engine,
        asked(MessageType.DISCOVER, 1.0),
        told(MessageType.ACK, 2.0),
        requested("10.0.0.5", b"ipxe.efi", 3.0),
    )
    assert engine.wire.architecture("10.0.0.77", b"ipxe.efi") == 7
    assert engine.wire.architecture("10.0.0.77", b"grub.cfg") is None
    assert engine.wire.architecture("10.0.0.78", b"ipxe.efi") is None


class Flood(Source):
    """A source that is always readable."""

    def read(self) -> list[WireEvent]:
        return [asked(MessageType.DISCOVER, secs=n) for n in range(1_000)]


async def test_a_flood_waits_in_its_socket_until_the_next_second(
    engine: Engine, clock: FakeClock
) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.send(b"always readable")
        engine.wire._hear(Flood(ours, clock.wall))
        while not engine.wire._paused:
            await asyncio.get_running_loop().run_in_executor(None, int)
        assert engine.wire._taken == MOST_A_SECOND + 1_000
        asyncio.get_running_loop().remove_reader(ours)
