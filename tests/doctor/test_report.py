"""The doctor's results as text."""

import json

import pytest

from tftptui.doctor.report import report_json, report_text
from tftptui.doctor.result import Result, bad, exit_status, ok, warn

ILL = [
    ok("bind", "fine"),
    warn("mtu", "not so fine " * 9, "type this"),
    bad("root", "bad", "one", "two"),
]


@pytest.mark.parametrize(
    ("results", "status", "summary"),
    [
        (ILL[:1], 0, "all good"),
        (ILL[:2], 1, "1 warning"),
        (ILL, 2, "1 bad, 1 warning"),
    ],
)
def test_summary(results: list[Result], status: int, summary: str) -> None:
    assert exit_status(results) == status
    assert report_text(results).splitlines()[-1] == summary


def test_what_to_type_stands_below_on_a_line_of_its_own() -> None:
    lines = report_text(ILL).splitlines()
    assert [line.strip() for line in lines if "$" in line] == [
        "$ type this",
        "$ one",
        "$ two",
    ]
    assert max(len(line) for line in lines) <= 78


def test_json() -> None:
    told = json.loads(report_json(ILL))
    assert told["status"] == 2
    assert [r["mark"] for r in told["results"]] == ["ok", "warn", "bad"]
    assert told["results"][2]["commands"] == ["one", "two"]
