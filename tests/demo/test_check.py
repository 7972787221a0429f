"""Whole demos without a screen, on a real engine and real sockets."""

import re

import pytest

from tftptui.demo.check import check
from tftptui.demo.director import Director
from tftptui.demo.scenario.files import parse_scenario, read_scenario, shipped_scenarios
from tftptui.demo.scenario.tables import Scenario
from tftptui.demo.simulation.network import Flight

pytestmark = pytest.mark.net

SHIPPED = shipped_scenarios()

SMALL = """
title = "One file"
about = "Small"
files = [{ name = "x", octets = 3000 }]
[network]
delay = 0.05
[server]
ports = "20000-20099"
[clients.pc]
kind = "tftp-hpa"
at = "4.22"
port = 2070
file = "x"
[[steps]]
caption = "Look"
start = ["pc"]
"""

CHAOS = """
title = "All at once"
about = "Everything that chance can do"
files = [{ name = "x", octets = 20000 }]
[server]
ports = "20000-20099"
write = "new"
[network]
delay = 0.05
jitter = 0.02
loss = 0.05
duplicate = 0.05
reorder = 0.05
bandwidth = 100_000
[clients.board]
kind = "u-boot"
at = "4.41"
port = 2933
count = 3
file = "x"
options = ["blksize=1024", "windowsize=4"]
[clients.switch]
kind = "cisco"
at = "4.60"
port = 2511
file = "saved"
upload = 5000
[[steps]]
caption = "Look"
start = ["board", "switch"]
until = "server"
"""


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_scenario_shows_what_it_says(name: str) -> None:
    checked = check(read_scenario(SHIPPED[name]))
    assert checked.troubles == []


def course(scenario: Scenario, seed: int, speed: float | None = None) -> list[object]:
    """Return every packet of a run, with its times and fate."""
    told: list[object] = []

    def keep(director: Director) -> None:
        network = director.stage.network
        told.extend(_told(flight) for flight in network.landed)
        network.landed.clear()

    check(scenario, seed=seed, speed=speed, shown=keep)
    return told


def _told(flight: Flight) -> object:
    datagram = flight.datagram
    source, target = datagram.source.port, datagram.target.port
    times = (flight.begins, flight.ends)
    return (times, source, target, datagram.payload, flight.fate, flight.reason)


def test_a_run_repeats_exactly() -> None:
    scenario = parse_scenario(CHAOS)
    first = course(scenario, seed=3)
    assert first == course(scenario, seed=3)
    assert len(first) > 100


def test_another_seed_is_another_run() -> None:
    scenario = parse_scenario(CHAOS)
    assert course(scenario, seed=3) != course(scenario, seed=4)


@pytest.mark.parametrize("text", [SMALL, CHAOS], ids=["small", "chaos"])
def test_the_course_does_not_depend_on_the_speed(text: str) -> None:
    scenario = parse_scenario(text)
    assert course(scenario, seed=1) == course(scenario, seed=1, speed=50.0)


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        ('expect.pc = "abandoned"', "pc: completed, not abandoned"),
        (
            'expect.pc = { outcome = "completed", ports = [1] }',
            "asked from .* not from",
        ),
        ('expect.pc = { outcome = "completed", requests = 3 }', "1 times, not 3"),
        (
            'expect.pc = { outcome = "completed", answered_by = "1-2" }',
            "not by 1-2",
        ),
        ('expect.pc = { outcome = "completed", at_least = 9.0 }', "not 9 s or more"),
        ('expect.pc = { outcome = "completed", at_most = 0.1 }', "not 0.1 s or less"),
        (
            'expect.pc = { outcome = "completed", error = "no" }',
            "says '', not 'no'",
        ),
        ("expect_server.outcomes = { completed = 2 }", "not {'completed': 2}"),
        ("expect_server.refused = { denied = 1 }", "refused are {}"),
        ("expect_server.retransmits = 4", "retransmits are 0, not 4"),
        ('expect_server.findings = ["nonsense"]', "finding 'nonsense' is missing"),
    ],
)
def test_what_did_not_come_is_a_trouble(expected: str, said: str) -> None:
    checked = check(parse_scenario(SMALL + expected))
    (trouble,) = checked.troubles
    assert trouble.startswith("step 1 of 1: ")
    assert re.search(said, trouble)


def test_a_step_ends_at_its_longest() -> None:
    text = SMALL + 'firewall.policy = "drop"\nlongest = 7.0\n'
    checked = check(parse_scenario(text + 'expect.pc = "waiting"'))
    assert checked.troubles == []
    assert checked.seconds == pytest.approx(7.0, abs=0.2)
