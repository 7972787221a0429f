"""The benchmarks, as far as they can be tried without measuring anything."""

import subprocess
import sys
from pathlib import Path

import pytest

THROUGHPUT = Path(__file__).parent.parent / "benchmarks" / "throughput.py"

COMPARE = """
CASES = {"512w1-1c": (), "1428w16-1c": ()}
SERVERS = {"hpa": (), "atftpd": ()}
if __name__ == "__main__":
    raise SystemExit("it measures")
"""


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


def test_where_there_is_no_comparison_it_is_asked_for(tmp_path: Path) -> None:
    done = run("--bench", str(tmp_path))
    assert f"no compare.py in {tmp_path}; say where it is with --bench" in done.stdout
    assert done.returncode == 2
