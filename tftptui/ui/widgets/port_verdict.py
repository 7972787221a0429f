"""Whether a range may be used, and what would happen: judged while it is typed."""

from dataclasses import dataclass
from typing import Literal

from tftptui.engine.messages import USED, PortMap, SetPorts
from tftptui.settings import PortRange, SettingsError
from tftptui.ui.formats import span

Order = Literal["random", "sequential", "single port"]
FIRST_PLAIN = 1024
"""Ports below it need a right."""

LONGEST_REST = 3600.0


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the fields."""

    first: str
    last: str
    order: Order
    rest: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome.

    Attributes:
        text: what is wrong or what will happen, for people.
        command: what to ask of the engine, or None when something is wrong.
        warning: whether it works but may surprise.
    """

    text: str
    command: SetPorts | None = None
    warning: bool = False


def judge(typed: Typed, now: PortMap | None, listener: int | None) -> Verdict:
    """Return what to say about TYPED while NOW is in use."""
    try:
        ports = PortRange(_port("from", typed.first), _port("to", typed.last))
        rest = _rest(typed.rest)
    except SettingsError as error:
        return Verdict(f"{error}")
    command = _command(typed, ports, rest, now)
    if now is not None and command == same(now):
        return Verdict("as it is now · type to change, esc leaves", command)
    return _consequences(command, ports, now, listener)


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
    """Return which of the choices is in use."""
    return "single port" if now.single_port else _plain_order(now)


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
        raise SettingsError("“rest” needs a number of seconds, like 10") from None
    if not 0 <= seconds <= LONGEST_REST:
        raise SettingsError(f"a port may rest 0 to {LONGEST_REST:.0f} s")
    return seconds


def _consequences(
    command: SetPorts, ports: PortRange, now: PortMap | None, listener: int | None
) -> Verdict:
    used = now.states.count(USED) if now is not None else 0
    keep = ""
    if used:
        who = "transfer keeps its" if used == 1 else "transfers keep their"
        keep = f"{used} {who} port; "
    if command.single_port:
        port = listener or "the listener's port"
        return Verdict(f"{keep}new ones answer from {port} itself", command)
    if listener is not None and len(ports) == 1 and listener in ports:
        return Verdict(f"{listener} takes the requests; choose another port")
    new = f"new ones use {span(ports.first, ports.last)}"
    if surprise := _surprise(ports, used, listener):
        return Verdict(f"{new} · {surprise}", command, warning=True)
    return Verdict(keep + new, command)


def _surprise(ports: PortRange, used: int, listener: int | None) -> str:
    """Return what one may not think of; it fits beside the range in 78 cells."""
    if ports.first < FIRST_PLAIN:
        return f"ports below {FIRST_PLAIN} need root"
    if len(ports) < used:
        return f"only {len(ports)} for {used} in use: clients may wait"
    if listener is not None and listener in ports:
        return f"{listener} takes requests and is left out"
    return ""
