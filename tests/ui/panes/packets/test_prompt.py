"""The prompt of the packet log: filters, searches, times, file names."""

from pathlib import Path

import pytest

from tests.support.packet_scene import a_blocked_boot_rom, blocks, filled, rows_of
from tests.support.pane_host import (
    Hosted,
    acknowledgements,
    hosted,
    packets,
    record,
)
from tests.support.pictures import frame, view
from tests.support.screens import SMALL, shown
from tftptui.engine.messages import Frame
from tftptui.telemetry.records.ring import Kind
from tftptui.ui.kit.prompt import Prompt, Purpose
from tftptui.ui.panes.packets.index import SLICE
from tftptui.ui.panes.packets.pane import PacketLog


async def typed(shown_: Hosted, text: str) -> None:
    """Type TEXT, letter by letter."""
    names = {" ": "space", ":": "colon", "!": "exclamation_mark", ".": "full_stop"}
    names |= {"-": "minus", "/": "slash", "*": "asterisk", '"': "quotation_mark"}
    await shown_.press(*(names.get(letter, letter) for letter in text))


def a_mixed_log(kept: int = 1_000) -> tuple[PacketLog, list[Frame]]:
    other = acknowledgements(range(1, 4), transfer=2, client_tid=50_000)
    frames = [packets(*a_blocked_boot_rom(), *other)]
    pane, store = filled(*frames, kept=kept)
    store.fold(Frame(time=0, transfers=[view(2, client="10.0.4.22", file="a.img")]))
    return pane, frames


@pytest.fixture
def pane() -> PacketLog:
    return a_mixed_log()[0]


async def test_a_filter_holds_while_it_is_typed(pane: PacketLog) -> None:
    async with hosted(pane, pane._store) as shown_:
        await typed(shown_, "/type:ack")
        assert len([row for row in rows_of(shown_) if row]) == 3
        assert "3 of 8: ACK" in "\n".join(shown_.lines)
        await typed(shown_, " or retrans")
        assert "5 of 8: ACK; or resent" in "\n".join(shown_.lines)


async def test_what_is_typed_ahead_goes_into_the_line(pane: PacketLog) -> None:
    async with hosted(pane, pane._store) as shown_:
        pane.action_filter()
        assert pane.is_typing
        pane.prompt.fill("dup")
        pane.on_prompt_left(Prompt.Left(Purpose.FILTER))
        assert shown_.pilot.app.focused is pane.rows


async def test_enter_keeps_the_filter_in_sight(pane: PacketLog) -> None:
    async with hosted(pane, pane._store) as shown_:
        await typed(shown_, "/file:*.img")
        await shown_.press("enter")
        assert pane.rows.has_focus
        assert "filter file:*.img" in "\n".join(shown_.lines)
        assert "3 shown · 8 kept" in shown_.lines[-1]


async def test_a_wrong_filter_is_explained_where_it_is_wrong(pane: PacketLog) -> None:
    async with hosted(pane, pane._store) as shown_:
        await typed(shown_, "/retrans typ:ack")
        (line,) = [one for one in shown_.lines if "^" in one]
        assert "did you mean type?" in line
        assert line.index("^") == shown_.lines[1].index("typ:")
        # Everything before it still applies.
        assert len([row for row in rows_of(shown_) if row]) == 2
        await shown_.press("enter")
        assert pane.is_typing


async def test_the_line_goes_on_with_what_was_begun(pane: PacketLog) -> None:
    async with hosted(pane, pane._store) as shown_:
        await typed(shown_, "/cli")
        await shown_.press("tab")
        assert pane.prompt.text == "client:"
        await shown_.press("tab")
        assert pane.prompt.text == "client:10.0.4.22"
        assert blocks(shown_) == ["1", "2", "3"]


async def test_earlier_filters_can_be_called_up(pane: PacketLog) -> None:
    async with hosted(pane, pane._store) as shown_:
        for text in ("/dup", "/retrans"):
            await typed(shown_, text)
            await shown_.press("enter", "escape")
        await typed(shown_, "/")
        recalled = []
        for key in ("up", "up", "up", "down", "down"):
            await shown_.press(key)
            recalled.append(pane.prompt.text)
        assert recalled == ["retrans", "dup", "dup", "retrans", ""]


async def test_escape_clears_the_text_then_leaves(pane: PacketLog) -> None:
    async with hosted(pane, pane._store) as shown_:
        await typed(shown_, "/type:ack")
        await shown_.press("escape")
        assert (pane.prompt.text, pane.is_typing) == ("", True)
        assert "8 kept" in shown_.lines[-1]
        await shown_.press("escape")
        assert not pane.is_typing


async def test_escape_among_the_rows_takes_the_filter_away(pane: PacketLog) -> None:
    async with hosted(pane, pane._store) as shown_:
        pane.show_transfer(1)
        await typed(shown_, "/retrans")
        await shown_.press("enter")
        assert "2 shown" in shown_.lines[-1]
        await shown_.press("escape")
        assert "5 shown" in shown_.lines[-1]
        await shown_.press("escape")
        assert "8 kept" in shown_.lines[-1]


async def test_new_packets_pass_the_filter_too(pane: PacketLog) -> None:
    async with hosted(pane, pane._store) as shown_:
        await typed(shown_, "/type:ack")
        await shown_.press("enter")
        news = packets(*acknowledgements([9]), (record(Kind.OACK), ""), first=8)
        await shown_.tell(news)
        assert blocks(shown_) == ["1", "2", "3", "9"]


async def test_what_is_filtered_holds_still_when_the_ring_runs_over() -> None:
    pane, _ = a_mixed_log(kept=100)
    async with hosted(pane, pane._store) as shown_:
        await typed(shown_, "/type:ack")
        await shown_.press("enter", "k", "k")
        before = rows_of(shown_)[:3]
        for first in range(8, 800, 90):
            numbers = range(first + 1, first + 91)
            await shown_.tell(packets(*acknowledgements(numbers), first=first))
        assert rows_of(shown_)[:3] == before
        await shown_.press("G")
        assert "100 shown · 100 kept" in shown_.lines[-1]


async def test_rows_of_one_type_can_be_hidden(pane: PacketLog) -> None:
    async with hosted(pane, pane._store) as shown_:
        await shown_.press("k", "exclamation_mark")
        assert pane.prompt.text == "!type:ack"
        assert blocks(shown_) == []
        assert pane.is_typing


async def test_an_old_log_is_searched_piece_by_piece() -> None:
    many = 3 * SLICE
    first = (record(Kind.OACK), "tsize=1")
    pane, store = filled(kept=many + 10)
    store.fold(packets(first))
    ack = packets(*acknowledgements(range(1, SLICE + 1)), first=1)
    for part in range(3):
        ack.packets_first = 1 + part * SLICE
        store.fold(ack)
    async with hosted(pane, store) as shown_:
        await typed(shown_, "/type:oack")
        while pane.rows.view.is_searching:
            await shown_.pilot.pause()
        assert shown_.row("tsize=1")
        assert "1 of 98,305: OACK" in "\n".join(shown_.lines)


async def test_a_search_marks_and_goes_through_what_it_finds(pane: PacketLog) -> None:
    async with hosted(pane, pane._store) as shown_:
        await typed(shown_, "Stype:ack")
        await shown_.press("enter")
        places = [pane.rows.cursor]
        for key in ("N", "N", "n"):
            await shown_.press(key)
            places.append(pane.rows.cursor)
        assert places == [7, 6, 5, 6]
        assert [row[0] for row in rows_of(shown_) if " ACK " in row] == ["›"] * 3
        assert "found 2/3 · 8 kept" in shown_.lines[-1]
        await shown_.press("escape")
        assert "found" not in shown_.lines[-1]


@pytest.mark.parametrize(("text", "cursor"), [("14:13:22", 3), ("0s", 5), ("99h", 0)])
async def test_a_time_can_be_gone_to(text: str, cursor: int) -> None:
    pane, store = filled(packets(*a_blocked_boot_rom(), *acknowledgements([1], at=5)))
    store.fold(Frame(time=store.packets.record(5).time))
    async with hosted(pane, store) as shown_:
        await typed(shown_, f"J{text}")
        await shown_.press("enter")
        assert pane.rows.cursor == cursor


async def test_a_wrong_time_is_explained(pane: PacketLog) -> None:
    async with hosted(pane, pane._store) as shown_:
        await typed(shown_, "Jnoon")
        await shown_.press("enter")
        assert "write it like 12:04:23" in "\n".join(shown_.lines)
        assert pane.is_typing


async def test_what_is_shown_can_be_saved(
    pane: PacketLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with hosted(pane, pane._store) as shown_:
        await typed(shown_, "/type:ack")
        await shown_.press("enter", "s")
        assert pane.prompt.text.endswith(".pcapng")
        assert "3 packets shown, for Wireshark" in "\n".join(shown_.lines)
        await shown_.press("tab")
        name = pane.prompt.text
        assert name.endswith(".csv")
        await shown_.press("enter")
        await shown_.pilot.app.workers.wait_for_complete()
        assert len((tmp_path / name).read_text().splitlines()) == 4


async def test_chosen_rows_can_be_saved(
    pane: PacketLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with hosted(pane, pane._store) as shown_:
        await shown_.press("k", "v", "k", "s")
        pane.prompt.fill("two.jsonl")
        await shown_.press("enter")
        await shown_.pilot.app.workers.wait_for_complete()
        assert len((tmp_path / "two.jsonl").read_text().splitlines()) == 2


async def test_no_file_is_overwritten(pane: PacketLog, tmp_path: Path) -> None:
    path = tmp_path / "there.md"
    path.write_text("mine")
    async with hosted(pane, pane._store, size=(140, 24)) as shown_:
        await shown_.press("s")
        pane.prompt.fill(str(path))
        await shown_.press("enter")
        await shown_.pilot.app.workers.wait_for_complete()
        await shown_.pilot.pause()
        assert "file exists: " in "\n".join(shown_.lines)
    assert path.read_text() == "mine"


async def test_a_name_of_no_format_is_not_taken(pane: PacketLog) -> None:
    async with hosted(pane, pane._store) as shown_:
        await shown_.press("s")
        pane.prompt.fill("packets.xls")
        await shown_.press("enter")
        assert "end the name in .pcapng, .csv, .jsonl, .md, .txt" in "\n".join(
            shown_.lines
        )
        assert pane.is_typing


async def test_keys_are_letters_while_a_filter_is_typed() -> None:
    async with shown(frame(view(1)), packets(*a_blocked_boot_rom()), size=SMALL) as s:
        await s.press("4", "slash", *"qzr1w")
        assert s.main.panes[3].query_one("Input").value == "qzr1w"  # type: ignore[attr-defined]
        assert "enter done" in s.text().splitlines()[-1]
        await s.press("escape", "escape", "question_mark")
        assert "Keys · Packets" in s.text()
