"""The effects of plain packet loss."""

from hypothesis import given
from hypothesis import strategies as st

from tftptui.findings.signs.chance import (
    ROUND_LOST,
    is_parted_by_chance,
    rounds_no_chance,
)


def test_a_small_transfer_loses_four_rounds_in_a_row_hardly_ever() -> None:
    assert rounds_no_chance(30) == 4
    assert 31 * ROUND_LOST**4 < 1e-4


def test_the_larger_it_is_the_more_rounds_are_chance() -> None:
    assert [rounds_no_chance(blocks) for blocks in (80, 1_000)] == [5, 6]


def test_a_way_that_has_lost_much_is_given_more_time() -> None:
    assert rounds_no_chance(20, resent=5) > rounds_no_chance(20)


@given(st.integers(0, 10**7), st.integers(0, 10**7))
def test_there_is_an_end_to_patience(blocks: int, resent: int) -> None:
    assert 4 <= rounds_no_chance(blocks, resent) <= 6


def test_few_tries_lie_apart_by_chance() -> None:
    assert is_parted_by_chance(3, 3)
    assert is_parted_by_chance(1, 100)
    assert not is_parted_by_chance(6, 7)
    assert is_parted_by_chance(6, 6, sides=2)
