"""Scenarios from TOML files: read, and looked at before the show begins."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from tftptui.demo.impairments import ImpairmentError, Impairments, parse_fault
from tftptui.demo.kinds import KINDS
from tftptui.demo.rules import RuleError, parse_rule
from tftptui.demo.scenario import (
    ClientTable,
    FirewallTable,
    NetworkTable,
    Scenario,
    Step,
)
from tftptui.protocol.commands import Outcome
from tftptui.resources import packaged_folder
from tftptui.settings import LIVE, SettingsError, Value, parse_port_range

PORT_SETTINGS = frozenset({"ports", "order", "single_port", "quarantine"})
"""Settings of the ports; the others are in settings.LIVE."""

WAITING = "waiting"
"""The outcome of a client that does not know it yet."""

OUTCOMES = (*(outcome.value for outcome in Outcome), WAITING)
"""What may become of a client."""

_PARTS, _HIGHEST = 2, 255  # of the end of an IPv4 address


class ScenarioError(Exception):
    """A scenario makes no sense; the text names the file and the place."""


def parse_scenario(text: str, where: str = "scenario") -> Scenario:
    """Read a scenario; WHERE is what errors call it.

    Raises:
        ScenarioError: it makes no sense.
    """
    try:
        scenario = msgspec.convert(tomllib.loads(text), Scenario)
        _check(scenario)
    except (
        tomllib.TOMLDecodeError,
        msgspec.ValidationError,
        SettingsError,
        RuleError,
        ImpairmentError,
        ScenarioError,
    ) as error:
        raise ScenarioError(f"{where}: {error}") from error
    return scenario


def read_scenario(path: Path) -> Scenario:
    """Read a scenario file.

    Raises:
        ScenarioError: it can't be read, or makes no sense.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
        raise ScenarioError(f"{path} can't be read: {reason}") from error
    return parse_scenario(text, str(path))


def shipped_scenarios() -> dict[str, Path]:
    """Return the scenarios that ship with the program, by name."""
    folder = packaged_folder("scenarios")
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def _check(scenario: Scenario) -> None:
    """Look at everything that would fail only in the middle of a show."""
    if not scenario.steps:
        raise ScenarioError("a scenario without steps shows nothing")
    _check_server("server", scenario.server)
    _check_firewall(scenario.firewall)
    _check_network(scenario.network)
    for name, client in scenario.clients.items():
        _check_client(name, client)
    for number, step in enumerate(scenario.steps, 1):
        try:
            _check_step(step, scenario.clients)
        except (ValueError, ScenarioError) as error:
            raise ScenarioError(f"step {number}: {error}") from error


def _check_step(step: Step, clients: Mapping[str, ClientTable]) -> None:
    _check_server("server", step.server)
    _check_firewall(step.firewall)
    _check_network(step.network)
    for name in (*step.start, *step.expect):
        if name not in clients:
            raise ScenarioError(
                f"there is no client {name!r}; there are {', '.join(clients)}"
            )

    for name, expected in step.expect.items():
        outcome = expected if isinstance(expected, str) else expected.outcome
        if outcome not in OUTCOMES:
            raise ScenarioError(
                f"{name} can't end {outcome!r}; choose from {', '.join(OUTCOMES)}"
            )


def _check_client(name: str, client: ClientTable) -> None:
    if client.kind not in KINDS:
        raise ScenarioError(
            f"client {name!r}: {client.kind!r} is no kind of client; "
            f"choose from {', '.join(KINDS)}"
        )
    parts = client.at.split(".")
    if len(parts) != _PARTS or not all(
        part.isdigit() and int(part) <= _HIGHEST for part in parts
    ):
        raise ScenarioError(
            f"client {name!r}: at {client.at!r} is no end of an address; "
            "write it like 4.37"
        )


def _check_server(place: str, settings: Mapping[str, Value]) -> None:
    known = LIVE | PORT_SETTINGS
    for name in settings:
        if name not in known:
            raise ScenarioError(
                f"{place}: there is no setting {name!r}; "
                f"choose from {', '.join(sorted(known))}"
            )
    if "ports" in settings:
        parse_port_range(str(settings["ports"]))


def _check_firewall(firewall: FirewallTable) -> None:
    for rule in firewall.rules or ():
        parse_rule(rule)


def _check_network(network: NetworkTable) -> None:
    for line in (network, network.to_server, network.to_client):
        line.applied(Impairments())
        for fault in line.faults or ():
            parse_fault(fault)
