"""Modules not needed by the first frame are imported soon after."""

import ast
import subprocess
import sys
from pathlib import Path

from tftptui.resources import packaged_folder
from tftptui.ui.deferred_imports import AFTERWARDS
from tftptui.ui.themes import read_theme

HERE = Path(__file__).parents[2]
UI = HERE / "tftptui" / "ui"


def inner_imports(source: str) -> set[str]:
    """Return the modules that are imported within functions."""
    inner: set[str] = set()
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.ImportFrom) and node.module:
                    inner.add(node.module)
    return inner


def test_what_a_key_imports_was_imported_long_before() -> None:
    inner = set().union(*(inner_imports(file.read_text()) for file in UI.rglob("*.py")))
    assert inner <= set(AFTERWARDS)


def test_no_key_of_a_screen_left_alone_imports_anything_of_ours() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "tests.ui.settled_main"],
        cwd=HERE,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == ""


def test_a_theme_is_called_like_its_file() -> None:
    for file in packaged_folder("themes").glob("*.toml"):
        assert read_theme(file).name == file.stem
