"""The mutation run: its mutants, and that a failing test kills one."""

import importlib
from pathlib import Path

import pytest

tool = importlib.import_module("tools.mutation_run")

SOURCE = "def near(a, b):\n    return a < b and not a == 3\n"
CHECKS = "from code_under_test import near\n\ndef test_near():\n    assert {}\n"


def mutants(source: str) -> set[str]:
    number = range(len(list(tool.places(tool.ast.parse(source)))))
    return {tool.mutant(source, one)[2] for one in number}


def test_comparisons_conditions_and_constants_are_changed() -> None:
    assert mutants(SOURCE) == {
        "a < b and (not a == 3) → a < b or not a == 3",
        "a < b → a <= b",
        "not a == 3 → a == 3",
        "a == 3 → a != 3",
        "3 → 4",
    }


def test_a_returned_call_becomes_none() -> None:
    assert mutants("def f():\n    return g()\n") == {"g() → None"}


@pytest.mark.parametrize(
    ("check", "verdict"), [("near(1, 2)", "survived"), ("not near(2, 2)", "killed")]
)
def test_a_mutant_is_killed_by_the_test_that_notices(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, check: str, verdict: str
) -> None:
    # Loading all plugins takes longer than everything else.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p xdist")
    changed = SOURCE.replace("<", "<=")
    (tmp_path / "code_under_test.py").write_text(changed, encoding="utf-8")
    (tmp_path / "test_near.py").write_text(CHECKS.format(check), encoding="utf-8")
    assert tool.judged(tmp_path, ("test_near.py",), 60) == verdict


def test_every_target_and_its_tests_are_there() -> None:
    for target, tests in tool.TESTS.items():
        assert all((tool.CHECKOUT / place).exists() for place in (target, *tests))
