"""Scenario files: read, and what is wrong with them told before the show."""

from pathlib import Path

import pytest

from tftptui.demo.scenarios import (
    ScenarioError,
    parse_scenario,
    read_scenario,
    shipped_scenarios,
)

GOOD = """
title = "A title"
about = "What for"
[clients.pc]
kind = "curl"
at = "4.22"
file = "x"
[[steps]]
caption = "Look"
start = ["pc"]
"""

WANTED = {
    "two-tids",
    "pxe-2072",
    "only-69",
    "helper",
    "lost-ack",
    "lost-data",
    "sorcerer",
    "window",
    "mtu",
    "exhausted",
    "nat",
    "missing-file",
    "boot-storm",
    "upload",
}


def test_a_scenario_is_read() -> None:
    scenario = parse_scenario(GOOD)
    assert (scenario.title, len(scenario.steps)) == ("A title", 1)
    assert scenario.clients["pc"].kind == "curl"


def test_the_shipped_ones_are_there_and_sound() -> None:
    shipped = {name: read_scenario(path) for name, path in shipped_scenarios().items()}
    assert shipped.keys() >= WANTED


def test_every_shipped_step_expects_something() -> None:
    for path in shipped_scenarios().values():
        for step in read_scenario(path).steps:
            assert step.expect


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('title = "A title"\n', "", "title"),
        ('at = "4.22"', 'at = "4.22"\ncolour = "red"', "colour"),
        ('caption = "Look"', 'caption = "Look"\nfirewal = {}', "firewal"),
        ('kind = "curl"', 'kind = "crul"', "'crul' is no kind of client.*busybox"),
        ('at = "4.22"', 'at = "127.0.4.22"', "write it like 4.37"),
        ('start = ["pc"]', 'start = ["mac"]', "step 1.*no client 'mac'.*pc"),
        ('start = ["pc"]', 'expect.mac = "completed"', "no client 'mac'"),
        ('start = ["pc"]', 'server.colour = "red"', "no setting 'colour'.*write"),
        ('start = ["pc"]', 'server.ports = "9-8"', "backwards"),
        ('start = ["pc"]', 'firewall.rules = ["allow"]', "step 1.*accept, drop"),
        ('start = ["pc"]', "network.loss = 2.0", "step 1.*no share"),
        ('start = ["pc"]', 'network.faults = ["eat"]', "step 1.*no fault"),
        ('start = ["pc"]', 'until = "dawn"', "until"),
        ("[[steps]]", "[[steps", "scenario: "),
        ('start = ["pc"]', 'expect.pc = "complete"', "'complete'.*completed"),
    ],
)
def test_what_is_wrong_is_told(before: str, after: str, said: str) -> None:
    assert before in GOOD
    with pytest.raises(ScenarioError, match=f"(?s){said}"):
        parse_scenario(GOOD.replace(before, after))


def test_a_scenario_without_steps_is_none() -> None:
    text = GOOD.partition("[[steps]]")[0]
    with pytest.raises(ScenarioError):
        parse_scenario(text)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="can't be read: No such file"):
        read_scenario(tmp_path / "none.toml")
    (tmp_path / "image.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ScenarioError, match="UTF-8"):
        read_scenario(tmp_path / "image.toml")
