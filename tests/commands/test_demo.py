"""The command demo."""

from pathlib import Path

import pytest

from tftptui.commands.demo import DemoOptions, demo
from tftptui.demo.scenario.files import shipped_scenarios

BROKEN = """
title = "Broken"
about = "Expects what can't come"
[clients.pc]
kind = "curl"
at = "4.22"
file = "hello.txt"
[[steps]]
caption = "Look"
start = ["pc"]
expect.pc = "abandoned"
"""

Captured = pytest.CaptureFixture[str]


def test_the_list_names_every_scenario(capsys: Captured) -> None:
    assert demo(list_=True) == 0
    said = capsys.readouterr().out
    assert [line.split()[0] for line in said.splitlines()] == [*shipped_scenarios()]


@pytest.mark.net
def test_a_check_that_goes_well_ends_with_0(capsys: Captured) -> None:
    assert demo("two-tids", check=True) == 0
    assert capsys.readouterr().out.split()[:2] == ["ok", "two-tids"]


@pytest.mark.net
def test_a_check_that_does_not_ends_with_1(tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "broken.toml"
    file.write_text(BROKEN)
    assert demo(options=DemoOptions(scenario=file), check=True) == 1
    said = capsys.readouterr().out
    assert said.split()[:2] == ["FAILED", "broken"]
    assert "pc: completed, not abandoned" in said


@pytest.mark.net
def test_a_scenario_is_told_in_words(capsys: Captured) -> None:
    assert demo("missing-file", options=DemoOptions(speed=100.0)) == 0
    said = capsys.readouterr().out
    assert "1/3 The DHCP server names BOOT/PXELINUX.0" in said
    assert "Intel boot ROM at 127." in said


@pytest.mark.parametrize("check", [True, False])
def test_an_unknown_name_is_told(capsys: Captured, *, check: bool) -> None:
    assert demo("tow-tids", check=check) == 2
    said = capsys.readouterr().err
    assert "unknown scenario 'tow-tids'" in said
    assert "did you mean two-tids?" in said


def test_a_name_is_known_in_any_case(capsys: Captured) -> None:
    assert demo("Missing-File", options=DemoOptions(speed=100.0)) == 0
    assert "1/3" in capsys.readouterr().out


def test_unknown_keys_are_told(tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "slip.toml"
    file.write_text(BROKEN.replace("caption", "capiton"))
    assert demo(options=DemoOptions(scenario=file), check=True) == 2
    assert "capiton" in capsys.readouterr().err


@pytest.mark.parametrize(
    "options",
    [
        DemoOptions(speed=0.0),
        DemoOptions(speed=1_000.0),
        DemoOptions(scenario=Path("x")),
    ],
)
def test_what_makes_no_sense_is_told(options: DemoOptions, capsys: Captured) -> None:
    assert demo("two-tids", options=options, check=True) == 2
    assert capsys.readouterr().err.startswith("tftptui: ")
