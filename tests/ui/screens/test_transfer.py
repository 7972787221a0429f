"""The screen of one transfer: the ladder, the facts, and where its keys lead."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.support.ladder_scene import (
    a_blocked_one,
    a_captured_one,
    a_lossy_transfer,
    request,
    told,
    windows,
)
from tests.support.pane_host import packets, record
from tests.support.pictures import NOW, a_busy_server, status, view
from tests.support.screens import LARGE, SMALL, Shown, shown
from tests.support.scripted_engine import ScriptedEngine
from tftptui.engine.messages import Finding, Frame
from tftptui.telemetry.records.ring import Kind
from tftptui.telemetry.records.watched_ring import PacketChunks
from tftptui.ui.app import TftpApp
from tftptui.ui.ladder import list as ladder_list
from tftptui.ui.screens.transfer import TransferScreen


def saved_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def opened(screen: Shown) -> TransferScreen:
    await screen.press("1", "enter")
    await screen.pilot.pause()
    top = screen.app.screen
    assert isinstance(top, TransferScreen)
    return top


def row(screen: Shown, words: str) -> str:
    """Return the only line with these words."""
    (found,) = [line for line in screen.text().splitlines() if words in line]
    return found


async def test_the_ladder_shows_who_sent_what_when() -> None:
    async with shown(*told(a_lossy_transfer())) as s:
        await opened(s)
        assert "0.000 ├─" in row(s, "RRQ pxelinux.0")
        assert "─►│ 69" in row(s, "RRQ pxelinux.0")
        assert "│◄─" in row(s, "OACK windowsize=16")
        assert "▸ blocks 17–160 … ACK 160  ×9  34 ms" in s.text()


async def test_what_took_a_moment_has_no_graph_over_time() -> None:
    brief = [
        (record(Kind.RRQ, server_tid=69), "x octet"),
        (record(Kind.DATA, 0.0005, block=1, nbytes=12), ""),
        (record(Kind.ACK, 0.001, block=1), ""),
    ]
    async with shown(*told(brief)) as s:
        await opened(s)
        assert "over time" not in s.text()
    longer = [*brief, (record(Kind.ACK, 0.012, block=1), "")]
    async with shown(*told(longer), size=(140, 60)) as s:
        await opened(s)
        assert "over time (12 ms)" in s.text()


async def test_what_nobody_answered_is_a_broken_arrow() -> None:
    async with shown(*told(a_lossy_transfer())) as s:
        await opened(s)
        first, again = (
            line for line in s.text().splitlines() if "DATA 161–176" in line
        )
        assert "✗◄ ╌╌" in first
        assert "R2 ──" in again
        assert "+1.0 s" in again
        assert "no reply for 1.0 s" in s.text()


async def test_a_long_request_keeps_its_name() -> None:
    options = " ".join(f"option{place}=1" for place in range(9))
    rung = (record(Kind.RRQ, server_tid=69), f"pxelinux.0 octet {options}")
    async with shown(*told([rung]), size=SMALL) as s:
        await opened(s)
        assert row(s, " RRQ pxelinux.0 … ")


async def test_both_ends_say_who_chose_their_port() -> None:
    async with shown(*told(a_blocked_one(), phase="stalled")) as s:
        await opened(s)
        assert "client 10.0.4.37 · 2070" in s.text()
        assert "40007 · 10.0.1.5 server" in s.text()
        assert "ours, random from 40000–40099" in s.text()


async def test_both_ends_are_whole_in_a_small_window() -> None:
    long = {"client": "10.254.52.26", "server": "10.254.152.25", "client_tid": 44_669}
    async with shown(*told(a_blocked_one(), **long), size=SMALL) as s:
        await opened(s)
        assert "client 10.254.52.26 · 44669" in s.text()
        assert "40007 · 10.254.152.25 server" in s.text()
        assert "ours, random from 40000–40099" in s.text()


@pytest.mark.parametrize(
    ("digit", "scope"),
    [("1", "transfers"), ("2", "files"), ("3", "ports"), ("4", "packets")],
)
async def test_digits_lead_to_the_panes(digit: str, scope: str) -> None:
    async with shown(*told(a_blocked_one()), size=SMALL) as s:
        await opened(s)
        await s.press(digit)
        await s.pilot.pause()
        assert (s.on_top, s.main.scope) == ("main", scope)


async def test_a_known_client_chose_its_port_itself() -> None:
    story = "MissingNames 3 times, from ports 2070, 2071, 2072."
    frames = told(a_blocked_one(), phase="stalled", kind="Intel boot ROM", story=story)
    async with shown(*frames) as s:
        await opened(s)
        assert "Intel boot ROM's own choice" in s.text()
        assert "MissingNames 3 times, from ports 2070" in s.text()


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (LARGE, "the client's own choice, or a NAT's on the path  ours, "),
        (SMALL, "the client's own choice, or a NAT's  ours, random from 40000–40099"),
        ((60, 15), " its, or a NAT's  ours, random from 40000–40099"),
    ],
)
async def test_a_nat_may_have_chosen_the_port_of_a_client_behind_a_router(
    size: tuple[int, int], words: str
) -> None:
    async with shown(*told(a_lossy_transfer(), kind=""), size=size) as s:
        await opened(s)
        assert words in s.text()


async def test_the_side_says_what_was_asked_and_granted_and_why() -> None:
    async with shown(*told(a_lossy_transfer())) as s:
        await opened(s)
        assert row(s, "windowsize  32  →  16")
        assert "windowsize lowered to 16: no more is" in s.text()
        assert row(s, "blksize     –   →  512")


async def test_another_name_that_was_served_is_told() -> None:
    async with shown(*told([], served="Boot/BCD")) as s:
        await opened(s)
        assert "Served as Boot/BCD." in s.text()


async def test_the_side_folds_to_a_key_in_a_small_window() -> None:
    async with shown(*told(a_lossy_transfer()), size=SMALL) as s:
        await opened(s)
        assert "requested → agreed" not in s.text()
        await s.press("tab")
        assert "requested → agreed" in s.text()
        await s.press("G")
        assert '"event":"transfer_ended"' in s.text()
        await s.press("tab")
        assert "requested → agreed" not in s.text()


async def test_a_finding_is_told_and_leads_to_why() -> None:
    finding = Finding(
        number=1,
        code="answers-blocked",
        headline="Packets to port 2070 are dropped on the way",
        confidence=0.7,
        stands_at="between",
        transfers=[1],
        since=NOW,
        found=NOW,
    )
    frames = [
        *told(a_blocked_one(), phase="stalled"),
        Frame(time=NOW, findings=[finding]),
    ]
    async with shown(*frames) as s:
        await opened(s)
        assert "Packets to port 2070 are dropped on the" in s.text()
        assert "likely · w for more" in s.text()
        await s.press("w")
        assert s.on_top == "WhyScreen"


async def test_a_fold_opens_and_closes() -> None:
    async with shown(*told(a_lossy_transfer())) as s:
        await opened(s)
        await s.press("g", "down", "down", "down", "down", "down", "enter")
        assert "▾ blocks 17–160" in s.text()
        assert "DATA 33–48" in s.text()
        await s.press("down", "down", "left")
        assert "DATA 33–48" not in s.text()


async def test_a_wide_page_has_the_packets_and_their_bytes_beside_the_ladder() -> None:
    async with shown(*told(a_lossy_transfer()), size=(200, 60)) as s:
        screen = await opened(s)
        await s.press("g", "down")
        assert "0000  00 06" in s.text()
        assert "opcode 6 (OACK)" in s.text()
        assert screen._rows.cursor == 1
        await s.press("down", "down")
        assert "DATA            1–16   8,192" in s.text()
        assert "0002  00 01                    ··        block 1" in s.text()
        await s.pilot.resize_terminal(140, 40)
        assert "opcode" not in s.text()
        await s.pilot.resize_terminal(200, 60)
        assert "opcode 3 (DATA)" in s.text()


async def test_j_and_k_go_through_the_transfers_below() -> None:
    async with shown(*a_busy_server(), size=SMALL) as s:
        screen = await opened(s)
        await s.press("k")
        assert "this is the first transfer" in s.text()
        await s.press("j", "j")
        assert screen.number == 6
        strip = s.text().splitlines()[1]
        assert "core-1.c…  ⚠ 10.0.4.26 pxelinux.0" in strip
        assert strip.endswith("3 of 8 ")
        assert "⚠ pxelinux.0 · stalled" in s.text().splitlines()[0]
        await s.press("k", "escape")
        assert s.main._transfers.chosen == 7


async def test_trouble_is_one_key_away() -> None:
    async with shown(*told(a_lossy_transfer())) as s:
        screen = await opened(s)
        visited = []
        for key in ("g", "n", "n", "N"):
            await s.press(key)
            visited.append(screen._ladder.current_key)
        assert [key[0] for key in visited if key][1:] == [23, 24, 23]


async def test_it_follows_a_transfer_that_runs() -> None:
    rungs = [request(), *windows(3)]
    async with shown(*told(rungs, phase="sending")) as s:
        await opened(s)
        more = windows(100, at=0.012, first=49)
        await s.tell(packets(*more, first=len(rungs)))
        assert "▸ blocks 17–1,648 … ACK 1,648  ×102" in s.text()
        lost = (record(Kind.DATA, 2.0, block=1_649, count=16, attempt=2), "")
        await s.tell(packets(lost, first=len(rungs) + len(more)))
        assert "DATA 1,649–1,664 · 8,192 bytes · R2" in s.text()


async def test_nothing_moves_where_the_reader_has_gone_to() -> None:
    rungs = [record(Kind.OACK, place * 0.01, attempt=2) for place in range(100)]
    frames = told([(one, "") for one in rungs], phase="stalled")
    async with shown(*frames, size=SMALL) as s:
        screen = await opened(s)
        await s.press("g", "down")
        before = [line[:-1] for line in s.text().splitlines()[4:-1]]
        more = [
            (record(Kind.OACK, 1 + place * 0.01, attempt=2), "") for place in range(9)
        ]
        await s.tell(packets(*more, first=100))
        assert [line[:-1] for line in s.text().splitlines()[4:-1]] == before
        await s.press("G")
        assert screen._ladder.cursor_index == 108


async def test_a_hundred_thousand_blocks_are_a_few_rows() -> None:
    async with shown(*told([request(), *windows(1)])) as s:
        rungs = windows(6_250, at=0.004, first=17)
        await s.tell(packets(*rungs, first=3))
        screen = await opened(s)
        while screen._ladder.feed.read():
            await s.pilot.pause()
        screen._ladder.look()
        assert "blocks 17–100,016 … ACK 100,016" in s.text().replace("▸ ", "")
        assert screen._ladder.row_count() < 10
        await s.press("g", "down", "down", "down", "enter", "G", "up")
        assert screen._ladder.row_count() > 12_000
        assert "ACK 100,016" in s.text()


async def test_how_far_the_packets_are_looked_through_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ladder_list, "BREATH", 3_600.0)
    async with shown(*told([request(), *windows(5_000)])) as s:
        screen = await opened(s)
        assert "searching packets: 20 % · pxelinux.0" in s.text()
        while screen._ladder.feed.read():
            pass
        screen.on_frame_arrived()
        await s.pilot.pause()
        assert "looked through" not in s.text()


async def test_packets_that_are_gone_are_told() -> None:
    async with shown(*told([])) as s:
        s.app.store.packets = PacketChunks(4)
        await s.tell(packets(*windows(3, at=5, first=500)))
        await opened(s)
        assert "earlier packets not kept any more" in s.text()


async def test_its_packets_are_one_key_away() -> None:
    async with shown(*told(a_lossy_transfer())) as s:
        await opened(s)
        await s.press("equals_sign")
        assert s.on_top == "main"
        assert s.main.panes[3].has_focus_within
        assert "10.0.4.37:2070" in s.main.panes[3].state


async def test_its_packets_can_be_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with shown(*told(a_lossy_transfer())) as s:
        await opened(s)
        await s.press("s")
        saving = [worker for worker in s.app.workers if worker.group == "save"]
        await asyncio.gather(*(worker.wait() for worker in saving))
    assert {path.suffix for path in saved_in(tmp_path)} == {".csv", ".pcapng"}


async def test_keys_are_listed() -> None:
    async with shown(*told(a_lossy_transfer())) as s:
        await opened(s)
        await s.press("question_mark")
        assert "Keys · The ladder of a transfer" in s.text()


async def test_a_transfer_without_packets_is_told_as_well() -> None:
    async with shown(Frame(time=NOW, transfers=[view(1, "failed", error="x")])) as s:
        await opened(s)
        assert "✗ failed. X." in s.text()


@pytest.mark.parametrize("size", [(60, 15), (20, 5), (250, 60)])
async def test_any_size_will_do(size: tuple[int, int]) -> None:
    frames = told(a_lossy_transfer(), client="2001:db8:41:7:ffff:eeee:4a4a:2121")
    async with shown(*frames, size=size) as s:
        await opened(s)
        await s.press("tab", "n", "?")
        assert {len(line) for line in s.text().splitlines()} == {size[0]}


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
@pytest.mark.parametrize("scene", ["blocked", "lossy", "captured"])
def test_looks(snap_compare: Any, size: tuple[int, int], scene: str) -> None:
    if scene == "blocked":
        frames = told(a_blocked_one(), phase="stalled", kind="Intel boot ROM")
    elif scene == "captured":
        frames = told(
            a_captured_one(), retransmits=2, lost_to_client=1, lost_to_server=1
        )
        frames[0] = msgspec.structs.replace(
            frames[0], status=status(source="capture"), ports=None
        )
    else:
        frames = told(a_lossy_transfer(), retransmits=16)
    app = TftpApp(ScriptedEngine(frames), now=lambda: NOW, pace=0)

    async def play(pilot: Any) -> None:
        while app.store.frames < len(frames):
            await pilot.pause()
        await pilot.press("1", "enter")
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=play)


async def test_the_ends_are_named_before_the_ladder_has_its_place() -> None:
    async with shown(*told(a_blocked_one()), size=(60, 15)) as s:
        await s.press("enter", "tab")
        screen = s.app.screen
        assert isinstance(screen, TransferScreen)
        assert not screen._ladder.size.width
        view = s.app.store.transfers[1]
        assert "client 10.0.4.37 · 2070" in str(screen._lifelines(view))
