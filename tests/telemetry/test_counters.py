"""Totals."""

from tftptui.telemetry.counters import Counters


def test_active_is_what_began_and_has_not_ended() -> None:
    counters = Counters(
        started=20,
        completed=5,
        unconfirmed=4,
        failed=3,
        abandoned=2,
        probed=1,
        aborted=1,
    )
    assert counters.active == 4


def test_nothing_is_active_at_first() -> None:
    assert Counters().active == 0
