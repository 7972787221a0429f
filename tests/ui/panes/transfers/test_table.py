"""The Transfers pane as a table: keys, remembered choices, saving."""

import csv
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.support.pane_host import Hosted, hosted
from tests.support.pictures import NOW, frame, view
from tests.support.screens import LARGE, SMALL, shown
from tests.ui.panes.transfers.test_model import refusal, tries
from tftptui.telemetry.views import TransferView
from tftptui.ui.memory import NAME, Memory
from tftptui.ui.panes.transfers.list import TransferList
from tftptui.ui.panes.transfers.pane import TransfersPane
from tftptui.ui.store import Store

NAMES = {"/": "slash", ":": "colon", ">": "greater_than_sign", ".": "full_stop"}


def views() -> list[TransferView]:
    return [
        *tries(1, 2, 3, 4),
        view(5, file="=cmd.img", retransmits=2),
        view(6, "completed", file="b.img", ended=NOW - 1),
    ]


@asynccontextmanager
async def table(
    memory: Memory | None = None, size: tuple[int, int] = LARGE
) -> AsyncIterator[Hosted]:
    store = Store()
    store.fold(frame(*views(), refusals=[refusal()]))
    pane = TransfersPane(store, now=lambda: NOW, memory=memory)
    async with hosted(pane, store, size=size) as screen:
        yield screen


def listed(screen: Hosted) -> TransferList:
    return screen.pane.query_one(TransferList)


def keys(screen: Hosted) -> list[object]:
    return [row.key for row in listed(screen).model.rows]


async def typed(screen: Hosted, text: str) -> None:
    await screen.press(*(NAMES.get(letter, letter) for letter in text))


async def test_a_filter_holds_while_it_is_typed_and_esc_takes_it_away() -> None:
    async with table() as screen:
        await typed(screen, "/resent:>0")
        assert keys(screen) == [5]
        assert "1 of 4: packets resent 1 or more" in "\n".join(screen.lines)
        await screen.press("enter")
        assert "1 of 4 shown" in screen.lines[-1]
        await screen.press("escape")
        assert len(keys(screen)) == 4


async def test_a_wrong_field_is_told_with_those_that_there_are() -> None:
    async with table(size=SMALL) as screen:
        await typed(screen, "/attempt>0")
        words = " ".join(" ".join(screen.rows).split())
        assert "no field attempt; did you mean resent:>0? Fields: client" in words
        assert "transfer since until" in words


async def test_filters_are_known_to_the_next_run(tmp_path: Path) -> None:
    async with table(Memory(tmp_path / NAME)) as screen:
        await typed(screen, "/upload")
        await screen.press("enter")
    async with table(Memory(tmp_path / NAME)) as screen:
        await screen.press("slash", "up")
        assert screen.pane.query_one("Input").value == "upload"  # type: ignore[attr-defined]


async def test_a_search_marks_and_n_goes_through_it() -> None:
    async with table() as screen:
        await typed(screen, "Simg")
        await screen.press("enter")
        assert listed(screen).current_key == 5
        await screen.press("n")
        assert listed(screen).current_key == 6
        await screen.press("n")
        assert "no match after this row" in "\n".join(screen.lines)
        assert listed(screen).draw_row(1, 136)[0].text == "●›"


async def test_sorting_is_seen_in_the_header_and_remembered(tmp_path: Path) -> None:
    async with table(Memory(tmp_path / NAME)) as screen:
        await screen.press("greater_than_sign", "greater_than_sign", "less_than_sign")
        assert "client▲" in screen.rows[0]
        await screen.press("I")
        assert "client▼" in screen.rows[0]
        assert "client, descending" in screen.lines[0]
        before = keys(screen)
    async with table(Memory(tmp_path / NAME)) as screen:
        assert "client▼" in screen.rows[0]
        assert keys(screen) == before
        await screen.press("less_than_sign")
        assert "client▼" not in screen.rows[0]
        assert isinstance(screen.pane, TransfersPane)
        commands = {one.title: one for one in screen.pane.sort_commands()}
        commands["Sort by resent"].callback()  # a column that is not shown
        await screen.pilot.pause()
        assert keys(screen)[0] == 5
        assert "resent, descending" in screen.lines[0]


async def test_a_click_on_a_title_sorts_by_it_and_turns_it_round() -> None:
    async with table() as screen:
        header = listed(screen).draw_header(136)
        place = header.index("file") + 1
        await screen.pilot.click(TransferList, offset=(place, 0))
        assert "file▲" in screen.rows[0]
        await screen.pilot.click(TransferList, offset=(place, 0))
        assert "file▼" in screen.rows[0]
        place = header.index("progress") + 1
        await screen.pilot.click(TransferList, offset=(place, 0))
        assert "progress▲" in screen.rows[0]


async def test_a_boot_opens_and_closes_and_so_does_a_client() -> None:
    async with table() as screen:
        await screen.press("n", "n", "l")
        assert keys(screen)[-4:] == [4, 3, 2, 1]
        assert "4 tries" in screen.row(" 2074 ⇄ ")
        await screen.press("j", "left")
        assert listed(screen).current_key == 4
        await screen.press("g")
        assert "10.77.0.37 · Intel boot ROM · 4 tries, no reply" in screen.row("▸10.77")
        await screen.press("enter")
        assert "∅▸ 10.77.0.37" in screen.row(" 2074 ⇄ ")


async def test_rows_are_copied_with_all_that_is_known() -> None:
    async with table() as screen:
        await screen.press("y")
        row = screen.pilot.app.clipboard
        assert "10.0.4.25:50005 · ⇄ 10.0.1.5:40005 · RRQ =cmd.img · sending" in row
        assert "51,200 of 100,000 bytes · 2 resent" in row
        await screen.press("Y")
        lines = screen.pilot.app.clipboard.splitlines()
        assert len(lines) == 4
        assert any("refused · RRQ x.cfg · no such file" in line for line in lines)


@pytest.mark.parametrize("name", ["pc25.example.net", ""])
async def test_a_host_name_is_looked_up_by_h_alone(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def resolve(address: str) -> tuple[str, list[str], list[str]]:
        asked.append(address)
        if not name:
            raise socket.herror
        return name, [], [address]

    monkeypatch.setattr(socket, "gethostbyaddr", resolve)
    memory = Memory()
    memory.remember_choice("transfers-columns", "client host file")
    async with table(memory) as screen:
        assert "host name" in screen.rows[0]
        assert asked == []
        await screen.press("h")
        await screen.pilot.app.workers.wait_for_complete()
        await screen.pilot.pause()
        told = "10.0.4.25 is pc25.example.net" if name else "DNS has no name for"
        assert told in "\n".join(screen.lines)
        assert name in screen.rows[1]
    assert asked == ["10.0.4.25"]


@pytest.mark.parametrize("end", ["csv", "json"])
async def test_what_is_shown_is_saved_with_all_columns(
    end: str, tmp_path: Path
) -> None:
    path = tmp_path / f"rows.{end}"
    async with table() as screen:
        await typed(screen, "/trouble or resent>0")
        await screen.press("enter", "s")
        screen.pane.prompt.fill(str(path))  # type: ignore[attr-defined]
        assert "3 rows shown" in "\n".join(screen.lines)
        await screen.press("enter")
        await screen.pilot.app.workers.wait_for_complete()
    if end == "csv":
        found = [*csv.DictReader(path.read_text().splitlines())]
        assert found[0]["file"] == "'=cmd.img"  # no formula in a spreadsheet
        assert found[0]["started"].endswith("Z")
    else:
        found = json.loads(path.read_text())
        assert found[0]["file"] == "=cmd.img"
        assert (found[0]["resent"], found[0]["mac"]) == (2, "")
    assert [one["state"] for one in found] == ["sending", "refused", "abandoned"]


async def test_columns_are_chosen_and_remembered(tmp_path: Path) -> None:
    async with shown(frame(*views()), size=LARGE) as screen:
        await screen.press("V")
        assert "Columns of Transfers" in screen.text()
        assert "Path MTU to the client" in screen.text()
        await screen.press("j", "space", "K", "enter")
        rows = screen.main.query_one(TransferList)
        assert rows.chosen == ("client", "ports", "file", "options", "blocks")
        assert "kind" not in rows.draw_header(136)
        await screen.press("V", "d")
        assert "kind" in rows.draw_header(136)
    memory = Memory(tmp_path / NAME)
    memory.remember_choice("transfers-columns", "resent client file nonsense mtu")
    async with table(memory) as again:
        header = again.rows[0].split()
        assert header[:4] == ["resent", "client", "file", "MTU"]


@pytest.mark.parametrize(
    ("keys_", "why"),
    [
        (("X",), "X: this transfer has already ended"),
        (("n", "X"), "X: this request was refused: there is no transfer"),
        (("escape",), ""),
        (("left",), "←: nothing to close"),
        (("right",), "→: this row is a single request"),
        (("I",), "select a column first: press < or >"),
        (("e",), "e: does nothing here; in Packets: error"),
        (("i",), "i: does nothing here; ? lists all keys"),
        (("at",), "@: does nothing here; ? lists all keys"),
        (("f12",), "F12: does nothing here; ? lists all keys"),
    ],
)
async def test_a_key_that_does_nothing_says_why(
    keys_: tuple[str, ...], why: str
) -> None:
    told = frame(view(6, "completed", ended=NOW), refusals=[refusal()])
    async with shown(told, size=SMALL) as screen:
        await screen.press(*keys_)
        assert why in screen.text().splitlines()[-1]


async def test_the_age_below_the_list_goes_on_like_that_in_it() -> None:
    store, now = Store(), [NOW]
    store.fold(frame(view(1, "completed"), refusals=[refusal()]))
    pane = TransfersPane(store, now=lambda: now[0])
    async with hosted(pane, store, size=LARGE) as screen:
        await screen.press("n")
        now[0] += 60
        pane.clock_ticked()
        await screen.pilot.pause()
        text = "\n".join(screen.lines)
        assert "refused 1 min" in text
        assert "Request refused 1 min ago" in text
