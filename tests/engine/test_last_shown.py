"""A port that worked before a rule was added does not count as working."""

from typing import Any

from tests.support.facts import CURL, NOON, completed, tried
from tests.support.seen import Seen
from tftptui.telemetry.findings import LIKELY


def in_vain(seen: Seen, number: int, tid: int) -> None:
    """Have a program retry from a port, without receiving the replies."""
    at = seen.clock.wall() - NOON
    view = tried(number, at, client_tid=tid, timeouts=0, retransmits=0, **CURL)
    seen.begin(view)
    view.requests, view.timeouts, view.retransmits = 2, 3, 3
    view.asked_at = (*view.asked_at, NOON + at + 7.0)
    seen.look(8.0)
    seen.look(1.0)


def works(seen: Seen, number: int, tid: int) -> None:
    at = seen.clock.wall() - NOON
    given: dict[str, Any] = {**CURL, "client_tid": tid, "phase": "sending"}
    seen.begin(completed(number, at, ended=0.0, **given))
    seen.look(1.0)
    view = seen.views[number]
    view.phase, view.ended = "completed", seen.clock.wall()
    seen.end(view)
    seen.look(1.0)


def test_low_ports_that_worked_before_are_blocked_all_the_same() -> None:
    seen = Seen()
    works(seen, 1, 2_070)
    in_vain(seen, 2, 2_070)
    seen.clock.advance(20.0)
    in_vain(seen, 3, 2_071)
    (found,) = seen.standing()
    assert (found.code, found.transfers) == ("answers-blocked", [2, 3])
    works(seen, 4, 49_200)
    (found,) = seen.standing()
    assert (found.code, found.confidence) == ("client-port-blocked", LIKELY)
