"""The command ``wire``, as it is typed."""

import subprocess
import sys

import pytest

from tests.support.serve import environment
from tftptui.commands.usage_error import UsageError
from tftptui.commands.wire import ALL_KINDS, parse_kinds
from tftptui.wire.questions import Arch


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tftptui", "wire", *words],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_kinds_are_read_in_their_order_each_once() -> None:
    assert parse_kinds("x64, bios,x64") == [Arch.X64, Arch.BIOS]
    assert parse_kinds(ALL_KINDS) == list(Arch)


@pytest.mark.parametrize("text", ["", ",", "amd64", "x64,7"])
def test_kinds_that_are_none_are_told_with_those_that_are(text: str) -> None:
    with pytest.raises(UsageError, match="bios, x64, arm64, http, plain"):
        parse_kinds(text)


def test_an_interface_that_is_none_ends_with_1_and_what_there_is() -> None:
    done = run("nowhere7")
    assert (done.returncode, done.stdout) == (1, "")
    assert "nowhere7 is no interface of this machine" in done.stderr


def test_a_wrong_kind_ends_with_2_before_anything_is_asked() -> None:
    done = run("nowhere7", "--ask", "--arch", "amd64")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--arch amd64: kinds are bios" in done.stderr
