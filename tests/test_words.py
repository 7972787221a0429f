"""The product uses plain English: short sentences, and one word for one thing."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]

BANNED = re.compile(
    r"\bin vain\b|of its own accord|the way (to|from|back)|broke \S+ off|\bis let\b"
    r"|lets? .* through|may not (put|use|read|write|enter)|lies outside|\bno RFC\b"
    r"|no longer so|needs a right|hangs on|takes no uploads|makes no sense"
    r"|which is not here|had come past|asked for, not here|\bwhoever\b|\blikewise\b"
)
"""Archaic grammar, and words for which the field has a better term."""

SPELLINGS = re.compile(
    r"\boctets\b(?! =)|\bfilenames?\b|\bdirectory\b|\btime-outs?\b|\bbootloader"
    r"|\blockstep\b|\bsen[dt]s? again\b|\bcolour|\bbehaviour|\blabelled\b|\brecognise"
    r"|\bneighbour|\bsubnet|\bclient gone\b|\bforeign\b|\breadonly\b|\bcancelled\b"
)
"""Unused names of things with several: bytes, file name, resent."""

CLAUSE = re.compile(r"(?<=[.:;?!])\s+|\n")

LONGEST = 20
"""Limit of words in a clause that is understood at the first reading."""


ODD = re.compile(
    r"\bwhoever\b|\banew\b(?!\")|\blikewise\b|\bmakes?\s+no\s+sense\b|\bthereof\b"
    r"|\b(asked|sent|asks|waited|tries)\s+in\s+vain\b|\bof its own accord\b",
    re.IGNORECASE,
)
"""Words that comments and docstrings must not use either."""


@cache
def texts() -> tuple[tuple[str, str], ...]:
    """Return the texts in the code, with their places, without docstrings.

    Names and keys have no space; … stands for interpolated values.
    """
    return tuple(_texts())


def _texts() -> Iterator[tuple[str, str]]:
    for path in (REPOSITORY / "tftptui").rglob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text())))
        parts = {
            id(part)
            for node in nodes
            if isinstance(node, ast.Expr | ast.JoinedStr)
            for part in ast.iter_child_nodes(node)
        }
        for node in nodes:
            text = "" if id(node) in parts else _text(node)
            if isinstance(node, ast.expr) and " " in text:
                yield f"{path.relative_to(REPOSITORY)}:{node.lineno}", text


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) or "…" for part in node.values)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return ""


def test_nothing_that_a_person_reads_has_to_be_read_twice() -> None:
    found = [f"{where}: {text}" for where, text in texts() if BANNED.search(text)]
    assert not found, "\n".join(found)


def test_a_thing_has_one_name_and_one_spelling() -> None:
    found = [f"{where}: {text}" for where, text in texts() if SPELLINGS.search(text)]
    assert not found, "\n".join(found)


def test_comments_and_docstrings_are_as_plain() -> None:
    sources = {
        path: path.read_text() for path in (REPOSITORY / "tftptui").rglob("*.py")
    }
    found = [
        f"{path}: {odd[0]}" for path in sources for odd in ODD.finditer(sources[path])
    ]
    assert not found, "\n".join(found)


def test_sentences_are_short() -> None:
    found = [
        f"{where}: {clause}"
        for where, text in texts()
        for clause in CLAUSE.split(text)
        if len(clause.split()) > LONGEST
    ]
    assert not found, "\n".join(found)
