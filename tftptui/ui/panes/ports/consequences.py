"""Consequences of a change of the range that are easy to overlook, in words."""

from collections.abc import Iterator, Sequence

from tftptui.engine.messages import (
    USED,
    Finding,
    HostPorts,
    SetPorts,
)
from tftptui.telemetry.findings import Knob
from tftptui.telemetry.words import counted
from tftptui.ui.formats import count, span
from tftptui.ui.panes.ports.model import Scene

_HELPS = {
    "no": "will not help",
    "yes": "will help",
    "unknown": "may help",
}

MOST_NAMED = 2
"""Limit of ports in use elsewhere that are listed one by one."""


def surprises(command: SetPorts, scene: Scene) -> tuple[str, ...]:
    """Return sentences on what COMMAND would and would not do, most important first."""
    knob: Knob = "single-port" if command.single_port else "port-range"
    lines = [*helps(scene.findings, knob, "this")]
    if not command.single_port:
        lines += [*_of_the_range(command, scene)]
    return tuple(lines)


def notes(command: SetPorts, scene: Scene) -> tuple[str, ...]:
    """Return sentences worth knowing that are no objection to COMMAND."""
    host, inside = scene.host, range(command.first, command.last + 1)
    if host is None or command.single_port:
        return ()
    own = range(host.own_first, host.own_last + 1)
    if max(own.start, inside.start) >= min(own.stop, inside.stop):
        return ()
    given = span(own.start, own.stop - 1)
    return (f"overlaps the ephemeral range {given}: a port may be busy",)


def helps(findings: Sequence[Finding], knob: Knob, what: str) -> Iterator[str]:
    """Yield for each affected client whether WHAT, a change of KNOB, helps it.

    A common error is to expect that another range changes the client's port: the client
    chooses its own.
    """
    by_text: dict[tuple[str, str], set[str]] = {}
    for finding in findings:
        for one in finding.helps:
            if one.knob == knob:
                by_text.setdefault((one.verdict, one.why), set()).update(
                    finding.clients or [finding.client]
                )
    for (verdict, why), clients in by_text.items():
        first, *others = sorted(clients)
        who = first + (f" and {len(others)} more" if others else "")
        # "may help X, if …": the reason of a doubt begins with its own verdict.
        reason = f", {why[len('yes ') :]}" if why.startswith("yes if") else f": {why}"
        yield f"{what} {_HELPS[verdict]} {who}{reason}"


def _of_the_range(command: SetPorts, scene: Scene) -> Iterator[str]:
    size, host = command.last - command.first + 1, scene.host
    inside = range(command.first, command.last + 1)
    used = scene.now.states.count(USED) if scene.now else 0
    if host and command.first < host.first_plain and not host.may_bind_low:
        yield f"ports below {host.first_plain} need root"
    if size < used:
        yield f"only {size} for {used} in use: clients may wait"
    elif size < scene.wanted:
        yield (
            f"{counted(size, 'port')} may be too few: the recent peak was "
            f"{scene.needed:,}"
        )
    if scene.listener in inside:
        yield f"{scene.listener} takes requests: not used"
    if host:
        yield from _of_the_host(inside, host, scene.listener)


def _of_the_host(inside: range, host: HostPorts, listener: int | None) -> Iterator[str]:
    held = [port for port in host.held if port in inside and port != listener]
    if held:
        named = ", ".join(
            f"{port} {host.held[port] or 'another program'}"
            for port in held[:MOST_NAMED]
        )
        more = f" and {count(len(held) - MOST_NAMED)} more" if held[MOST_NAMED:] else ""
        yield f"in use elsewhere, not used: {named}{more}"
