"""The fake clock moves only when a test advances it."""

import pytest

from tests.support.clock import FakeClock


def test_both_times_move_together() -> None:
    clock = FakeClock(start=5.0)
    clock.advance(2.5)
    assert (clock.now(), clock.wall()) == (7.5, FakeClock.EPOCH + 7.5)


def test_time_never_runs_backwards() -> None:
    clock = FakeClock(start=5.0)
    with pytest.raises(ValueError, match="backwards"):
        clock.advance_to(4.0)
