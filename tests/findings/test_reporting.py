"""Which reported alarms are still open."""

import pytest

from tests.support.clock import FakeClock
from tftptui.findings.causes import Affected
from tftptui.findings.draft import Draft
from tftptui.findings.path import answers_blocked
from tftptui.findings.reporting import STANDS, Reporter
from tftptui.telemetry.events import Event

WHOSE = Affected(["10.0.0.7"], ["pxelinux.0"])


def draft(headline: str = "So.", *, is_alarm: bool = True) -> Draft:
    return Draft(
        kind=answers_blocked.KIND,
        headline=headline,
        confidence=1.0,
        stands_at="between",
        is_alarm=is_alarm,
    )


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def reporter(clock: FakeClock) -> Reporter:
    events: list[Event] = []
    return Reporter(clock.now, clock.wall, events.append)


def test_an_alarm_is_open_until_it_is_withdrawn(reporter: Reporter) -> None:
    told = reporter.alarm(draft(), WHOSE)
    assert told is not None
    reporter.note(draft(is_alarm=False), WHOSE)
    before = reporter.open_alarms
    reporter.withdraw(told, "the client was served")
    assert (before, reporter.open_alarms, reporter.alarms) == (1, 0, 1)


def test_an_alarm_without_news_for_an_hour_is_not_known_to_stand(
    reporter: Reporter, clock: FakeClock
) -> None:
    told = reporter.alarm(draft(), WHOSE)
    assert told is not None
    clock.advance(STANDS - 1.0)
    reporter.revise(told, draft("So again."), WHOSE)
    clock.advance(STANDS - 1.0)
    kept = reporter.open_alarms
    clock.advance(1.0)
    assert (kept, reporter.open_alarms) == (1, 0)


def test_what_turns_out_to_be_no_trouble_is_not_open(reporter: Reporter) -> None:
    told = reporter.alarm(draft(), WHOSE)
    assert told is not None
    reporter.revise(told, draft(is_alarm=False), WHOSE)
    assert reporter.open_alarms == 0
