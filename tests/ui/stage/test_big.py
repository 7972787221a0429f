"""The enlarged stage, for large rooms."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import pytest
from rich.style import Style

from tests.support import stage_views as views
from tests.support.stage_views import packet
from tftptui.demo.view import LaneView
from tftptui.ui.stage.big import LOWEST, NARROWEST, big_lines, big_wall_place
from tftptui.ui.themes import SLOT_DEFAULTS, slot_styles

SLOTS: Mapping[str, Style] = slot_styles(SLOT_DEFAULTS)
SIZE = (79, 16)


lane = partial(views.lane, status="waiting", share=None)


def drawn(
    *lanes: LaneView, size: tuple[int, int] = SIZE, is_open: bool = False
) -> list[str]:
    lines = big_lines(lanes, size, SLOTS, is_open=is_open)
    assert {line.cell_len for line in lines} == {size[0]}
    assert len(lines) == size[1]
    return [line.plain for line in lines]


def test_a_box_has_its_client_its_port_in_large_and_how_far_it_is() -> None:
    top, first, second, third, bottom, *_ = drawn(lane())
    assert top.startswith("╭ Intel boot ROM ─╮")
    assert top.endswith("╭─ server ────────╮")
    assert first.startswith("│    ╺━┓┏━┓╺━┓╺━┓ │")
    assert second.startswith("│    ┏━┛┃ ┃  ┃┏━┛ ●━━━")
    assert second.endswith("━━━● ┗━┫┃ ┃┃ ┃ ┃ ┣━┫ │")
    assert third.startswith("│    ┗━╸┗━┛  ╹┗━╸ │")
    assert bottom.startswith("╰─────────── asks ╯")


def test_the_wall_is_thick_and_an_open_one_is_not() -> None:
    place = big_wall_place(SIZE[0])
    assert drawn(lane())[2][place - 1 : place + 1] == "██"
    assert drawn(lane(), is_open=True)[2][place - 1 : place + 1] == "┊┊"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "◄ DATA 3 "),
        ({"to_server": True}, " DATA 3 ►"),
        ({"fate": "lost"}, " ✗ DATA 3 lost "),
    ],
)
def test_a_packet_is_a_block_with_its_name(changes: dict[str, Any], words: str) -> None:
    _, above, line, below, *_ = drawn(lane(packet(0.3, **changes)))
    assert words in line
    assert "▄" * len(words) in above
    assert "▀" * len(words) in below


@pytest.mark.parametrize(
    ("to_server", "words"), [(False, "██ ✗ DATA 3 ━"), (True, "━ ✗ DATA 3 ██")]
)
def test_a_packet_stops_at_the_wall(*, to_server: bool, words: str) -> None:
    stopped = packet(0.5, fate="dropped", to_server=to_server)
    assert words in drawn(lane(stopped))[2]


def test_two_packets_that_stopped_are_one_block() -> None:
    first = packet(0.5, fate="dropped")
    second = packet(0.5, fate="dropped", number=2)
    line = drawn(lane(first, second))[2]
    assert "██ ✗ DATA 3 ━" in line
    assert line.count("✗") == 1


def test_where_there_is_no_room_for_names_heads_remain() -> None:
    many = [packet(0.03 * number, number=number) for number in range(30)]
    line = drawn(lane(*many))[2]
    assert line.count("◄") > line.count("DATA")


def test_the_oldest_lanes_make_room_for_the_newest() -> None:
    lanes = [lane(client_port=2_070 + number) for number in range(6)]
    lines = drawn(*lanes)
    assert sum("●━" in line for line in lines) == 4
    assert lines[0].startswith("╭ Intel boot ROM ─╮")


def test_two_clients_have_a_box_each() -> None:
    other = lane(name="pc", title="curl", address="127.0.4.22", status="completed")
    lines = drawn(lane(), other)
    assert lines[5].startswith("╭ curl ───")
    assert lines[9].startswith("╰───────── ● done ╯")


def test_many_machines_share_a_box_and_failures_are_told() -> None:
    asked = lane(client_port=None, server_port=69, status="failed", count=100)
    busy = lane(client_port=None, server_port=None, status="done", count=90)
    lines = drawn(asked, busy)
    assert lines[2].startswith("│            many ●")
    assert lines[5].endswith("●            TIDs │")
    assert lines[7].startswith("╰───── 100 failed ╯")


@pytest.mark.parametrize("size", [(NARROWEST, LOWEST), (200, 60), (79, 5)])
def test_any_room_from_the_least_on_will_do(size: tuple[int, int]) -> None:
    drawn(lane(packet(0.5)), lane(packet(0.0, to_server=True)), size=size)
    drawn(size=size)
