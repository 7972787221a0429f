"""The drawing of lanes with packets on them."""

from collections.abc import Mapping
from typing import Any

import pytest
from rich.style import Style

from tests.support.stage_views import lane, packet
from tftptui.demo.view import LaneView
from tftptui.ui.stage.lanes import lane_lines, wall_place
from tftptui.ui.themes import SLOT_DEFAULTS, slot_styles

SLOTS: Mapping[str, Style] = slot_styles(SLOT_DEFAULTS)
WIDTH = 79


def drawn(*lanes: LaneView, width: int = WIDTH, is_open: bool = False) -> list[str]:
    lines = lane_lines(lanes, width, SLOTS, is_open=is_open)
    return [line.plain for line in lines]


def test_a_lane_has_both_ports_the_wall_and_how_far_it_is() -> None:
    (line,) = drawn(lane())
    assert len(line) == WIDTH
    assert line.startswith("Intel boot ROM  2072 ●───")
    assert line.endswith("───● 40018  50%      ")
    assert line[wall_place(WIDTH)] == "║"


def test_an_open_wall_looks_open() -> None:
    (line,) = drawn(lane(), is_open=True)
    assert line[wall_place(WIDTH)] == "┊"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"to_server": True, "label": "RRQ"}, "─RRQ►─"),
        ({"to_server": False, "label": "OACK"}, "─◄OACK─"),
    ],
)
def test_a_packet_points_where_it_goes(changes: dict[str, Any], words: str) -> None:
    (line,) = drawn(lane(packet(0.25, **changes)))
    assert words in line


def test_a_packet_moves() -> None:
    places = [drawn(lane(packet(place)))[0].index("◄") for place in (0.9, 0.6, 0.1)]
    assert places == sorted(places, reverse=True)
    assert len(set(places)) == 3


@pytest.mark.parametrize(
    ("fate", "words"),
    [("dropped", "║✗ DATA 3 ─"), ("refused", "║✗ DATA 3 ICMP ─")],
)
def test_a_packet_stops_before_the_wall(fate: str, words: str) -> None:
    (line,) = drawn(lane(packet(0.5, fate=fate)))
    assert words in line


def test_a_request_that_is_dropped_stays_on_its_side_of_the_wall() -> None:
    (line,) = drawn(lane(packet(0.5, fate="dropped", to_server=True, label="RRQ")))
    assert "─ RRQ ✗║─" in line


@pytest.mark.parametrize("to_server", [True, False])
@pytest.mark.parametrize("step", range(-8, 9))
def test_the_wall_stands_while_names_cross_it(step: int, *, to_server: bool) -> None:
    crossing = packet(0.5 + step / 50, to_server=to_server)
    (line,) = drawn(lane(crossing))
    head = "►" if to_server else "◄"
    assert line[wall_place(WIDTH)] in ("║", head)
    assert "DATA 3" in line or line[wall_place(WIDTH)] == head


def test_an_answer_that_a_client_has_no_use_for_says_so() -> None:
    (line,) = drawn(lane(packet(0.0, fate="ignored")))
    assert "●✗ DATA 3 ignored" in line


def test_the_port_that_a_nat_has_chosen_stands_beyond_the_wall() -> None:
    (line,) = drawn(lane(seen_port=1_024))
    assert "─║1024─" in line


def test_a_lost_packet_says_so() -> None:
    (line,) = drawn(lane(packet(0.25, fate="lost")))
    assert "✗ DATA 3 lost" in line


def test_names_of_packets_never_run_into_each_other() -> None:
    many = [packet(0.2 + 0.02 * number, number=number) for number in range(20)]
    (line,) = drawn(lane(*many))
    track = line.partition("●")[2].rpartition("●")[0]
    assert track.count("◄") > 5
    assert set(track.replace("◄DATA 3", "")) <= set("◄─║")


def test_a_clients_lanes_stand_together_under_one_name() -> None:
    other = lane(name="pc", title="curl", address="127.0.4.22", client_port=51_018)
    lines = drawn(lane(server_port=69), other, lane())
    assert [line[:14].strip() for line in lines] == ["Intel boot ROM", "", "curl"]


def test_clients_of_one_kind_have_their_own_names() -> None:
    twin = lane(name="twin", address="127.0.4.38")
    assert [line[:4].strip() for line in drawn(lane(), twin)] == ["rom", "twin"]


@pytest.mark.parametrize(
    ("status", "server_port", "end"),
    [
        ("done", None, "● TIDs  100 done  "),
        ("failed", 69, "● 69    100 failed"),
    ],
)
def test_many_machines_share_a_lane(
    status: str, server_port: int | None, end: str
) -> None:
    crowd = lane(
        title="200 × iPXE",
        client_port=None,
        server_port=server_port,
        status=status,
        count=100,
    )
    (line,) = drawn(crowd)
    assert line.startswith("200 × iPXE      many ●")
    assert line.endswith(end)


@pytest.mark.parametrize("width", range(0, 60, 7))
def test_no_width_is_too_small(width: int) -> None:
    drawn(lane(packet(0.5), packet(0.9, fate="lost")), width=width)


def test_names_are_no_markup() -> None:
    (line,) = drawn(lane(title="[red]\x1b[2J"))
    assert "\x1b" not in line
