"""Files and functions stay small enough to be read at once."""

import ast
from pathlib import Path

import pytest

import tftptui

CHECKOUT = Path(tftptui.__file__).parent.parent
FILES = sorted(
    path
    for folder in ("tftptui", "tests", "tools")
    for path in (CHECKOUT / folder).rglob("*.py")
)
LONGEST_FILE = 400
LONGEST_FUNCTION = 40
MOST_ARGUMENTS = 6

Function = ast.FunctionDef | ast.AsyncFunctionDef


def _functions(path: Path) -> list[Function]:
    tree = ast.parse(path.read_text())
    return [node for node in ast.walk(tree) if isinstance(node, Function)]


def _lines(function: Function) -> int:
    """Return the lines from def to the end, the docstring not counted."""
    last = function.end_lineno or function.lineno
    lines = last - function.lineno + 1
    match function.body[0]:
        case ast.Expr(value=ast.Constant(value=str())) as docstring:
            end = docstring.end_lineno or docstring.lineno
            return lines - (end - docstring.lineno + 1)
        case _:
            return lines


def _arguments(function: Function) -> int:
    of = function.args
    named = [*of.posonlyargs, *of.args, *of.kwonlyargs]
    return sum(argument.arg not in ("self", "cls") for argument in named)


def _name(path: Path) -> str:
    return str(path.relative_to(CHECKOUT))


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_file_is_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_functions_are_short(path: Path) -> None:
    lengths = {function.name: _lines(function) for function in _functions(path)}
    assert {n: lines for n, lines in lengths.items() if lines > LONGEST_FUNCTION} == {}


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_functions_take_few_arguments(path: Path) -> None:
    counts = {function.name: _arguments(function) for function in _functions(path)}
    assert {n: count for n, count in counts.items() if count > MOST_ARGUMENTS} == {}


def test_product_files_are_found() -> None:
    assert CHECKOUT / "tftptui" / "protocol" / "sender.py" in FILES


def test_a_function_is_measured_without_its_docstring() -> None:
    source = 'def f(self, a, *, b):\n    """One.\n\n    Two.\n    """\n    return a\n'
    function = ast.parse(source).body[0]
    assert isinstance(function, Function)
    assert (_lines(function), _arguments(function)) == (2, 2)
