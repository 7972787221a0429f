"""Change the code one place at a time and see whether the tests notice.

    python tools/mutation_run.py --sample 40 --minutes 20

A seed picks the places; each is changed in a copy of the tree and judged by the tests
that mirror its module. The table goes to ``benchmarks/results/mutation.txt``. It is a
script of its own and not cosmic-ray for that sampling, the limit in time, and a choice
of tests for each module: a cosmic-ray session has one test command for all.
"""

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).parent.parent
RESULT = CHECKOUT / "benchmarks" / "results" / "mutation.txt"
SERVER_TESTS = "tests/server/"
TESTS: dict[str, tuple[str, ...]] = {
    "tftptui/protocol": ("tests/protocol", "tests/rfc"),
    "tftptui/server/ports.py": (SERVER_TESTS + "test_ports.py",),
    "tftptui/server/root/path_resolution.py": (
        SERVER_TESTS + "root",
        "tests/engine/test_change_names.py",
    ),
    "tftptui/server/transfer/uploads.py": (
        SERVER_TESTS + "transfer",
        "tests/engine/test_full_disk.py",
    ),
    "tftptui/findings": ("tests/findings",),
}
"""What is changed, and the tests that have to notice."""

SWAPS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
Candidate = tuple[str, tuple[str, ...], int]
"""A module, its tests, and the number of the place."""
QUICK = "not 65535 and not wrap and not few_losses and not any_facts"
"""Left out: tests of several seconds each."""


def changed(node: ast.AST) -> ast.expr | None:  # noqa: PLR0911 - one a kind
    """Return what replaces this expression, or None where nothing is tried."""
    match node:
        case ast.Compare(left, [op, *ops], comparators):
            return ast.Compare(left, [SWAPS[type(op)](), *ops], comparators)
        case ast.BoolOp(op, values):
            other = ast.Or() if isinstance(op, ast.And) else ast.And()
            return ast.BoolOp(other, values)
        case ast.UnaryOp(ast.Not(), operand):
            return operand
        case ast.Constant(bool(value)):
            return ast.Constant(not value)
        case ast.Constant(int(value)):
            return ast.Constant(value + 1)
    return None


def places(tree: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, ast.expr]]:
    """Yield (parent, field, index in the field or None, replacement) of each mutant."""
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if isinstance(parent, ast.Return) and isinstance(value, ast.Call):
                yield parent, field, None, ast.Constant(None)
            several = isinstance(value, list)
            for at, node in enumerate(value if several else [value]):
                if isinstance(node, ast.AST) and (other := changed(node)) is not None:
                    yield parent, field, at if several else None, other


def mutant(source: str, number: int) -> tuple[str, int, str]:
    """Return (mutated source, line, "before → after") of one place."""
    tree = ast.parse(source)
    parent, field, at, other = list(places(tree))[number]
    value = getattr(parent, field)
    before = value if at is None else value[at]
    said = f"{ast.unparse(before)} → {ast.unparse(other)}"
    if at is None:
        setattr(parent, field, other)
    else:
        value[at] = other
    return ast.unparse(ast.fix_missing_locations(tree)), before.lineno, said


def judged(tree: Path, tests: tuple[str, ...], timeout: float) -> str:
    """Return "killed", "survived" or "timeout" for the tree as it is now."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n0", "-k", QUICK, *tests]
    environment = {
        **os.environ,
        "PYTHONPATH": str(tree),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    try:
        done = subprocess.run(
            command,
            cwd=tree,
            env=environment,
            capture_output=True,
            check=False,
            timeout=timeout,
        )
    except subprocess.TimeoutExpired:
        return "timeout"
    return "survived" if done.returncode == 0 else "killed"


def candidates(only: str) -> list[Candidate]:
    """Return (module, its tests, number of the place) of each mutant there is."""
    return [
        (str(path.relative_to(CHECKOUT)), tests, number)
        for target, tests in TESTS.items()
        for path in sorted((CHECKOUT / target).rglob("*.py")) or [CHECKOUT / target]
        if only in str(path.relative_to(CHECKOUT))
        for number, _ in enumerate(places(ast.parse(path.read_text())))
    ]


def run(tree: Path, chosen: list[Candidate], until: float, timeout: float) -> list[str]:
    """Return the table of the mutants of a copied tree; start none after UNTIL."""
    counts: dict[str, Counter[str]] = {}
    left: list[str] = []
    for tests in sorted({tests for _, tests, _ in chosen}):
        if (clean := judged(tree, tests, timeout)) != "survived":
            sys.exit(f"{' '.join(tests)}: {clean} without any change")
    for module, tests, number in chosen:
        if time.monotonic() > until:
            break
        source = (tree / module).read_text()
        text, line, said = mutant(source, number)
        (tree / module).write_text(text)
        verdict = judged(tree, tests, timeout)
        (tree / module).write_text(source)
        counts.setdefault(module, Counter())[verdict] += 1
        if verdict != "killed":
            left.append(f"{verdict}  {module}:{line}  {said}")
    tried = sum(count.total() for count in counts.values())
    table = [f"{tried} mutants tried", f"{'module':48} killed timeout survived"]
    for module, count in sorted(counts.items()):
        row = f"{count['killed']:6} {count['timeout']:7} {count['survived']:8}"
        table.append(f"{module:48} {row}")
    return [*table, "", *sorted(left)]


def main() -> None:
    """Write the table and print it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sample", type=int, default=40, help="mutants at most")
    parser.add_argument("--minutes", type=float, default=20, help="start none later")
    parser.add_argument("--timeout", type=float, default=120, help="seconds a mutant")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="modules whose path contains this")
    parser.add_argument("--output", type=Path, default=RESULT)
    given = parser.parse_args()
    until = time.monotonic() + given.minutes * 60
    every = candidates(given.only)
    random.Random(given.seed).shuffle(every)  # noqa: S311 - a sample, no secret
    with tempfile.TemporaryDirectory() as name:
        tree = Path(name) / "tree"
        shutil.copytree(CHECKOUT, tree, ignore=shutil.ignore_patterns(".*", "dist"))
        table = run(tree, every[: given.sample], until, given.timeout)
    head = f"seed {given.seed}, {len(every)} places: "
    given.output.write_text("\n".join([head + table[0], *table[1:]]) + "\n")
    print(given.output.read_text(), end="")


if __name__ == "__main__":
    main()
