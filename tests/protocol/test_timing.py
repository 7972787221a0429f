"""The retransmission timer beyond RFC 6298: its limits, and a fixed timeout."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tftptui.protocol.timing import INITIAL, LONGEST, SHORTEST, RetransmitTimer

ROUND_TRIPS = st.lists(st.none() | st.floats(0, 1_000), max_size=30)


def _timer_after(steps: list[float | None], fixed: float | None) -> RetransmitTimer:
    """Return a timer that measured each number, and backed off for each None."""
    timer = RetransmitTimer(fixed)
    for step in steps:
        if step is None:
            timer.back_off()
        else:
            timer.measure(step)
    return timer


def test_first_wait_is_long_enough_for_a_slow_path() -> None:
    assert RetransmitTimer().timeout == INITIAL == 2.0


@given(ROUND_TRIPS)
def test_wait_stays_within_its_bounds(steps: list[float | None]) -> None:
    assert SHORTEST <= _timer_after(steps, None).timeout <= LONGEST


@given(ROUND_TRIPS)
def test_wait_that_the_client_fixed_never_changes(steps: list[float | None]) -> None:
    assert _timer_after(steps, 3.0).timeout == 3.0


def test_fixed_wait_may_exceed_the_bounds() -> None:
    assert RetransmitTimer(255.0).timeout == 255.0


def test_fixed_wait_with_patience_stays_for_three_and_then_backs_off() -> None:
    timer, waits = RetransmitTimer(1.0, patience=60.0), []
    for _ in range(7):
        waits.append(timer.timeout)
        timer.back_off()
    assert waits == [1.0, 1.0, 1.0, 2.0, 4.0, 8.0, 8.0]


def test_fixed_wait_beyond_the_bound_stays_as_it_is() -> None:
    timer = RetransmitTimer(20.0, patience=60.0)
    timer.back_off()
    assert timer.timeout == 20.0


def test_fixed_timer_still_measures() -> None:
    assert _timer_after([0.25], 3.0).smoothed == 0.25


@pytest.mark.parametrize(
    ("time_outs", "wait"),
    [
        pytest.param(1, 4.0, id="once"),
        pytest.param(2, 8.0, id="twice"),
        pytest.param(3, LONGEST, id="at-the-bound"),
        pytest.param(60, LONGEST, id="for-ever"),
    ],
)
def test_back_off_doubles_up_to_the_bound(time_outs: int, wait: float) -> None:
    assert _timer_after([None] * time_outs, None).timeout == wait


def test_progress_ends_the_back_off_of_a_fixed_wait() -> None:
    timer = RetransmitTimer(1.0, patience=60.0)
    for _ in range(5):
        timer.back_off()
    timer.measure(0.1)
    waits = []
    for _ in range(4):
        waits.append(timer.timeout)
        timer.back_off()
    assert waits == [1.0, 1.0, 1.0, 2.0]
