"""Each benchmark in its shortest form: it still runs; its results don't matter."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent
BENCHMARKS = CHECKOUT / "benchmarks"
THROUGHPUT = BENCHMARKS / "throughput.py"

SHORTEST: dict[str, list[str]] = {
    "analyze.py": ["--octets", "1e5"],
    "flood.py": ["--rate", "100", "--seconds", "0.3"],
    "flood_memory.py": ["1000"],
    "healthy.py": ["--transfers", "10"],
    "in_terminal.py": ["true"],
    "key_latency.py": ["2000", "1"],
    "many_files.py": ["--short"],
    "packet_log.py": ["5000"],
    "start.py": ["--runs", "1", "--", "--port", "0"],
    "work.py": [],
}
"""The options with which a script runs shortest."""

FOUND = {
    "key_latency.py": ["unanswered 0"],
    "start.py": ["panes ", "serves ", "CPU "],
}
"""What a script prints if the screen showed the texts that it waits for."""

WITH_LOAD = ["costs.py", "throughput.py", "watching.py"]
"""These need the load generator of --bench, which is not part of this repository."""

IN_NAMESPACES = "diagnosis.py"

COMPARE = """
CASES = {"512w1-1c": (), "1428w16-1c": ()}
SERVERS = {"hpa": (), "atftpd": ()}
if __name__ == "__main__":
    raise SystemExit("it measures")
"""


def script(name: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a benchmark in the checkout."""
    return subprocess.run(
        [sys.executable, str(BENCHMARKS / name), *words],
        cwd=CHECKOUT,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.mark.net
@pytest.mark.parametrize("name", SHORTEST)
def test_each_runs_in_its_shortest_form(name: str) -> None:
    if name == "flood.py" and shutil.which("cc") is None:
        pytest.skip("the flood is a C program, and there is no cc")
    done = script(name, *SHORTEST[name])
    assert done.returncode == 0, done.stderr
    for text in FOUND.get(name, ()):
        assert text in done.stdout, done.stdout


@pytest.mark.netns
@pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root")
def test_so_does_the_one_that_plays_cases_in_namespaces() -> None:
    done = script(IN_NAMESPACES, "--cases", "1", "--boots", "1", "--loss", "0")
    assert done.returncode == 0, done.stderr
    assert "1 of 1 acts right" in done.stdout


@pytest.mark.parametrize("name", WITH_LOAD)
def test_those_that_need_a_load_generator_ask_for_it(name: str, tmp_path: Path) -> None:
    done = script(name, "--bench", str(tmp_path))
    assert "say where it is with --bench DIR" in done.stdout
    assert done.returncode == 2


def test_no_script_is_left_out() -> None:
    scripts = {
        place.name
        for place in BENCHMARKS.glob("*.py")
        if "__main__" in place.read_text(encoding="utf-8")
    }
    assert scripts == {*SHORTEST, *WITH_LOAD, IN_NAMESPACES}


@pytest.fixture
def bench(tmp_path: Path) -> Path:
    (tmp_path / "compare.py").write_text(COMPARE, encoding="utf-8")
    return tmp_path


def run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(THROUGHPUT), *words]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_case_that_is_none_is_named_with_those_that_are(bench: Path) -> None:
    done = run("--bench", str(bench), "--peers", "hpa", "--cases", "512w1-1c,WRONG")
    assert done.stdout == (
        "there is no case 'WRONG'; there are: 512w1-1c, 1428w16-1c\n"
    )
    assert (done.returncode, done.stderr) == (2, "")


def test_so_is_a_peer(bench: Path) -> None:
    done = run("--bench", str(bench), "--peers", "hpa,vsftpd")
    assert done.stdout == "there is no peer 'vsftpd'; there are: hpa, atftpd\n"
    assert (done.returncode, done.stderr) == (2, "")


@pytest.mark.parametrize("cases", ["", "512w1-1c", "512w1-1c,1428w16-1c"])
def test_what_is_there_is_measured(bench: Path, cases: str) -> None:
    done = run("--bench", str(bench), "--peers", "none", "--cases", cases)
    assert "it measures" in done.stderr
