"""All ports on one line, and the clients that used them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.pictures import NOW, frame, view
from tests.support.port_scene import blocked_client
from tftptui.engine.messages import TransferPhase
from tftptui.knowledge.habits import ALL_PORTS, ZONES, zone_of
from tftptui.ui.panes.ports.client_axis import (
    Caller,
    axis,
    band,
    by_cell,
    callers,
    names,
    numbers,
    strip,
)
from tftptui.ui.store import Store

WIDTHS = st.integers(1, 300)


def test_the_zones_follow_each_other_over_all_ports() -> None:
    assert ZONES[0].first == 0
    assert ZONES[-1].last == ALL_PORTS - 1
    assert all(one.last + 1 == other.first for one, other in pairwise(ZONES))
    assert "boot ROM" in zone_of(2_070).names
    assert "GRUB" in zone_of(25_300).names


@given(WIDTHS, st.integers(0, 65_535))
def test_a_port_is_in_the_cell_that_stands_for_it(width: int, port: int) -> None:
    on = axis(width)
    assert port in on.ports_of(on.cell_of(port))


@given(WIDTHS)
def test_the_cells_follow_each_other_over_all_ports(width: int) -> None:
    on = axis(width)
    ports = [on.ports_of(cell) for cell in range(on.width)]
    assert on.width == max(width, len(ZONES))
    assert (ports[0].start, ports[-1].stop) == (0, ALL_PORTS)
    assert all(one.stop == other.start for one, other in pairwise(ports))


@given(WIDTHS)
def test_the_lines_of_words_are_as_wide(width: int) -> None:
    on = axis(width)
    assert len(numbers(on)) == len(names(on)) == len(band(1, 65_535, on)) == on.width


def test_the_words_stand_under_their_zones() -> None:
    on = axis(76)
    for start, _, zone in on.zone_starts():
        assert numbers(on)[start:].startswith(str(zone.first))
        assert names(on)[start:].startswith(zone.names[0] if zone.names else " ")


def test_neighbours_have_different_names() -> None:
    first = [zone.names[0] for zone in ZONES if zone.names]
    assert all(one != other for one, other in pairwise(first))


def caller(port: int, fate: str) -> Caller:
    return Caller(port, "10.0.4.1", "kernel", NOW, fate)  # type: ignore[arg-type] # a test's literal


def marks(*seen: Caller) -> dict[int, str]:
    """Return the marks of the cells with clients."""
    on = axis(76)
    cells = list(strip(by_cell(seen, on), on))
    return {port.port: cells[on.cell_of(port.port)][0] for port in seen}


def test_success_and_failure_have_different_shapes() -> None:
    drawn = marks(
        *(caller(44_669, "worked") for _ in range(8)),
        caller(1_500, "worked"),
        caller(2_072, "failed"),
        caller(25_300, "asked"),
        caller(61_001, "worked"),
        caller(61_002, "failed"),
    )
    assert drawn == {
        44_669: "█",
        1_500: "▁",
        2_072: "✗",
        25_300: "○",
        61_001: "▚",
        61_002: "▚",
    }


@pytest.mark.parametrize(
    ("phase", "fate"),
    [
        ("completed", "worked"),
        ("probed", "worked"),
        ("sending", "worked"),
        ("negotiating", "asked"),
        ("aborted", "asked"),
        ("stalled", "failed"),
        ("failed", "failed"),
        ("abandoned", "failed"),
        ("unconfirmed", "failed"),
    ],
)
def test_each_phase_is_a_fate(phase: TransferPhase, fate: str) -> None:
    store = Store()
    store.fold(frame(view(1, phase)))
    assert [one.fate for one in callers(store)] == [fate]


def test_a_transfer_without_an_ack_has_not_worked_yet() -> None:
    store = Store()
    store.fold(frame(view(1, acked_blocks=0)))
    assert [one.fate for one in callers(store)] == ["asked"]


def test_those_refused_came_from_a_port_as_well() -> None:
    store = Store()
    store.fold(blocked_client())
    first = callers(store)[0]
    assert (first.port, first.fate, first.transfer) == (25_300, "asked", None)


def test_our_range_lies_on_the_same_line() -> None:
    on = axis(76)
    drawn = band(40_000, 40_099, on)
    assert drawn.count("━") == 1
    assert drawn.index("━") == on.cell_of(40_000)
    assert band(1, 65_535, on) == "━" * 76
