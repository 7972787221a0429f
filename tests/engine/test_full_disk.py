"""A temporarily full disk: lost lines are counted, none stays torn."""

import contextlib
import json
import resource
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.clock import FakeClock
from tests.support.running import settings_for
from tftptui.engine.holders.inline import InlineEngine
from tftptui.engine.recording.journal import open_journal
from tftptui.engine.recording.journal_file import AGAIN
from tftptui.telemetry.events import Warned

WHY = "File too large"


def warned(message: str) -> Warned:
    return Warned(time=0.0, message=message)


@contextlib.contextmanager
def room_for(nbytes: int) -> Iterator[None]:
    """Limit the size of files of this process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (nbytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """Return the journal's path; captured output goes to no file meanwhile."""
    del capsys
    return tmp_path / "journal"


def told(place: Path) -> list[Any]:
    """Return the messages of the lines; for gaps, the number of lost lines."""
    lines = [json.loads(line) for line in place.read_text().splitlines()]
    return [line.get("message", line.get("lines")) for line in lines]


def test_lines_without_room_are_counted_until_there_is_room(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = FakeClock()
    with open_journal(str(place), clock.now) as journal:
        journal.record(warned("before"))
        with room_for(place.stat().st_size):
            journal.record(warned("lost"))
            clock.advance(AGAIN)
            journal.record(warned("lost as well"))
        clock.advance(AGAIN)
        journal.record(warned("after"))
    assert told(place) == ["before", 2, "after"]
    failed, recovered = capsys.readouterr().err.splitlines()
    assert failed.startswith(f"tftptui: cannot write the journal {place}: {WHY};")
    assert recovered.startswith(f"tftptui: the journal {place} is written again;")


def test_a_torn_line_is_completed(place: Path) -> None:
    clock = FakeClock()
    with open_journal(str(place), clock.now) as journal:
        journal.record(warned("before"))
        with room_for(place.stat().st_size + 20):
            journal.record(warned("torn"))
            journal.record(warned("lost"))
        clock.advance(AGAIN)
        journal.record(warned("after"))
    assert told(place) == ["before", "torn", 1, "after"]


def test_a_full_disk_is_tried_once_a_second(place: Path) -> None:
    clock = FakeClock()
    with open_journal(str(place), clock.now) as journal:
        with room_for(0):
            journal.record(warned("lost"))
        clock.advance(AGAIN / 2)
        journal.record(warned("not tried"))
        assert place.read_bytes() == b""
        clock.advance(AGAIN / 2)
        journal.record(warned("after"))
    assert told(place) == [2, "after"]


def test_a_line_that_is_torn_when_the_file_is_moved_is_whole_in_the_next(
    place: Path,
) -> None:
    with open_journal(str(place), FakeClock().now) as journal:
        with room_for(20):
            journal.record(warned("torn"))
            place.rename(place.with_suffix(".1"))
            journal.reopen()
        journal.record(warned("after"))
    assert told(place) == ["torn", "after"]


def test_what_was_lost_is_told_at_the_end_if_there_is_room(place: Path) -> None:
    with open_journal(str(place), FakeClock().now) as journal, room_for(0):
        journal.record(warned("lost"))
    assert told(place) == [1]


def test_a_torn_line_is_completed_at_the_end(place: Path) -> None:
    with open_journal(str(place), FakeClock().now) as journal, room_for(20):
        journal.record(warned("torn"))
    assert told(place) == ["torn"]


def test_lines_that_are_missing_at_the_end_are_said(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with room_for(0), open_journal(str(place), FakeClock().now) as journal:
        journal.record(warned("lost"))
    said = capsys.readouterr().err.splitlines()[-1]
    assert said == f"tftptui: the journal {place} lacks its last lines: 1"


def test_a_line_that_another_server_has_torn_is_ended_first(place: Path) -> None:
    place.write_text('{"t":"2026-11-26T12:00:00.0')
    with open_journal(str(place)) as journal:
        journal.record(warned("whole"))
    torn, whole = place.read_text().splitlines()
    assert torn == '{"t":"2026-11-26T12:00:00.0'
    assert json.loads(whole)["message"] == "whole"


async def test_the_operator_is_told_of_a_full_disk(tmp_path: Path, place: Path) -> None:
    engine = InlineEngine(settings_for(tmp_path, journal=str(place)))
    with room_for(0):
        await engine.start()
    try:
        (notice,) = engine.engine.service.notices
        assert notice.startswith(f"cannot write the journal {place}: {WHY};")
    finally:
        await engine.stop()
