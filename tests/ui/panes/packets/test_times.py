"""Times, marks, runs, selected rows, and the minimap."""

from itertools import pairwise

import pytest

from tests.support.packet_scene import a_blocked_boot_rom, filled, rows_of
from tests.support.pane_host import Noted, acknowledgements, hosted, packets, record
from tests.support.pictures import NOW, view
from tftptui.engine.messages import Frame
from tftptui.telemetry.records.ring import Flag, Kind, PacketRing
from tftptui.ui.panes.packets.columns import TimeMode, columns, heading, seconds_text
from tftptui.ui.panes.packets.index import SLICE, PacketIndex
from tftptui.ui.panes.packets.minimap import part_of
from tftptui.ui.panes.packets.pane import PacketLog
from tftptui.ui.panes.packets.search import answered
from tftptui.ui.store import Store


def a_transfer() -> tuple[PacketLog, Store]:
    pane, store = filled(
        packets(
            (record(Kind.RRQ, 0.0, server_tid=69), "a octet"),
            (record(Kind.DATA, 0.25, block=1, count=4, nbytes=2048), ""),
            (record(Kind.ACK, 0.5, block=4), ""),
            (record(Kind.DATA, 0.75, block=5, count=2, nbytes=520, flags=2), ""),
        )
    )
    store.fold(Frame(time=NOW, transfers=[view(1, started=NOW)]))
    return pane, store


def times(pane_rows: list[str]) -> list[str]:
    return [row.split()[0] for row in pane_rows if row]


async def test_one_key_goes_through_what_times_mean() -> None:
    pane, store = a_transfer()
    async with hosted(pane, store) as shown:
        await shown.press("t")
        assert times(rows_of(shown)) == ["0.000000", "0.250000", "0.500000", "0.750000"]
        assert "since request" in shown.lines[1]
        await shown.press("t")
        assert times(rows_of(shown)) == ["–", "0.250000", "0.250000", "0.250000"]
        await shown.press("t")
        assert times(rows_of(shown))[0] == "14:13:20.000"


async def test_names_of_columns_follow_the_width_of_the_rows() -> None:
    pane, store = a_transfer()
    async with hosted(pane, store, size=(140, 24)) as shown:
        assert "client" in shown.lines[1]
        await shown.press("space")
        pane.rows.styles.width = 50  # the pane itself stays the same
        await shown.pilot.pause()
        assert "client" not in shown.lines[1]


async def test_the_request_itself_is_at_zero() -> None:
    pane, store = a_transfer()
    store.fold(Frame(time=NOW, transfers=[view(1, started=NOW + 0.000_587)]))
    async with hosted(pane, store) as shown:
        await shown.press("t")
        assert times(rows_of(shown)) == ["0.000000", "0.250000", "0.500000", "0.750000"]


async def test_where_the_request_is_not_kept_times_begin_with_the_transfer() -> None:
    pane, store = a_transfer()
    store.fold(Frame(time=NOW, transfers=[view(1, started=NOW - 5)]))
    async with hosted(pane, store) as shown:
        await shown.press("t")
        assert times(rows_of(shown))[0] == "5.000000"


async def test_times_can_be_counted_from_a_marked_packet() -> None:
    pane, store = a_transfer()
    async with hosted(pane, store) as shown:
        await shown.press("k", "m")
        assert [row.split()[:2] for row in rows_of(shown)[:4]] == [
            ["-0.500000", "←"],
            ["-0.250000", "→"],
            ["◆", "0.000000"],
            ["0.250000", "→"],
        ]
        await shown.press("m")
        assert times(rows_of(shown))[0] == "14:13:20.000"


def test_decimal_points_stand_one_below_the_other() -> None:
    texts = [seconds_text(seconds) for seconds in (0.5, 99.5, 100.0, 12_345.6)]
    assert [len(text) - text.index(".") for text in texts] == [7, 7, 7, 7]


async def test_a_run_opens_into_its_blocks() -> None:
    pane, store = a_transfer()
    async with hosted(pane, store) as shown:
        await shown.press("g", "j", "right")
        rows = [" ".join(row.split()[1:]) for row in rows_of(shown)]
        assert rows[2] == "└ 40007 → 2070 DATA 1 512"
        assert rows[5] == "└ 40007 → 2070 DATA 4 512"
        assert rows[6] == "← 2070 → 40007 ACK 4"
        await shown.press("j", "j", "left")
        assert pane.rows.cursor == 1
        assert " ".join(rows_of(shown)[2].split()[1:]) == "← 2070 → 40007 ACK 4"


async def test_the_last_block_of_a_run_has_what_is_left() -> None:
    pane, store = a_transfer()
    async with hosted(pane, store) as shown:
        await shown.press("space", "l")
        parts = [" ".join(row.split()[5:]) for row in rows_of(shown)[4:6]]
        assert parts == ["DATA 5 512", "DATA 6 8 last"]


async def test_rows_move_on_over_an_open_run() -> None:
    pane, store = a_transfer()
    async with hosted(pane, store) as shown:
        await shown.press("g", "j", "right", "G", "k")
        assert pane.rows.cursor == 2
        await shown.press("k")
        assert (pane.rows.cursor, pane.rows.part) == (1, 4)


async def test_chosen_rows_are_copied_together() -> None:
    pane, store = a_transfer()
    async with hosted(pane, store) as shown:
        await shown.press("k", "v", "k", "y")
        assert shown.pilot.app.clipboard.splitlines() == [
            "14:13:20.250 sent 10.0.4.21 40007 → 2070 DATA blocks 1–4 2,048 bytes",
            "14:13:20.500 received 10.0.4.21 2070 → 40007 ACK block 4",
        ]
        assert pane.rows.range_from is None


async def test_errors_can_be_visited_alone() -> None:
    pane, store = filled(packets(*a_blocked_boot_rom() * 2))
    async with hosted(pane, store) as shown:
        places = []
        for key in ("E", "E", "e"):
            await shown.press(key)
            places.append(pane.rows.cursor)
        assert places == [9, 4, 9]


async def test_the_foot_says_which_trouble_it_is() -> None:
    pane, store = filled(packets(*a_blocked_boot_rom()))
    async with hosted(pane, store) as shown:
        assert "problem 3 · 5 kept" in shown.lines[-1]
        await shown.press("N", "N")
        assert "problem 2/3 · 5 kept" in shown.lines[-1]


@pytest.mark.parametrize(
    ("before", "answer", "kind"),
    [
        ([record(Kind.RRQ)], record(Kind.OACK), Kind.RRQ),
        ([record(Kind.DATA, block=1, count=9)], record(Kind.ACK, block=9), Kind.DATA),
        ([record(Kind.DATA, block=1, count=9)], record(Kind.ACK, block=10), None),
        ([record(Kind.OACK)], record(Kind.ACK, block=0), Kind.OACK),
        ([record(Kind.ACK, block=9)], record(Kind.DATA, block=10), Kind.ACK),
        ([record(Kind.ACK)], record(Kind.DATA, block=1, attempt=2), None),
        ([record(Kind.DATA_RECEIVED, block=3)], record(Kind.ACK_SENT, block=3), 3),
        ([record(Kind.DATA, block=1)], record(Kind.STRAY), None),
        ([record(Kind.ACK, transfer=2)], record(Kind.DATA, block=10), None),
        ([record(Kind.ACK)] * 3, record(Kind.ACK, flags=Flag.DUPLICATE), None),
    ],
)
def test_a_packet_answers(before: list, answer: Noted, kind: Kind | None) -> None:  # type: ignore[type-arg]
    ring = PacketRing(10)
    for one in (*before, answer):
        ring.append(one)
    found = answered(ring, len(before))
    assert (found and found.kind) == kind


async def test_what_a_packet_answers_has_a_column_where_there_is_room() -> None:
    pane, store = a_transfer()
    async with hosted(pane, store, size=(140, 12)) as shown:
        assert "DATA 1–4  250.0 ms" in rows_of(shown)[2]


@pytest.mark.parametrize("width", range(20, 160))
def test_the_names_of_the_columns_fit(width: int) -> None:
    wide = columns(width, with_client=True)
    for mode in TimeMode:
        assert len(heading(wide, mode)) <= max(width, 24)


async def test_the_strip_shows_where_trouble_clusters() -> None:
    calm = acknowledgements(range(1, 501))
    lossy = [(record(Kind.OACK, attempt=2), "")] * 20
    pane, store = filled(packets(*calm, *lossy, *calm), kept=2_000)
    async with hosted(pane, store, size=(80, 23)) as shown:
        strip = "".join(line[-2] for line in shown.lines[2:-1])
        assert set(strip.strip()) == {"█"}
        assert strip.index("█") in (9, 10)
        assert strip.count("█") <= 2


async def test_a_click_on_the_strip_goes_to_the_trouble() -> None:
    calm = acknowledgements(range(1, 501))
    lossy = [(record(Kind.OACK, attempt=2), "")]
    pane, store = filled(packets(*calm, *lossy, *calm), kept=2_000)
    async with hosted(pane, store, size=(80, 23)) as shown:
        await shown.pilot.click("#packet-map", offset=(0, 10))
        await shown.pilot.pause()
        assert pane.rows.cursor == 500
        assert "paused" in shown.lines[0]


@pytest.mark.parametrize("total", [1, 5, 20, 21, 1_000_003])
def test_parts_of_the_strip_cover_all_rows(total: int) -> None:
    parts = [part_of(part, 20, total) for part in range(20)]
    assert parts[0][0] == 0
    assert parts[-1][1] == total
    assert all(one[1] == two[0] for one, two in pairwise(parts))


def test_an_index_finds_the_same_from_the_end_as_from_the_beginning() -> None:
    ring = PacketRing(3 * SLICE)
    for number in range(2 * SLICE + 77):
        attempt = 1 + (number % 1_000 == 0)
        ring.append(record(Kind.ACK, block=number, attempt=attempt))
    there, back = PacketIndex(), PacketIndex()
    there.forward(ring, ring.next)
    back.begin(ring.next)
    while back.backward(ring):
        pass
    assert list(back.resent) == list(there.resent) == [*range(0, ring.next, 1_000)]


def test_an_index_forgets_what_the_ring_forgets() -> None:
    ring = PacketRing(100)
    index = PacketIndex()
    for number in range(250):
        ring.append(record(Kind.OACK, attempt=2))
        if number % 90 == 0:
            index.trim(ring.first)
            index.forward(ring, ring.next)
    index.trim(ring.first)
    index.forward(ring, ring.next)
    assert list(index.resent) == [*range(150, 250)]
