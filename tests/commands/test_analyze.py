"""``tftptui analyze --report``."""

import json
from pathlib import Path

import pytest

from tests.support.captured import boot, windows
from tftptui.cli import app
from tftptui.telemetry.records.export import save_packets
from tftptui.telemetry.records.ring import Kind


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    place = tmp_path / "two.pcapng"
    logs = (boot(), windows())
    logs[1].add(Kind.ERROR_RECEIVED, 60.0, "0 |late|", nbytes=12)
    records = [record for log in logs for record in log.records]
    transfers = {log.transfer.number: log.transfer for log in logs}
    save_packets(place, "pcapng", records, transfers)
    return place


def report(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert app(["analyze", *words], result_action="return_value") == 0
    return capsys.readouterr().out


def test_text_has_a_row_for_each_transfer(
    capture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = report(capsys, str(capture), "--report").splitlines()
    assert lines[0].startswith(f"{capture}: 26 packets in 60.000 s from 2023-11-14T")
    assert lines[2] == (
        "2 requests, 0 refused; 2 transfers: 2 completed; the servers resent 1 packet"
    )
    assert lines[4].split()[:5] == ["#", "client", "server", "file", "outcome"]
    assert lines[5].split() == [
        *("1", "10.0.4.37", "2072", "10.0.0.9", "40017", "pxelinux.0", "completed"),
        *("2,148", "1.006", "1", "1"),
    ]


def test_json_is_one_object(capture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(report(capsys, str(capture), "--report", "--format", "json"))
    assert told["packets"] == 26
    assert [one["retransmits"] for one in told["transfers"]] == [1, 0]
    assert [one["acked_octets"] for one in told["transfers"]] == [2_148, 4_708]
    assert told["counters"]["completed"] == 2
    assert told["counters"]["octets_sent"] > 2_148 + 4_708


def test_markdown_is_a_table(capture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = report(capsys, str(capture), "--format", "markdown")
    assert "\n## Transfers\n\n| # | client |" in told
    assert "| 10.0.4.37 2072 | 10.0.0.9 40017 | pxelinux.0 | completed |" in told


def test_broken_capture_is_named_first(
    capture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capture.write_bytes(capture.read_bytes()[:-5])
    told = report(capsys, str(capture), "--report").splitlines()
    assert told[1].startswith("! after packet 25: the file is truncated; ")


@pytest.mark.parametrize("content", [None, b"", b"just a text, and no more"])
def test_no_capture_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None
) -> None:
    place = tmp_path / "file"
    if content is not None:
        place.write_bytes(content)
    assert app(["analyze", str(place), "--report"], result_action="return_value") == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert str(place) in told.err.replace("\n", "")


def test_without_a_terminal_the_report_is_pointed_to(
    capture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app(["analyze", str(capture)], result_action="return_value") == 1
    assert "--report" in capsys.readouterr().err


def test_file_that_is_not_there_is_named_whatever_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "nofile"
    assert app(["analyze", str(place)], result_action="return_value") == 1
    told = capsys.readouterr().err
    assert told == f"tftptui: cannot read {place}: No such file or directory\n"


def test_what_was_retold_is_shown_as_it_ended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = blocked(tmp_path, "0 the server is shutting down")
    row = report(capsys, str(place), "--report").splitlines()[5]
    assert row.split()[6:9] == ["failed", "0", "20.000"]
    assert row.endswith("ERROR 0: the server is shutting down")


def test_what_is_not_over_lasts_till_the_capture_ends(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = report(capsys, str(blocked(tmp_path)), "--report").splitlines()[5]
    assert row.split()[6:9] == ["unfinished", "0", "9.000"]
    assert row.endswith("the capture ends first")


def blocked(folder: Path, error: str = "") -> Path:
    """Return a capture of a silent path, with an optional ERROR after 20 s."""
    place, log = folder / "blocked.pcapng", boot()
    del log.records[2:]
    for after in (1.0, 3.0, 9.0):
        log.add(Kind.RRQ, after, log.records[0][1], nbytes=40)
        log.add(Kind.OACK, after, log.records[1][1], nbytes=26, again=(2, 0))
    if error:
        log.add(Kind.ERROR, 20.0, error, nbytes=32)
    save_packets(place, "pcapng", log.records, {1: log.transfer})
    return place


def test_finding_says_what_to_type_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = blocked(tmp_path)
    text = report(capsys, str(place), "--report")
    assert "dropped after the capture point" in text
    assert "\n  fix: nftables: " in text
    assert "\n    nft 'insert rule " in text
    assert "\n  also for ufw, firewalld, " in text
    marked = report(capsys, str(place), "--format", "markdown")
    assert "\n  ```\n  nft 'insert rule " in marked
    assert marked.count("```") % 2 == 0
