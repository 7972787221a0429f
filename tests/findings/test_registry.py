"""Each code is declared once, raised by a rule, and documented."""

import inspect
import re
from collections import Counter
from pathlib import Path

import pytest

from tests.support.finding_kinds import DECLARED
from tftptui.findings.boot.rules import BEFORE_REQUEST
from tftptui.findings.codes import Code
from tftptui.findings.kind import Kind
from tftptui.findings.registry import NOTES, OF_SERVER, TROUBLE

APART = {Code.REQUESTS_NOT_ARRIVING, Code.WRONG_MACHINE}
"""Not found by rules over facts: engine/blocked_requests.py, fetched_programs.py."""

DIAGNOSIS = Path(__file__).parents[2] / "docs/diagnosis.md"


def test_each_code_is_declared_exactly_once() -> None:
    assert Counter(kind.code for kind in DECLARED) == Counter(Code)


def test_the_registry_has_a_rule_from_the_file_of_each_finding() -> None:
    rules = (*TROUBLE, *NOTES, *OF_SERVER.values())
    files = {inspect.getmodule(rule) for rule in rules}
    listed = {
        kind for file in files for kind in vars(file).values() if kind in DECLARED
    }
    before = {kind.code for kind in DECLARED if kind in _before_request()}
    assert {kind.code for kind in listed} == set(Code) - APART - before


def _before_request() -> set[Kind]:
    """Return the kinds found by rules about the wire; see findings/boot/rules.py."""
    files = {inspect.getmodule(rule) for rule in BEFORE_REQUEST}
    return {kind for file in files for kind in vars(file).values() if kind in DECLARED}


def test_no_rule_stands_in_the_registry_twice() -> None:
    rules = (*TROUBLE, *NOTES, *OF_SERVER.values())
    assert len(set(rules)) == len(rules)


def test_the_tables_of_the_docs_have_each_code_once_and_no_other() -> None:
    rows = re.findall(
        r"^\| `([a-z][a-z-]+)` \|", DIAGNOSIS.read_text("utf-8"), re.MULTILINE
    )
    assert sorted(rows) == sorted(Code)


REPLIES = [kind for kind in DECLARED if kind.broken == ("answer",)]


@pytest.mark.parametrize("kind", REPLIES, ids=lambda kind: str(kind.code))
def test_another_range_is_a_cure_only_where_rules_name_the_servers_ports(
    kind: Kind,
) -> None:
    verdict, _ = kind.helps["port-range"]
    cures = {Code.RANGE_MISMATCH, Code.SERVER_OUTPUT_BLOCKED}
    assert (verdict != "no") is (kind.code in cures)
