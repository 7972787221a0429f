import os
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.strip import Strip

from tests.support.packet_scene import (
    a_blocked_boot_rom,
    blocks,
    filled,
    rows_of,
)
from tests.support.pane_host import (
    Noted,
    PaneHost,
    acknowledgements,
    hosted,
    packets,
    record,
)
from tests.support.pictures import readme
from tests.support.screens import SMALL, shown
from tftptui.engine.messages import Frame
from tftptui.telemetry.records.ring import Flag, Kind

HOSTILE = ("[bold red]X[/]", "[@click=app.bell]c[/]", "a[/b]c", r"\x1b]0;title\x07")


def everything() -> list[Noted]:
    loose = {"transfer": 0, "server_tid": 69, "client_tid": 50_012}
    return [
        (record(Kind.RRQ, -9, **loose), "10.0.9.77 PXELINUX.CFG/default octet"),
        (record(Kind.ERROR, -8.999, **loose), "10.0.9.77 1 no such file"),
        (record(Kind.MALFORMED, -8, **loose), "10.0.9.77 3 octets are no TFTP packet"),
        (record(Kind.DATA, -7, block=17, count=16, nbytes=8192), ""),
        (record(Kind.ACK, -6.9, block=32), ""),
        (record(Kind.ACK, -6.8, block=32, flags=Flag.DUPLICATE), ""),
        (record(Kind.STRAY, -6.7), "from 10.0.9.99:4711, not our client"),
        (record(Kind.DATA, -6, block=65_537, count=2, nbytes=1024), ""),
        (record(Kind.DATA, -5, block=65_539, nbytes=100, flags=Flag.LAST), ""),
        *a_blocked_boot_rom(),
        *((record(Kind.RRQ, 4, server_tid=69), f"{name} octet") for name in HOSTILE),
    ]


async def test_the_newest_packet_stays_in_view() -> None:
    pane, store = filled(packets(*acknowledgements(range(1, 101))))
    async with hosted(pane, store) as shown:
        assert blocks(shown)[-1] == "100"
        await shown.tell(packets(*acknowledgements(range(101, 151)), first=100))
        assert blocks(shown)[-1] == "150"
        assert "4 Packets · following" in shown.lines[0]
        assert "150 kept" in shown.lines[-1]


async def test_nothing_moves_while_it_is_paused() -> None:
    pane, store = filled(packets(*acknowledgements(range(1, 101))))
    async with hosted(pane, store) as shown:
        await shown.press("space")
        before = rows_of(shown)
        await shown.tell(packets(*acknowledgements(range(101, 151)), first=100))
        assert rows_of(shown) == before
        assert "4 Packets · paused · 50 new" in shown.lines[0]


async def test_nothing_moves_while_it_is_paused_and_the_ring_runs_over() -> None:
    pane, store = filled(packets(*acknowledgements(range(1, 101))), kept=100)
    async with hosted(pane, store) as shown:
        await shown.press("k", "k")
        before = rows_of(shown)
        for first in range(100, 1_000, 90):
            numbers = range(first + 1, first + 91)
            await shown.tell(packets(*acknowledgements(numbers), first=first))
        assert rows_of(shown) == before
        assert "900 new" in shown.lines[0]


async def test_what_came_meanwhile_can_be_read_while_paused() -> None:
    pane, store = filled(packets(*acknowledgements(range(1, 101))))
    async with hosted(pane, store) as shown:
        await shown.press("space")
        await shown.tell(packets(*acknowledgements(range(101, 104)), first=100))
        await shown.press("j", "j", "j")
        assert blocks(shown)[-1] == "103"
        assert "paused" in shown.lines[0]


@pytest.mark.parametrize("key", ["G", "end", "space", "F"])
async def test_a_key_follows_again(key: str) -> None:
    pane, store = filled(packets(*acknowledgements(range(1, 101))))
    async with hosted(pane, store) as shown:
        await shown.press("g")
        await shown.tell(packets(*acknowledgements(range(101, 151)), first=100))
        assert blocks(shown)[0] == "1"
        await shown.press(key)
        assert blocks(shown)[-1] == "150"
        assert "following" in shown.lines[0]


async def test_scrolling_up_pauses() -> None:
    pane, store = filled(packets(*acknowledgements(range(1, 101))))
    async with hosted(pane, store) as shown:
        pane.rows.scroll_to(y=20, animate=False, immediate=True)
        await shown.pilot.pause()
        before = rows_of(shown)
        await shown.tell(packets(*acknowledgements(range(101, 151)), first=100))
        assert rows_of(shown) == before
        assert blocks(shown)[0] == "21"


async def test_pages_move_the_cursor() -> None:
    pane, store = filled(packets(*acknowledgements(range(1, 101))))
    async with hosted(pane, store) as shown:
        await shown.press("pageup")
        cursors = [pane.rows.cursor]
        await shown.press("ctrl+u")
        cursors.append(pane.rows.cursor)
        await shown.press("pagedown")
        cursors.append(pane.rows.cursor)
    assert cursors == [79, 59, 79]


async def test_a_click_pauses_and_takes_the_row() -> None:
    pane, store = filled(packets(*acknowledgements(range(1, 101))))
    async with hosted(pane, store) as shown:
        await shown.pilot.click(pane.rows, offset=(5, 3))
        assert pane.rows.cursor == 82
        assert "paused" in shown.lines[0]


async def test_rows_end_where_the_pane_ends() -> None:
    pane, store = filled(packets(*everything() * 3))
    async with hosted(pane, store, size=(80, 12)) as shown:
        assert {len(line) for line in shown.lines} == {80}


async def test_one_transfer_can_be_shown_alone() -> None:
    other = acknowledgements(range(1, 30), transfer=2)
    pane, store = filled(packets(*a_blocked_boot_rom(), *other))
    async with hosted(pane, store) as shown:
        pane.show_transfer(1)
        await shown.pilot.pause()
        assert len([row for row in rows_of(shown) if row]) == 5
        assert "4 Packets · 10.0.4.37:50001 · following" in shown.lines[0]
        assert "5 shown · 34 kept" in shown.lines[-1]


async def test_one_transfer_alone_can_be_followed_and_paused() -> None:
    pane, store = filled(packets(*acknowledgements(range(1, 31))))
    async with hosted(pane, store, size=(80, 12)) as shown:
        pane.show_transfer(1)
        mixed = acknowledgements([31], transfer=2) + acknowledgements([32])
        await shown.tell(packets(*mixed, first=30))
        assert blocks(shown)[-2:] == ["30", "32"]
        await shown.press("k")
        await shown.tell(packets(*mixed * 3, first=32))
        assert blocks(shown)[-2:] == ["30", "32"]
        assert "paused · 3 new" in shown.lines[0]


async def test_one_transfer_alone_holds_still_when_the_ring_runs_over() -> None:
    pane, store = filled(packets(*acknowledgements(range(1, 91))), kept=100)
    async with hosted(pane, store) as shown:
        pane.show_transfer(1)
        await shown.press("k", "k")
        before = rows_of(shown)
        for first in range(90, 900, 90):
            numbers = range(first + 1, first + 91)
            await shown.tell(packets(*acknowledgements(numbers), first=first))
        assert rows_of(shown) == before
        await shown.press("G")
        assert blocks(shown)[-1] == "900"
        assert "100 shown · 100 kept" in shown.lines[-1]


async def test_one_transfer_alone_is_followed_when_as_many_go_as_come() -> None:
    pane, store = filled(packets(*acknowledgements(range(1, 101))), kept=100)
    async with hosted(pane, store) as shown:
        pane.show_transfer(1)
        await shown.tell(packets(*acknowledgements(range(101, 111)), first=100))
        assert blocks(shown)[-1] == "110"


async def test_the_row_narrows_and_escape_widens() -> None:
    pane, store = filled(packets(*a_blocked_boot_rom(), *acknowledgements([1])))
    async with hosted(pane, store) as shown:
        await shown.press("k", "equals_sign")
        assert pane.rows.view.transfer == 1
        await shown.press("escape")
        assert pane.rows.view.transfer is None


async def test_an_empty_selection_says_how_to_leave_it() -> None:
    pane, store = filled(packets(*a_blocked_boot_rom()))
    async with hosted(pane, store) as shown:
        pane.show_transfer(77)
        await shown.pilot.pause()
        assert shown.row("No packet of this transfer is kept; esc shows all.")
        assert "transfer 77" in shown.lines[0]


async def test_trouble_can_be_visited() -> None:
    calm = acknowledgements(range(1, 5_001))
    trouble = a_blocked_boot_rom()
    pane, store = filled(packets(*trouble, *calm, *trouble, *calm), kept=20_000)
    async with hosted(pane, store) as shown:
        visited = []
        for key in ("n", "N", "N", "N", "n"):
            await shown.press(key)
            visited.append(pane.rows.cursor)
    assert visited == [5_009, 5_008, 5_007, 4, 5_007]


async def test_trouble_of_one_transfer_can_be_visited() -> None:
    foreign = [(record(Kind.STRAY, transfer=2), "")]
    pane, store = filled(packets(*a_blocked_boot_rom(), *foreign))
    async with hosted(pane, store) as shown:
        pane.show_transfer(1)
        visited = []
        for key in ("N", "N", "N", "n"):
            await shown.press(key)
            visited.append(pane.rows.cursor)
    assert visited == [4, 3, 2, 3]


async def test_no_trouble_is_said() -> None:
    pane, store = filled(packets(*acknowledgements(range(1, 9))))
    async with hosted(pane, store) as shown:
        await shown.press("n")
        assert any("No problem before this row" in line for line in shown.lines)
        assert "following" in shown.lines[0]


async def test_dropped_records_are_told() -> None:
    pane, store = filled(packets(*acknowledgements(range(1, 151))), kept=100)
    async with hosted(pane, store) as shown:
        await shown.press("g")
        assert rows_of(shown)[0] == "… 50 records not kept"
        assert blocks(shown)[0] == "51"


async def test_records_lost_on_the_way_are_told_where_they_are_missing() -> None:
    pane, store = filled(packets(*acknowledgements([1, 2])))
    late = packets(*acknowledgements([9]), (record(Kind.OACK), "tsize=1"), first=12_402)
    async with hosted(pane, store) as shown:
        await shown.tell(late)
        assert blocks(shown) == ["1", "2", "9"]
        assert rows_of(shown)[2] == "… 12,400 records not kept"
        assert shown.row("tsize=1")


async def test_an_empty_log_says_what_would_be_here() -> None:
    pane, store = filled()
    async with hosted(pane, store) as shown:
        assert shown.row("No packets yet.")
        assert shown.row("curl -o /dev/null tftp://127.0.0.1:6969/FILE")


async def test_the_hint_names_a_file_as_soon_as_one_is_known() -> None:
    pane, store = filled()
    async with hosted(pane, store) as shown:
        await shown.tell(Frame(time=1, listings=[readme()]))
        assert shown.row("tftp://127.0.0.1:6969/README.txt")


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_names_are_drawn_as_they_are(name: str) -> None:
    pane, store = filled(packets((record(Kind.RRQ), f"{name} octet")))
    async with hosted(pane, store) as shown:
        assert f"RRQ    {name} octet" in rows_of(shown)[0]


async def test_an_idle_log_draws_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    pane, store = filled(packets(*everything()))
    async with hosted(pane, store) as shown:
        drawn: list[int] = []
        render_line = pane.rows.render_line

        def counted(y: int) -> Strip:
            drawn.append(y)
            return render_line(y)

        monkeypatch.setattr(pane.rows, "render_line", counted)
        await shown.tell(Frame(time=1), Frame(time=2))
        pane.clock_ticked()
        await shown.pilot.pause()
    assert drawn == []


async def test_only_rows_in_view_are_made() -> None:
    pane, store = filled(packets(*acknowledgements(range(1, 5_001))), kept=10_000)
    async with hosted(pane, store):
        assert len(pane.rows._strips.keys()) <= 24


async def test_a_row_can_be_copied() -> None:
    pane, store = filled(packets(*a_blocked_boot_rom()))
    async with hosted(pane, store) as shown:
        await shown.press("k", "y")
        assert shown.pilot.app.clipboard == (
            "14:13:23.003 sent 10.0.4.37 40007 → 2070 OACK tsize=42012 R3 +3.0 s"
        )


@pytest.mark.parametrize("size", [(80, 24), (98, 24)])
def test_looks(snap_compare: Any, size: tuple[int, int]) -> None:
    os.environ.pop("NO_COLOR", None)
    pane, _ = filled(packets(*everything(), first=12_400))
    app = PaneHost(pane)

    async def play(pilot: Pilot[None]) -> None:
        await pilot.pause()
        pane.focus_main()
        await pilot.pause()
        await pilot.press("N")

    assert snap_compare(app, terminal_size=size, run_before=play)


async def test_a_row_can_be_read_whole_and_copied() -> None:
    loose = {"transfer": 0, "server_tid": 69}
    note = "10.0.9.77 3 octets are no TFTP packet, and more words than fit"
    async with shown(packets((record(Kind.MALFORMED, **loose), note)), size=SMALL) as s:
        await s.press("4", "k")
        assert "10.0.9.77 · 3 octets" in s.text()
        await s.press("enter")
        assert "3 octets are no TFTP packet, and more words than fit" in s.text()
        assert "10.0.9.77:2070" in s.text()
        await s.press("escape", "y")
        assert "1 row: sent to the terminal" in s.text()


async def test_no_more_trouble_is_told_once() -> None:
    pane, store = filled(packets(*acknowledgements(range(1, 9))))
    async with hosted(pane, store) as shown_:
        await shown_.press("k", "n", "n", "n")
        assert len(shown_.pilot.app._notifications) == 1
