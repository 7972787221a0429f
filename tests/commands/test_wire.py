"""The command ``wire``, as it is typed."""

import subprocess
import sys
from pathlib import Path

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
    assert "no interface nowhere7; there are: " in done.stderr


def test_a_wrong_kind_ends_with_2_before_anything_is_asked() -> None:
    done = run("nowhere7", "--ask", "--arch", "amd64")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--arch amd64: must be one or more of bios, x64" in done.stderr


def test_a_configuration_for_dnsmasq_needs_an_interface_that_is_there() -> None:
    done = run("nowhere7", "--dnsmasq", "full")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no interface nowhere7; there are: " in done.stderr


def test_the_configuration_names_the_files_of_the_root(tmp_path: Path) -> None:
    (tmp_path / "pxelinux.0").touch()
    done = run("lo", "--dnsmasq", "full", "--root", str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    assert "dhcp-boot=tag:bios,tag:!ipxe,pxelinux.0,,127.0.0.1" in done.stdout
