"""What of the alarms told is open still."""

import pytest

from tests.support.clock import FakeClock
from tftptui.findings.causes import Touched
from tftptui.findings.draft import Draft
from tftptui.findings.reporting import STANDS, Teller
from tftptui.telemetry.events import Event

WHOSE = Touched(["10.0.0.7"], ["pxelinux.0"])


def draft(headline: str = "So.", *, is_alarm: bool = True) -> Draft:
    return Draft(
        code="answers-blocked",
        headline=headline,
        confidence=1.0,
        stands_at="between",
        is_alarm=is_alarm,
    )


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def teller(clock: FakeClock) -> Teller:
    events: list[Event] = []
    return Teller(clock.now, clock.wall, events.append)


def test_an_alarm_is_open_until_it_is_withdrawn(teller: Teller) -> None:
    told = teller.trouble(draft(), WHOSE)
    assert told is not None
    teller.note(draft(is_alarm=False), WHOSE)
    before = teller.open_alarms
    teller.withdraw(told, "the client was served")
    assert (before, teller.open_alarms, teller.alarms) == (1, 0, 1)


def test_an_alarm_without_news_for_an_hour_is_not_known_to_stand(
    teller: Teller, clock: FakeClock
) -> None:
    told = teller.trouble(draft(), WHOSE)
    assert told is not None
    clock.advance(STANDS - 1.0)
    teller.revise(told, draft("So again."), WHOSE)
    clock.advance(STANDS - 1.0)
    kept = teller.open_alarms
    clock.advance(1.0)
    assert (kept, teller.open_alarms) == (1, 0)


def test_what_turns_out_to_be_no_trouble_is_not_open(teller: Teller) -> None:
    told = teller.trouble(draft(), WHOSE)
    assert told is not None
    teller.revise(told, draft(is_alarm=False), WHOSE)
    assert teller.open_alarms == 0
