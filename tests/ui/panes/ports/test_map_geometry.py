"""The mapping between cells and ports."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tftptui.ui.panes.ports.map_geometry import Plan, close, whole

PORTS = st.integers(0, 65_535)
SIZES = st.integers(1, 200)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    first, last = sorted((draw(PORTS), draw(PORTS)))
    if draw(st.booleans()):
        return close(first, last, draw(SIZES))
    return whole(first, last, draw(SIZES), draw(SIZES))


@given(plans(), st.data())
def test_each_port_has_one_cell_that_stands_for_it(
    plan: Plan, data: st.DataObject
) -> None:
    port = data.draw(st.integers(plan.first, plan.last))
    cell = plan.cell_of(port)
    assert 0 <= cell < plan.cells
    assert port in plan.ports_of(cell)
    assert plan.row_of(port) < plan.rows


@given(plans())
def test_the_cells_follow_each_other_and_leave_nothing_out(plan: Plan) -> None:
    ports = [plan.ports_of(cell) for cell in range(plan.cells)]
    assert ports[0].start == plan.first
    assert ports[-1].stop == plan.last + 1
    assert all(one.stop == next_.start for one, next_ in pairwise(ports))
    assert all(ports)


@given(PORTS, PORTS, SIZES, SIZES)
def test_a_range_shown_whole_fits(
    one: int, other: int, width: int, height: int
) -> None:
    plan = whole(min(one, other), max(one, other), width, height)
    assert plan.columns <= width
    assert plan.rows <= height


@given(PORTS, st.integers(-10, 70_000))
def test_a_port_outside_is_in_the_nearest_cell(last: int, port: int) -> None:
    plan = whole(0, last, 80, 10)
    nearest = 0 if port < 0 else plan.cells - 1
    assert 0 <= port <= last or plan.cell_of(port) == nearest


def test_one_cell_is_one_port_where_they_fit() -> None:
    assert whole(40_000, 40_099, 48, 9) == Plan(40_000, 40_099, 40, 1)
    assert whole(40_000, 40_099, 48, 2).share == 2
    assert close(1_024, 65_535, 55) == Plan(1_024, 65_535, 50, 1)


@pytest.mark.parametrize("width", [9, 10, 57, 119])
def test_rows_begin_with_round_numbers(width: int) -> None:
    columns = whole(1_000, 9_999, width, 30).columns
    assert columns == (width if width < 10 else width // 10 * 10)
