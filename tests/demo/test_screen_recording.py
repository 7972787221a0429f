"""Recording the program's own screen."""

import json
from pathlib import Path

import pytest

from tftptui import __version__
from tftptui.demo.screen_recording import RecordingError, parse_size, record


def test_a_recording_is_an_asciinema_cast(tmp_path: Path) -> None:
    target = tmp_path / "x.cast"
    seconds = record(["--version"], target, (80, 24), "two-tids")
    header, *events = [json.loads(line) for line in target.read_text().splitlines()]
    assert (header["version"], header["width"], header["height"]) == (2, 80, 24)
    assert header["title"] == "tftptui demo two-tids"
    assert __version__ in "".join(text for _, _, text in events)
    assert [kind for _, kind, _ in events] == ["o"] * len(events)
    times = [time for time, _, _ in events]
    assert times == sorted(times)
    assert times[-1] == round(seconds, 6)


def test_it_sees_a_terminal_of_the_size_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    target = tmp_path / "x.cast"
    record(["demo", "--help"], target, (60, 24), "x")
    text = "".join(json.loads(line)[2] for line in target.read_text().splitlines()[1:])
    wrapped = text.partition("Examples:")[0].splitlines()
    assert 50 < max(len(line) for line in wrapped) <= 60


def test_a_file_that_cant_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="No such file"):
        record(["--version"], tmp_path / "none" / "x.cast", (80, 24), "x")


@pytest.mark.parametrize(("text", "size"), [("140x40", (140, 40)), ("80×24", (80, 24))])
def test_a_size_is_read(text: str, size: tuple[int, int]) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "80", "80x", "big", "8x2", "80x24x1"])
def test_what_is_no_size_is_told(text: str) -> None:
    with pytest.raises(RecordingError, match="140x40"):
        parse_size(text)
