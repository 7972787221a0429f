"""The screen with commands to type on a client."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.support.pictures import NOW, a_busy_server, frame, readme, status, view
from tests.support.screens import LARGE, SMALL, Shown, shown
from tests.support.scripted_engine import ScriptedEngine
from tftptui.engine.messages import Entry, Frame, Listing, NearName, Refusal
from tftptui.ui.app import TftpApp
from tftptui.ui.panes.transfers.server_addresses import server_addresses
from tftptui.ui.store import Store


@asynccontextmanager
async def commands(
    *frames: Frame, size: tuple[int, int] = LARGE, keys: str = "2 j c"
) -> AsyncIterator[Shown]:
    async with shown(*(frames or [frame()]), size=size) as screen:
        await screen.press(*keys.split())
        assert screen.on_top == "CommandsScreen"
        yield screen


async def test_the_chosen_file_is_in_the_command_with_our_address() -> None:
    seen = frame(view(1, server="10.0.1.5"))
    async with commands(seen) as screen:
        text = screen.text()
        assert "Fetch README.txt · 10.0.1.5:6969" in text
        assert "-o README.txt tftp://10.0.1.5:6969/README.txt" in text


async def test_the_platform_that_fetched_the_file_comes_first() -> None:
    fetched = view(1, "completed", file="/README.txt", kind="U-Boot")
    async with commands(frame(fetched)) as screen:
        rows = [line for line in screen.text().splitlines() if "README.txt" in line]
        assert "U-Boot" in rows[1]  # below the title


async def test_an_address_that_only_this_machine_reaches_is_told() -> None:
    own = frame(status=status(listeners=["127.0.0.1:6969"], addresses=["10.0.1.5"]))
    async with commands(own) as screen:
        assert "▲ 127.0.0.1 is a loopback address" in screen.text()
        assert "start without --listen" in screen.text()
    async with commands(frame(view(1, server="10.0.1.5"))) as screen:
        assert "this machine itself" not in screen.text()


async def test_who_can_not_ask_our_port_says_so() -> None:
    async with commands() as screen:
        await screen.press("slash", *"raspberry", "enter")
        text = screen.text()
        assert "✗ Raspberry Pi 4, 5 can only use port 69; this server listens" in text
        assert "Start the server with --port 69" in text
        await screen.press("y")
        assert screen.app.clipboard == ""


async def test_with_port_69_it_does() -> None:
    async with commands(frame(status=status(port=69))) as screen:
        await screen.press("slash", *"cisco ios-xe", "enter", "y")
        assert screen.app.clipboard.startswith("copy tftp://")
        assert screen.app.clipboard.endswith("/README.txt flash:README.txt")


async def test_what_to_type_is_copied() -> None:
    async with commands(frame(view(1, server="10.0.1.5"))) as screen:
        await screen.press("slash", *"busybox", "enter", "enter")
        assert screen.app.clipboard == (
            "busybox tftp -b 1428 -g -r README.txt -l README.txt 10.0.1.5 6969"
        )


async def test_the_other_way_is_an_upload() -> None:
    async with commands(frame(view(1, server="10.0.1.5"))) as screen:
        await screen.press("u", "y")
        assert "Send README.txt" in screen.text()
        assert "-T README.txt" in screen.app.clipboard


async def test_another_address_of_ours_can_be_taken() -> None:
    here = status(addresses=["10.0.1.5", "2001:db8::5"])
    async with commands(frame(status=here)) as screen:
        assert "10.0.1.5:6969" in screen.text()
        await screen.press("a")
        assert "[2001:db8::5]:6969" in screen.text()
        await screen.press("a")
        assert "10.0.1.5:6969" in screen.text()


async def test_an_address_that_nobody_is_heard_on_is_not_offered() -> None:
    here = status(listeners=["192.0.2.1:6969"], addresses=["10.0.1.5"])
    async with commands(frame(status=here)) as screen:
        await screen.press("a")
        assert "192.0.2.1:6969" in screen.text()


async def test_the_client_s_own_way_to_us_comes_first() -> None:
    missing = Refusal(
        time=NOW,
        client="10.9.9.9",
        client_tid=1,
        file="gone",
        reason="not-found",
        message="",
        asked=b"gone",
    )
    views = [view(1, client="10.9.9.9", server="10.9.9.1"), view(2, server="10.0.1.5")]
    async with commands(frame(*views, refusals=[missing]), keys="2 G c") as screen:
        assert "Fetch gone · 10.9.9.1:6969" in screen.text()


@pytest.mark.parametrize("keys", ["2 G k c", "2 G c"])
async def test_where_a_client_asked_in_vain_is_where_it_reaches_us(keys: str) -> None:
    near = NearName(name=b"a", text="a", rule="typo", words="a letter or two differ")
    missing = Refusal(
        time=NOW,
        client="10.9.9.9",
        client_tid=1,
        file="gone",
        reason="not-found",
        message="",
        asked=b"gone",
        near=[near],
        server="10.9.9.1",
    )
    seen = view(2, server="10.0.1.5")
    async with commands(frame(seen, refusals=[missing]), keys=keys) as screen:
        assert "10.9.9.1:6969" in screen.text()


def test_ipv4_comes_first_unless_this_client_came_by_another() -> None:
    store = Store()
    own = ["192.0.2.2", "fd00::2"]
    seen = view(1, server="10.0.1.5"), view(2, client="fd00::7", server="fd00::2")
    store.fold(frame(*seen, status=status(addresses=own)))
    assert server_addresses(store) == ["10.0.1.5", "192.0.2.2", "fd00::2"]
    assert server_addresses(store, "fd00::7")[0] == "fd00::2"


def test_a_broadcast_address_is_nobody_s() -> None:
    store = Store()
    store.fold(frame(status=status(addresses=["10.0.1.5"])))
    for server in ("255.255.255.255", "224.0.0.1", "0.0.0.0", ""):  # noqa: S104
        missing = Refusal(
            time=NOW,
            client="10.9.9.9",
            client_tid=1,
            file="gone",
            reason="not-found",
            message="",
            server=server,
        )
        store.fold(Frame(time=NOW, refusals=[missing]))
    assert server_addresses(store, "10.9.9.9") == ["10.0.1.5"]


async def test_esc_widens_first_and_then_goes_back() -> None:
    async with commands() as screen:
        await screen.press("slash", *"grub", "enter")
        await screen.press("escape")
        assert screen.on_top == "CommandsScreen"
        assert "BusyBox" in screen.text()
        await screen.press("escape")
        assert screen.on_top == "main"


async def test_letters_typed_into_the_field_are_only_letters() -> None:
    async with commands() as screen:
        await screen.press("slash", *"cauyq")
        assert screen.on_top == "CommandsScreen"
        assert "No client matches" in screen.text()
        await screen.press("escape")
        assert "Fetch README.txt" in screen.text()
        assert screen.app.clipboard == ""


async def test_the_recipe_looked_at_last_is_there_again() -> None:
    async with commands() as screen:
        await screen.press("slash", *"busybox", "enter", "escape", "escape")
        await screen.press("c")
        assert screen.main._taste.recipe == "busybox"
        await screen.press("y")
        assert screen.app.clipboard.startswith("busybox tftp")


async def test_folders_have_no_commands() -> None:
    async with shown(frame()) as screen:
        await screen.press("2", "c")
        assert screen.on_top == "main"


async def test_hostile_names_are_drawn_as_they_are() -> None:
    name = b"[bold red]X[\x1b]0;evil\x07.bin"
    entry = Entry(name=name, text="[bold red]X[\\x1b]0;evil\\x07.bin", kind="file")
    listing = Listing(folder=b"", entries=[entry])
    async with commands(frame(listings=[listing]), keys="2 c") as screen:
        assert "\x1b" not in screen.text()
        assert "Fetch [bold red]X[\\x1b]" in screen.text()


@pytest.mark.parametrize("size", [SMALL, (116, 36), (60, 15)], ids=str)
def test_looks(snap_compare: Any, size: tuple[int, int]) -> None:
    os.environ.pop("NO_COLOR", None)
    frames = [*a_busy_server(), Frame(time=NOW, listings=[readme()])]
    app = TftpApp(ScriptedEngine(frames), now=lambda: NOW, pace=0)

    async def play(pilot: Pilot[None]) -> None:
        while app.store.frames < len(frames):
            await pilot.pause()
        await pilot.pause()
        await pilot.press("2", "j", "c", "j", "j")
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=play)
