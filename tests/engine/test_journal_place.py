"""The journal's destination."""

import json
import os
import stat
from pathlib import Path

import pytest

from tftptui.engine.client import EngineError
from tftptui.engine.recording.journal import open_journal
from tftptui.telemetry.events import Warned

EVENT = Warned(time=0.0, message="mind the gap")

OPEN = Path("/proc/self/fd")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "journal"


def test_a_file_gets_a_line_for_each_event(place: Path) -> None:
    with open_journal(str(place)) as journal:
        journal.record(EVENT)
        journal.record(EVENT)
    lines = [json.loads(line) for line in place.read_text().splitlines()]
    assert [line["message"] for line in lines] == ["mind the gap"] * 2


def test_a_line_is_in_the_file_at_once(place: Path) -> None:
    with open_journal(str(place)) as journal:
        journal.record(EVENT)
        assert place.read_bytes().endswith(b"}\n")


def test_an_older_journal_is_continued(place: Path) -> None:
    place.write_text("before\n")
    with open_journal(str(place)) as journal:
        journal.record(EVENT)
    first, second = place.read_text().splitlines()
    assert (first, json.loads(second)["event"]) == ("before", "warning")


def test_a_new_journal_is_not_for_everybody(place: Path) -> None:
    with open_journal(str(place)):
        assert stat.S_IMODE(place.stat().st_mode) & 0o007 == 0


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    place = tmp_path / "missing" / "journal"
    with pytest.raises(EngineError) as caught, open_journal(str(place)):
        pass
    assert str(caught.value) == (
        f"cannot write the journal {place}: there is no folder {place.parent}; "
        f"to create it: mkdir -p {place.parent}"
    )


def test_a_dash_is_standard_output(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    with open_journal("-") as journal:
        journal.record(EVENT)
    assert json.loads(capfdbinary.readouterr().out)["event"] == "warning"


def test_no_place_keeps_nothing(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    with open_journal(None) as journal:
        journal.record(EVENT)
    assert capfdbinary.readouterr() == (b"", b"")


def test_a_device_that_is_full_ends_the_journal_and_is_said_once(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with open_journal("/dev/full") as journal:
        journal.record(EVENT)
        journal.record(EVENT)
    assert capfd.readouterr().err == (
        "tftptui: the journal /dev/full ended: No space left on device\n"
    )


def test_a_file_that_was_moved_is_begun_anew(place: Path) -> None:
    moved = place.with_suffix(".1")
    with open_journal(str(place)) as journal:
        journal.record(EVENT)
        place.rename(moved)
        journal.record(EVENT)
        journal.reopen()
        journal.record(EVENT)
    assert (moved.read_bytes().count(b"\n"), place.read_bytes().count(b"\n")) == (2, 1)


def test_a_file_that_cannot_be_opened_anew_goes_on(
    place: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    moved = place.with_suffix(".1")
    with open_journal(str(place)) as journal:
        place.rename(moved)
        place.mkdir()
        journal.reopen()
        journal.record(EVENT)
    assert moved.read_bytes().count(b"\n") == 1
    assert capfd.readouterr().err == (
        f"tftptui: cannot write the journal {place}: Is a directory; "
        "continuing in the old file\n"
    )


def test_the_file_is_closed_at_the_end(place: Path) -> None:
    before = len(list(OPEN.iterdir()))
    with open_journal(str(place)):
        during = len(list(OPEN.iterdir()))
    assert (during, len(list(OPEN.iterdir()))) == (before + 1, before)


def test_the_file_is_not_handed_on_to_children(place: Path) -> None:
    with open_journal(str(place)):
        links = [link for link in OPEN.iterdir() if link.exists()]
        (ours,) = [link for link in links if link.samefile(place)]
        assert not os.get_inheritable(int(ours.name))
