from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tftptui.ui.panes.packets.model import Stops

RESENT, ERRORS = array("Q", [2, 5, 9]), array("Q", [3, 8])


@pytest.mark.parametrize(
    ("sequence", "step", "stop"),
    [(0, 1, 2), (2, 1, 3), (5, 1, None), (8, -1, 5), (20, -1, 5), (2, -1, None)],
)
def test_nearest_stop_is_one_that_is_shown(
    sequence: int, step: int, stop: int | None
) -> None:
    assert Stops([RESENT, ERRORS], end=8).nearest(sequence, step) == stop


@pytest.mark.parametrize(
    ("sequence", "rank"), [(None, (0, 5)), (2, (1, 5)), (8, (4, 5)), (4, (0, 5))]
)
def test_rank_counts_both_reasons_in_one_order(
    sequence: int | None, rank: tuple[int, int]
) -> None:
    assert Stops([RESENT, ERRORS], end=10).rank(sequence) == rank


@given(st.sets(st.integers(0, 60)), st.integers(0, 60))
def test_walking_forward_meets_every_shown_stop_once(
    numbers: set[int], end: int
) -> None:
    odd = array("Q", sorted(one for one in numbers if one % 2))
    even = array("Q", sorted(one for one in numbers if not one % 2))
    stops, here, met = Stops([odd, even], end), -1, []
    while (found := stops.nearest(here, 1)) is not None:
        met.append(found)
        here = found
    assert met == sorted(one for one in numbers if one < end)
