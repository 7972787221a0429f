"""Validates a scenario before the start, so that no error stops it midway."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from tftptui.demo.scenario.tables import (
    LINK_SAYINGS,
    PORT_SETTINGS,
    REPLIES,
    SAYINGS,
    ClientTable,
    Expected,
    FileTable,
    FirewallTable,
    NetworkTable,
    Scenario,
    Step,
    WireTable,
    settings_with,
)
from tftptui.demo.simulation.client_kinds import KINDS
from tftptui.demo.simulation.firewall_rules import RuleError, parse_rule
from tftptui.demo.simulation.impairments import (
    ImpairmentError,
    Impairments,
    parse_fault,
)
from tftptui.protocol.commands import Outcome
from tftptui.settings import LIVE, Settings, SettingsError, Value, parse_port_range

WAITING = "waiting"
"""The outcome of a client that has not finished."""

OUTCOMES = (*(outcome.value for outcome in Outcome), WAITING)
"""All possible outcomes of a client."""

MOST_BYTES, MOST_MACHINES = 100_000_000, 1_000
"""Limits of bytes of a generated file, and of machines per group."""

SLOWEST, FASTEST = 0.01, 100.0
"""Seconds of demo time per real second."""

_OPTIONS = {
    "tsize": None,
    "blksize": range(8, 65_465),
    "windowsize": range(1, 65_536),
    "timeout": range(1, 256),
}
_PARTS, _HIGHEST = 2, 255  # of the end of an IPv4 address
_PORTS = range(1, 65_536)

Place = tuple[str | int, ...]
"""Path of a value: names of tables and keys, "*" for any, indices from 0."""


class UnsoundError(ValueError):
    """A scenario is invalid; ``place`` is the path of the error."""

    def __init__(self, place: Place, text: str) -> None:
        super().__init__(text)
        self.place = place


def look_at(scenario: Scenario) -> None:
    """Check everything that would otherwise fail midway.

    Raises:
        UnsoundError: something is invalid.
    """
    _require(bool(scenario.steps), ("steps",), "a scenario without steps shows nothing")
    _in_bounds(("speed",), scenario.speed, SLOWEST, FASTEST)
    for number, file in enumerate(scenario.files):
        _look_at_file(("files", number), file)
    _look_at_scene((), scenario)
    for name, client in scenario.clients.items():
        _look_at_client(("clients", name), name, client)
    for number, step in enumerate(scenario.steps):
        _look_at_step(("steps", number), step, scenario.clients)


def _require(condition: bool, place: Place, text: str) -> None:  # noqa: FBT001 - like assert
    if not condition:
        raise UnsoundError(place, text)


def _in_bounds(place: Place, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        text = f"{place[-1]} {value:g}: must be {low:g} to {high:,.15g}"
        raise UnsoundError(place, text)


@contextmanager
def _at(*place: str | int) -> Iterator[None]:
    """Add the place to errors raised within."""
    try:
        yield
    except (SettingsError, RuleError, ImpairmentError) as error:
        raise UnsoundError(place, str(error)) from error


def _look_at_file(place: Place, file: FileTable) -> None:
    path = PurePosixPath(file.name)
    is_inside = bool(path.name) and not path.is_absolute() and ".." not in path.parts
    _require(
        is_inside and file.name.isprintable(),
        (*place, "name"),
        f"{file.name!r} is not a file name; write it like boot/pxelinux.0",
    )
    _in_bounds((*place, "octets"), file.octets, 0, MOST_BYTES)


def _look_at_client(place: Place, name: str, client: ClientTable) -> None:
    _require(
        client.kind in KINDS,
        (*place, "kind"),
        f"client {name!r}: unknown kind of client {client.kind!r}; "
        f"there are {', '.join(KINDS)}",
    )
    _look_at_end((*place, "at"), f"client {name!r}: at ", client.at)
    _in_bounds((*place, "count"), client.count, 1, MOST_MACHINES)
    net, host = (int(part) for part in client.at.split("."))
    _require(
        net + (host + client.count - 1) // (_HIGHEST + 1) <= _HIGHEST,
        (*place, "count"),
        f"client {name!r}: not enough addresses after {client.at}",
    )
    if client.port is not None:
        _in_bounds((*place, "port"), client.port, _PORTS[0], _PORTS[-1])
    if client.upload is not None:
        _in_bounds((*place, "upload"), client.upload, 0, MOST_BYTES)
    _require(client.apart >= 0, (*place, "apart"), "apart must be 0 s or more")
    _require(
        bool(client.file), (*place, "file"), f"client {name!r}: the file is missing"
    )
    for option in client.options or ():
        _look_at_option((*place, "options"), option)


def _look_at_option(place: Place, option: str) -> None:
    name, has_value, value = option.partition("=")
    values = _OPTIONS.get(name)
    is_sound = name in _OPTIONS and not has_value
    if values is not None:
        is_sound = value.isdecimal() and int(value) in values
    _require(
        is_sound,
        place,
        f"unknown option {option!r}; write tsize, or one like blksize=1468, "
        "windowsize=4 or timeout=5",
    )


def _look_at_end(place: Place, what: str, text: str) -> None:
    """Check the end of an address."""
    parts = text.split(".")
    is_sound = len(parts) == _PARTS and all(
        part.isdecimal() and int(part) <= _HIGHEST for part in parts
    )
    _require(
        is_sound,
        place,
        f"{what}{text!r} is not the end of an address; write it like 4.37",
    )


def _look_at_step(place: Place, step: Step, clients: Mapping[str, ClientTable]) -> None:
    _look_at_scene(place, step)
    for key, names in (("start", step.start), ("expect", [*step.expect])):
        for name in names:
            known = ", ".join(clients)
            _require(
                name in clients,
                (*place, key),
                f"unknown client {name!r}; there are {known}",
            )
    if isinstance(step.until, float):
        _require(step.until > 0, (*place, "until"), "until must be above 0 s")
    _require(step.longest > 0, (*place, "longest"), "longest must be above 0 s")
    for number, line in enumerate(step.wire):
        _look_at_wire((*place, "wire", number), line, clients)
    for name, expected in step.expect.items():
        _look_at_expected((*place, "expect", name), name, expected)


def _look_at_wire(
    place: Place, line: WireTable, clients: Mapping[str, ClientTable]
) -> None:
    _require(
        line.says in SAYINGS,
        (*place, "says"),
        f"nothing says {line.says!r}; there are {', '.join(SAYINGS)}",
    )
    _require(line.at >= 0, (*place, "at"), "at must be 0 s or more")
    _require(
        line.who in clients or line.says in LINK_SAYINGS,
        (*place, "who"),
        f"unknown client {line.who!r}; there are {', '.join(clients)}",
    )
    _require(
        bool(line.by) or line.says not in REPLIES,
        (*place, "by"),
        f"{line.says}: the server is missing; write it like by = '1.1'",
    )
    for key in ("by", "target", "next_server"):
        if end := getattr(line, key):
            _look_at_end((*place, key), f"{key} ", end)


def _look_at_expected(place: Place, name: str, expected: str | Expected) -> None:
    outcome = expected if isinstance(expected, str) else expected.outcome
    _require(
        outcome in OUTCOMES,
        place,
        f"{name}: unknown outcome {outcome!r}; there are {', '.join(OUTCOMES)}",
    )
    if isinstance(expected, Expected) and expected.answered_by is not None:
        with _at(*place):
            parse_port_range(expected.answered_by)


def _look_at_scene(place: Place, scene: Scenario | Step) -> None:
    _look_at_server((*place, "server"), scene.server)
    _look_at_firewall((*place, "firewall"), scene.firewall)
    _look_at_network((*place, "network"), scene.network)


def _look_at_server(place: Place, settings: Mapping[str, Value]) -> None:
    known = LIVE | PORT_SETTINGS
    for name in settings:
        _require(
            name in known,
            (*place, name),
            f"unknown setting {name!r}; there are {', '.join(sorted(known))}",
        )
    with _at(*place):
        settings_with(Settings(root=Path()), settings)


def _look_at_firewall(place: Place, firewall: FirewallTable) -> None:
    with _at(*place, "rules"):
        for rule in firewall.rules or ():
            parse_rule(rule)
    for key in ("nat", "forward"):
        if end := getattr(firewall, key):
            _look_at_end((*place, key), f"{key} ", end)


def _look_at_network(place: Place, network: NetworkTable) -> None:
    lines = {"": network, "to_server": network.to_server}
    for name, line in {**lines, "to_client": network.to_client}.items():
        with _at(*place, *([name] if name else [])):
            line.applied(Impairments())
            for fault in line.faults or ():
                parse_fault(fault)
