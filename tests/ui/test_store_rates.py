"""Bytes/s on the screen."""

import pytest

from tftptui.ui.store import TURN, Rate


@pytest.fixture
def rate() -> Rate:
    rate = Rate()
    for tenth in range(20):
        rate.add(tenth / 10, 100 * tenth)
    return rate


def test_a_rate_is_not_known_before_time_has_passed() -> None:
    rate = Rate()
    assert rate.at(1.0) is None
    rate.add(1.0, 500)
    assert rate.at(1.0) is None


@pytest.mark.parametrize("age", [0.0, 0.5, TURN])
def test_a_total_that_waits_for_its_turn_makes_no_rate_smaller(
    rate: Rate, age: float
) -> None:
    assert rate.at(1.9 + age) == pytest.approx(1_000)


def test_a_transfer_that_stands_still_has_a_rate_that_falls(rate: Rate) -> None:
    later = rate.at(1.9 + TURN + 1.9)
    assert later == pytest.approx(500)
