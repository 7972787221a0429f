"""Scenario files: parsed, and their errors reported before the start."""

import re
from pathlib import Path

import pytest

from tftptui.demo.scenario.files import (
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
    "cable",
    "two-dhcp",
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
            assert step.expect or step.expect_server.findings


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('title = "A title"\n', "", "title"),
        ('at = "4.22"', 'at = "4.22"\ncolour = "red"', "colour"),
        ('caption = "Look"', 'caption = "Look"\nfirewal = {}', "firewal"),
        ('kind = "curl"', 'kind = "crul"', "unknown kind of client 'crul'.*busybox"),
        ('at = "4.22"', 'at = "127.0.4.22"', "write it like 4.37"),
        ('start = ["pc"]', 'start = ["mac"]', "step 1.*unknown client 'mac'.*pc"),
        ('start = ["pc"]', 'expect.mac = "completed"', "unknown client 'mac'"),
        ('start = ["pc"]', 'server.colour = "red"', "unknown setting 'colour'.*write"),
        ('start = ["pc"]', 'server.ports = "9-8"', "first port is above the last"),
        ('start = ["pc"]', 'server.quarantine = "x"', "quarantine 'x'.*a number"),
        ('start = ["pc"]', 'firewall.rules = ["allow"]', "step 1.*accept, drop"),
        ('start = ["pc"]', "network.loss = 2.0", "step 1.*loss 2: must be 0 to 1"),
        ('start = ["pc"]', 'network.faults = ["eat"]', "step 1.*unknown fault"),
        ('start = ["pc"]', 'until = "dawn"', "until"),
        ("[[steps]]", "[[steps", "scenario: "),
        ('start = ["pc"]', 'wire = [{ at = 1.0, says = "hello" }]', "nothing says"),
        (
            'start = ["pc"]',
            'wire = [{ at = 1.0, says = "offer", who = "pc" }]',
            "step 1: offer: the server is missing",
        ),
        (
            'start = ["pc"]',
            'wire = [{ at = 1.0, says = "discover", who = "mac" }]',
            "unknown client 'mac'",
        ),
        ('start = ["pc"]', 'expect.pc = "complete"', "'complete'.*completed"),
    ],
)
def test_what_is_wrong_is_told(before: str, after: str, said: str) -> None:
    assert before in GOOD
    with pytest.raises(ScenarioError, match=f"(?s){said}"):
        parse_scenario(GOOD.replace(before, after))


@pytest.mark.parametrize(
    ("before", "after", "line", "said"),
    [
        ('about = "What for"\n', "", None, "about is missing; write about = "),
        ('about = "What for"', "about = 7", 3, 'needs text in "…", not a whole'),
        ('file = "x"', "file = []", 7, "file needs text"),
        ('at = "4.22"\n', "", 4, "at is missing; write at = "),
        ('kind = "curl"', 'kind = "crul"', 5, "crul"),
        ('file = "x"', 'file = "x"\nport = 70000', 8, "70000: must be 1 to 65,535"),
        ('file = "x"', 'file = "x"\ncount = 0', 8, "count 0: must be 1 to 1,000"),
        ('file = "x"', 'file = "x"\nupload = -1', 8, "must be 0 to 100,000,000"),
        ('file = "x"', 'file = "x"\napart = -1.0', 8, "0 s or more"),
        ('file = "x"', 'file = ""', 7, "file is missing"),
        ('file = "x"', 'file = "x"\noptions = ["blksize=a"]', 8, "like blksize=1468"),
        ('at = "4.22"', 'at = "255.255"\ncount = 2', 7, "not enough addresses"),
        ('caption = "Look"', 'capiton = "Look"', 9, "'capiton'; there are caption"),
        ('start = ["pc"]', "until = -1.0", 10, "above 0 s"),
        ('start = ["pc"]', 'until = "dawn"', 10, '"clients", "server" or seconds'),
        ('start = ["pc"]', "longest = 0.0", 10, "above 0 s"),
        ('start = ["pc"]', 'firewall.nat = "x"', 10, "write it like 4.37"),
        ('start = ["pc"]', "server.max_window = 0", 10, "must be 1 to 65535"),
        (
            'start = ["pc"]',
            'expect.pc = { outcome = "failed", answered_by = "x" }',
            10,
            "write it like 40000-40099",
        ),
        ("[[steps]]", "[[steps", 8, "Expected ']]'"),
    ],
)
def test_the_line_is_told_and_what_to_write(
    before: str, after: str, line: int | None, said: str
) -> None:
    assert before in GOOD
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(GOOD.replace(before, after), "mine.toml")
    text = str(caught.value)
    assert said in text
    found = re.findall(r"line (\d+)", text)
    assert found == ([] if line is None else [str(line)])


@pytest.mark.parametrize("name", ["../x", "/etc/x", "", "a/../../x", "a\\nb"])
def test_no_file_is_made_outside_the_root(name: str) -> None:
    text = f'files = [{{ name = "{name}", octets = 1 }}]\n{GOOD}'
    with pytest.raises(ScenarioError, match=r"line 1: .* is not a file name"):
        parse_scenario(text)


def test_the_second_of_a_list_has_its_own_lines() -> None:
    text = GOOD + '[[steps]]\ncaption = "More"\nlongest = -1.0\n'
    with pytest.raises(ScenarioError, match="line 13: step 2: longest"):
        parse_scenario(text)


def test_a_scenario_without_steps_is_none() -> None:
    text = GOOD.partition("[[steps]]")[0]
    with pytest.raises(ScenarioError):
        parse_scenario(text)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"cannot read .*: No such file"):
        read_scenario(tmp_path / "none.toml")
    (tmp_path / "image.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ScenarioError, match="UTF-8"):
        read_scenario(tmp_path / "image.toml")
