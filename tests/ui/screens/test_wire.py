"""Page Wire: each machine and its packets, findings, and the missing address."""

from collections.abc import Callable

import msgspec
import pytest
from textual.pilot import Pilot

from tests.support.pictures import NOW, frame, view
from tests.support.screens import LARGE, SMALL, shown
from tests.support.scripted_engine import ScriptedEngine
from tests.support.strips import text_of
from tests.support.wire_events import (
    OTHER_MAC,
    asked,
    heard,
    looked_for,
    plugged,
    requested,
    told,
)
from tftptui.engine.messages import AddAddress, Frame, WireDevice, WireNews
from tftptui.telemetry.findings import LIKELY, Finding
from tftptui.ui.app import TftpApp
from tftptui.wire.dhcp import MessageType
from tftptui.wire.events import WireEvent
from tftptui.wire.text import interfaces_words, shown_device

Compare = Callable[..., bool]

BEGUN = NOW - 60.0
BOOT: list[WireEvent] = [
    plugged(BEGUN),
    asked(MessageType.DISCOVER, BEGUN),
    told(MessageType.OFFER, BEGUN + 3, next_server="10.0.0.5", file=b"ipxe.efi"),
    asked(MessageType.REQUEST, BEGUN + 3, server="10.0.0.1"),
    told(MessageType.ACK, BEGUN + 3, next_server="10.0.0.5", file=b"ipxe.efi"),
    requested("10.0.0.5", time=BEGUN + 4),
    *(looked_for("10.0.0.66", BEGUN + n, mac=OTHER_MAC) for n in (20, 25)),
]
MISSING = Finding(
    number=1,
    code="address-missing",
    headline="52:54:00:aa:aa:aa (QEMU) sends ARP requests for 10.0.0.66, but no host "
    "on this network has it; eth1 has 10.0.0.5.",
    confidence=LIKELY,
    stands_at="server",
    since=BEGUN,
    found=BEGUN,
)


def news(*, may_add_address: bool = True) -> Frame:
    """Return a frame about two machines: one boots, one looks for 10.0.0.66."""
    devices, _ = heard(BOOT)
    first, second = (shown_device(one) for one in devices)
    second = msgspec.structs.replace(
        second, missing_address="10.0.0.66", findings=(MISSING.number,)
    )
    wire = WireNews(
        interfaces=interfaces_words(devices),
        may_add_address=may_add_address,
        devices=[first, second],
    )
    return Frame(time=NOW, wire=wire, findings=[MISSING])


async def test_a_machine_is_one_line_and_its_story_a_ladder() -> None:
    async with shown(news()) as screen:
        await screen.press("B")
        text = screen.text()
        assert "Wire · eth1 (up, no IPv4 address)" in text
        assert "52:54:00:12:34:56  10.0.0.77        QEMU · PXE firmware" in text
        assert "◄─ OFFER by 10.0.0.1: address 10.0.0.77, next-server 10.0.0.5" in text
        assert "⋮ 3.0 s" in text
        assert "── TFTP request to 10.0.0.5: read ipxe.efi ───" in text
        assert "Requested here because 10.0.0.1's reply said" in text


async def test_another_machine_shows_its_story_and_what_is_wrong() -> None:
    async with shown(news()) as screen:
        await screen.press("B", "j")
        text = screen.text()
        assert "who has 10.0.0.66, tell 192.168.0.86 (2 times in 5.0 s)" in text
        assert "aa:aa:aa (QEMU) sends ARP requests for 10.0.0.66" in text
        await screen.press("w")
        assert screen.on_top == "WhyScreen"
        await screen.press("escape")
        assert screen.on_top == "WireScreen"


async def test_what_is_wrong_stays_on_top_of_a_long_story() -> None:
    targets = [f"10.0.0.{n}" for n in range(100, 140)]
    looks = [looked_for(one, BEGUN, mac=OTHER_MAC) for one in targets]
    devices, _ = heard([plugged(BEGUN), *looks])
    (device,) = map(shown_device, devices)
    device = msgspec.structs.replace(device, findings=(MISSING.number,))
    wire = WireNews(interfaces="eth1", devices=[device])
    news = Frame(time=NOW, wire=wire, findings=[MISSING])
    async with shown(news, size=SMALL) as screen:
        await screen.press("B")
        text = screen.text()
        assert "⚠ Likely: 52:54:00:aa:aa:aa (QEMU) sends ARP" in text
        assert "who has 10.0.0.139" in text
        assert text.index("⚠ Likely") < text.index("who has 10.0.0.139")


async def test_a_machine_that_is_not_there_yet_is_told_with_its_latest_step() -> None:
    devices, _ = heard(BOOT[:4])
    wire = WireNews(interfaces="eth1", devices=[shown_device(one) for one in devices])
    async with shown(Frame(time=NOW, wire=wire)) as screen:
        await screen.press("B")
        latest = "No TFTP request yet. Latest: REQUEST, chose 10.0.0.1"
        assert latest in screen.text()


async def test_the_missing_address_is_added_only_after_a_question() -> None:
    async with shown(news()) as screen:
        await screen.press("B", "j", "a", "escape")
        assert screen.wishes == []
        await screen.press("a")
        assert "add 10.0.0.66/24 to eth1 of this host: y add" in screen.text()
        await screen.press("y")
        while not screen.wishes:
            await screen.pilot.pause()
        assert screen.wishes == [AddAddress("52:54:00:aa:aa:aa")]


async def test_without_the_permission_the_key_is_not_offered() -> None:
    async with shown(news(may_add_address=False)) as screen:
        await screen.press("B", "j", "a")
        assert screen.on_top == "WireScreen"
        assert "add address" not in screen.text()


async def test_the_keys_of_the_page_are_told() -> None:
    async with shown(news()) as screen:
        await screen.press("B", "question_mark")
        assert screen.on_top == "HelpScreen"
        assert "Add the address that this machine looks for" in screen.text()


async def test_a_wire_that_is_not_watched_says_how_to_begin() -> None:
    async with shown(frame()) as screen:
        await screen.press("B")
        assert "sudo tftptui --wire eth1 FOLDER" in screen.text()
        await screen.press("B")
        assert screen.on_top == "main"


async def test_a_machine_that_requests_nothing_is_named_where_transfers_would_be() -> (
    None
):
    devices, _ = heard(BOOT[:5])
    wire = WireNews(interfaces="eth1", devices=[shown_device(one) for one in devices])
    async with shown(frame(), Frame(time=NOW, wire=wire)) as screen:
        words = "52:54:00:12:34:56 has asked DHCP and requested no file here. Press B"
        assert words in screen.text()


async def test_a_transfer_begins_with_why_it_was_requested_here() -> None:
    one = view(1, client="10.0.0.77", started=BEGUN + 4)
    async with shown(news(), Frame(time=NOW, transfers=[one]), size=SMALL) as screen:
        await screen.press("1", "enter")
        assert (
            "Requested here because 10.0.0.1's reply said: next-server 10.0.0.5, file"
        ) in screen.text()


async def test_a_transfer_of_before_this_boot_is_not_explained_by_it() -> None:
    one = view(1, client="10.0.0.77", started=BEGUN - 100)
    async with shown(news(), Frame(time=NOW, transfers=[one])) as screen:
        await screen.press("1", "enter")
        assert screen.on_top == "TransferScreen"
        assert "Requested here" not in screen.text()


async def test_what_a_peer_sends_is_never_markup() -> None:
    device = WireDevice(mac="m", interface="eth1", title="[@click=app.bell]x[/] a[/b]")
    wire = WireNews(interfaces="eth1", devices=[device])
    async with shown(Frame(time=NOW, wire=wire)) as screen:
        await screen.press("B")
        assert "[@click=app.bell]x[/] a[/b]" in screen.text()


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
def test_page_wire(snap_compare: Compare, size: tuple[int, int]) -> None:
    app = TftpApp(ScriptedEngine([news()]), now=lambda: NOW, pace=0)

    async def before(pilot: Pilot[None]) -> None:
        while not app.store.frames:
            await pilot.pause()
        await pilot.press("B")
        while "Requested here" not in text_of(app):
            await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=before)
