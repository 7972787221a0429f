"""The product speaks plain English: what a person reads has none of these phrases."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]

BANNED = re.compile(
    r"\bin vain\b|of its own accord|the way (to|from|back)|broke \S+ off|\bis let\b"
    r"|lets? .* through|may not (put|use|read|write|enter)|lies outside|\bno RFC\b"
    r"|no longer so|needs a right|hangs on|takes no uploads"
    r"|which is not here|had come past|asked for, not here"
)
"""Archaic grammar, and other words for what the field has a name for."""


def texts() -> Iterator[tuple[str, str]]:
    """Yield what the code says, with where; docstrings are not it."""
    for path in (REPOSITORY / "tftptui").rglob("*.py"):
        tree = ast.parse(path.read_text())
        docstrings = {
            id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Constant) or id(node) in docstrings:
                continue
            if isinstance(node.value, str):
                yield f"{path.relative_to(REPOSITORY)}:{node.lineno}", node.value


def test_nothing_that_a_person_reads_has_to_be_read_twice() -> None:
    found = [f"{where}: {text}" for where, text in texts() if BANNED.search(text)]
    assert not found, "\n".join(found)
