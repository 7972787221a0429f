"""The picture of client, wall and server fits any width; the right lane is broken."""

from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style

from tests.support.why_scene import finding
from tftptui.telemetry.findings import Place
from tftptui.ui.findings.drawing import NARROWEST, Scene, drawing
from tftptui.ui.themes import SLOT_DEFAULTS

SLOTS = {name: Style() for name in SLOT_DEFAULTS}
SCENE = Scene("10.0.4.37", "10.0.1.5", 2072, 40_018, 69)
DRAWN = ["answers-blocked", "acks-blocked", "path-mtu", "path-cut", "no-route"]


def lines(
    code: str, place: Place = "between", width: int = 72, **changes: Any
) -> list[str]:
    scene = replace(SCENE, **changes)
    drawn = drawing(finding(code=code, stands_at=place), scene, width, SLOTS)
    return [] if drawn is None else drawn.plain.splitlines()


def test_a_lost_answer_stops_at_the_wall_and_the_request_does_not() -> None:
    heads, request, answer = lines("answers-blocked")
    assert heads.startswith("client 10.0.4.37")
    assert heads.endswith("10.0.1.5 this server")
    assert "RRQ 2072 → 69" in request
    assert "✗" not in request
    assert request.index("●") == answer.index("●")
    assert answer.index("✗║◄") > answer.index("●")
    assert "40018 → 2072" in answer


def test_a_lost_ack_stops_on_its_way_to_us() -> None:
    _, _, answer, ack = lines("acks-blocked")
    assert "✗" not in answer
    assert "►║✗" in ack


def test_the_wall_stands_where_the_finding_says() -> None:
    places: list[Place] = [
        "client",
        "client-segment",
        "between-or-client",
        "between",
        "between-or-server",
        "server-segment",
        "server",
    ]
    at = [lines("answers-blocked", place)[-1].index("║") for place in places]
    assert at == sorted(set(at))


@pytest.mark.parametrize(("is_read", "lost"), [(True, "◄"), (False, "►")])
def test_large_packets_are_lost_on_the_sender_s_way(is_read: bool, lost: str) -> None:  # noqa: FBT001 - a case
    last = lines("path-mtu", is_read=is_read)[-1]
    assert lost in last
    assert "DATA" in last
    assert "✗" in last


def test_what_blocks_nothing_is_not_drawn() -> None:
    assert lines("size-probe") == []
    assert lines("answers-blocked", width=NARROWEST - 1) == []


@given(
    code=st.sampled_from(DRAWN),
    place=st.sampled_from(get_args(Place)),
    width=st.integers(NARROWEST, 200),
    client=st.sampled_from(["10.0.0.1", "2001:db8:0:1:2:3:4:5", "fe80::1%eth0"]),
)
def test_every_line_is_as_wide_as_asked(
    code: str, place: Place, width: int, client: str
) -> None:
    drawn = lines(code, place, width, client=client)
    assert {len(line) for line in drawn} == {width}
