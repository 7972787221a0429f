"""Check of a range while it is typed: is it valid, and what would it do."""

from dataclasses import dataclass
from typing import Literal

from tftptui.engine.messages import USED, PortMap, SetPorts
from tftptui.settings import PortRange, SettingsError
from tftptui.ui.formats import span
from tftptui.ui.panes.ports.consequences import notes, surprises
from tftptui.ui.panes.ports.model import Scene

Order = Literal["random", "sequential", "single port"]

LONGEST_REST = 3600.0
FIREWALL = "1024–65535"
"""Ports that clients choose from; a smaller range excludes some kind of client."""


@dataclass(frozen=True, slots=True)
class Typed:
    """The values in the fields."""

    first: str
    last: str
    order: Order
    rest: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of the check.

    Attributes:
        text: the error, or what will happen.
        command: the command for the engine; None on an error.
        surprises: consequences that are easy to overlook, most important first.
        notes: what else to know, such as what a firewall must allow.
    """

    text: str
    command: SetPorts | None = None
    surprises: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def short(self) -> str:
        """The most important part in one line."""
        if not self.surprises:
            return self.text
        return f"{self.text.rpartition('; ')[2]} · {self.surprises[0]}"


def judge(typed: Typed, scene: Scene) -> Verdict:
    """Check TYPED against SCENE."""
    try:
        ports = PortRange(_port("from", typed.first), _port("to", typed.last))
        rest = _rest(typed.rest)
    except SettingsError as error:
        return Verdict(f"{error}")
    now = scene.now
    command = _command(typed, ports, rest, now)
    if now is not None and command == same(now):
        text = "unchanged · type a range, ↓ for proposals, esc cancels"
        return _verdict(text, command, scene)
    return _consequences(command, ports, scene)


def same(now: PortMap) -> SetPorts:
    """Return the command that would change nothing."""
    return SetPorts(
        first=now.first,
        last=now.last,
        order=_plain_order(now),
        quarantine=now.quarantine,
        single_port=now.single_port,
    )


def chosen_order(now: PortMap) -> Order:
    """Return the order in use."""
    return "single port" if now.single_port else _plain_order(now)


def in_words(command: SetPorts) -> str:
    """Return a range and how it is used: ``40000–40099, random``."""
    if command.single_port:
        return "the request port"
    delay = f", reuse delay {command.quarantine:g} s"
    return f"{span(command.first, command.last)}, {command.order}{delay}"


def _plain_order(now: PortMap | None) -> Literal["random", "sequential"]:
    is_sequential = now is not None and now.order == "sequential"
    return "sequential" if is_sequential else "random"


def _command(
    typed: Typed, ports: PortRange, rest: float, now: PortMap | None
) -> SetPorts:
    is_single = typed.order == "single port"
    return SetPorts(
        first=ports.first,
        last=ports.last,
        order=_plain_order(now) if typed.order == "single port" else typed.order,
        quarantine=rest,
        single_port=is_single,
    )


def _port(name: str, text: str) -> int:
    if not text.strip().isdecimal():
        raise SettingsError(f"“{name}” needs a port number, 1 to 65535")
    return int(text)


def _rest(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        raise SettingsError("“reuse delay” needs seconds, like 10") from None
    if not 0 <= seconds <= LONGEST_REST:
        raise SettingsError(f"reuse delay: 0–{LONGEST_REST:.0f} s")
    return seconds


def _consequences(command: SetPorts, ports: PortRange, scene: Scene) -> Verdict:
    now, listener = scene.now, scene.listener
    used = now.states.count(USED) if now is not None else 0
    keep = ""
    if used:
        who = "transfer keeps its" if used == 1 else "transfers keep their"
        keep = f"{used} {who} port; "
    if command.single_port:
        port = listener or "the request port"
        text = f"{keep}new transfers reply from {port}"
    elif listener is not None and len(ports) == 1 and listener in ports:
        return Verdict(f"{listener} takes the requests; choose another port")
    elif now is not None and _only_rest_differs(command, now):
        text = f"ports cool down for {command.quarantine:g} s after each transfer"
    else:
        text = f"{keep}new transfers use {span(ports.first, ports.last)}"
    return _verdict(text, command, scene)


def _verdict(text: str, command: SetPorts, scene: Scene) -> Verdict:
    worth_knowing = (firewall_needs(command), *notes(command, scene))
    return Verdict(text, command, surprises(command, scene), worth_knowing)


def _only_rest_differs(command: SetPorts, now: PortMap) -> bool:
    before = same(now)
    return (command.first, command.last, command.order, command.single_port) == (
        before.first,
        before.last,
        before.order,
        before.single_port,
    )


def firewall_needs(command: SetPorts) -> str:
    """Return what a firewall must allow, in both directions.

    The clients' ports are always the same.
    """
    if command.single_port:
        return (
            "firewalls must allow: UDP to the request port, and from it back to client "
            f"ports {FIREWALL} (a stateful firewall allows replies by itself)"
        )
    ours = span(command.first, command.last)
    return (
        f"firewalls must allow requests, and UDP both ways between our {ours} and "
        f"client ports {FIREWALL}"
    )
