"""Messages about findings, and their order."""

import pytest
from msgspec.structs import replace

from tests.support.pictures import NOW, frame
from tests.support.why_scene import finding, founding_case
from tftptui.telemetry.findings import Finding
from tftptui.ui.bars.alarms import RECENT, TURNED, alarm_messages
from tftptui.ui.store import Store

MISSING = finding(
    number=2, code="file-missing", broken=[], headline="10.0.4.9 asks for x.cfg"
)


def told(*findings: Finding, now: float = NOW) -> list[str]:
    first, _ = founding_case()
    store = Store()
    store.fold(replace(first, findings=list(findings)))
    return [one.whole for one in alarm_messages(store, now)]


def test_packets_that_do_not_arrive_come_before_a_missing_name() -> None:
    _, second = founding_case()
    blocked = replace(second.findings[0], broken=["answer"])
    first, then = told(blocked, MISSING)
    assert "2070–2072" in first
    assert "x.cfg" in then


def test_one_that_goes_on_is_told_as_long_as_it_does() -> None:
    first, second = founding_case()
    old = replace(second.findings[0], found=NOW - RECENT - 1)
    assert told(old)
    store = Store()
    ended = [replace(one, phase="abandoned") for one in first.transfers]
    store.fold(frame(*ended, findings=[old]))
    assert not [*alarm_messages(store, NOW)]


@pytest.mark.parametrize("width", [130, 70, 50])
def test_what_is_withdrawn_names_the_file_and_is_not_cut(width: int) -> None:
    _, second = founding_case()
    why = "the client got the file later, on its port 44669"
    gone = replace(second.findings[0], withdrawn=why, turned=NOW)
    store = Store()
    store.fold(frame(findings=[gone]))
    (message,) = alarm_messages(store, NOW)
    line = message.say(width)
    assert len(line) <= width
    if width > 50:
        assert "10.0.4.37 got pxelinux.0 later, on its port 44669" in line
    assert not [*alarm_messages(store, NOW + TURNED + 1)]


def test_new_evidence_is_said_to_be_new_for_a_while() -> None:
    other = replace(MISSING, revises="loss", turned=NOW)
    assert told(other) == ["⚠ new evidence: 10.0.4.9 asks for x.cfg"]
    assert told(other, now=NOW + TURNED + 1) == ["⚠ 10.0.4.9 asks for x.cfg"]
