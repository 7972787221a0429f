"""Timed callbacks."""

import pytest

from tests.support.clock import FakeClock
from tftptui.demo.simulation.event_queue import Agenda


def test_equal_moments_keep_their_order() -> None:
    clock, done = FakeClock(), list[int]()
    agenda = Agenda(clock.now)
    for number in range(20):
        agenda.call_at(1.0, lambda number=number: done.append(number))  # type: ignore[misc]
    clock.advance(1.0)
    agenda.run()
    assert done == list(range(20))


def test_nothing_happens_before_its_time() -> None:
    clock, done = FakeClock(), list[str]()
    agenda = Agenda(clock.now)
    agenda.call_at(2.0, lambda: done.append("late"))
    agenda.call_at(1.0, lambda: done.append("early"))
    agenda.run()
    assert done == []
    clock.advance(1.5)
    agenda.run()
    assert (done, agenda.next) == (["early"], 2.0)


def test_what_comes_up_meanwhile_is_done_too() -> None:
    clock, done = FakeClock(5.0), list[str]()
    agenda = Agenda(clock.now)
    agenda.call_at(1.0, lambda: agenda.call_at(1.0, lambda: done.append("second")))
    agenda.run()
    assert done == ["second"]


def test_one_that_fails_keeps_no_other_from_its_turn() -> None:
    clock, done, woken = FakeClock(5.0), list[str](), list[float]()
    agenda = Agenda(clock.now, woken.append)
    agenda.call_at(1.0, lambda: done.remove("none"))
    agenda.call_at(2.0, lambda: done.append("next"))
    with pytest.raises(ValueError, match="not in list"):
        agenda.run()
    assert woken[-1] == 2.0
    agenda.run()
    assert done == ["next"]


def test_it_asks_to_be_woken_for_what_is_due_first() -> None:
    clock, woken = FakeClock(), list[float]()
    agenda = Agenda(clock.now, woken.append)
    for when in (3.0, 5.0, 2.0):
        agenda.call_at(when, lambda: None)
    assert woken == [3.0, 2.0]
    clock.advance(2.0)
    agenda.run()
    assert woken == [3.0, 2.0, 3.0]
