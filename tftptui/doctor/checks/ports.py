"""Checks of ports: may 69 be bound, who holds it, who else is handed ours."""

import errno
from collections.abc import Iterator

from tftptui.doctor.facts import Facts, Holder
from tftptui.doctor.result import Result, bad, ok, warn
from tftptui.knowledge.firewall.advice import FEW_PORTS
from tftptui.settings import (
    FALLBACK_PORT,
    PortRange,
    Settings,
    SettingsError,
    parse_port_range,
)

_INIT = 1

_MANY = 2 * FEW_PORTS
"""Ports of which one that another program has is not missed."""

_TOLD_ELSEWHERE = (errno.EACCES, errno.EADDRNOTAVAIL)
"""A right that is missing, an address that is not ours."""


def check_ports(facts: Facts, settings: Settings, port: int) -> Iterator[Result]:
    """Judge the port for requests and the range of answers."""
    yield from _right(facts, port)
    yield from _holders(facts, port)
    if not settings.single_port:
        yield _overlap(facts, settings.ports)


def _right(facts: Facts, port: int) -> Iterator[Result]:
    if port >= facts.first_plain_port:
        yield ok("bind", f"UDP port {port} needs no right here")
    elif facts.may_bind_low:
        who = "root" if facts.is_root else f"user {facts.user}, by CAP_NET_BIND_SERVICE"
        yield ok("bind", f"{who} may bind UDP port {port}")
    else:
        yield bad(
            "bind",
            f"user {facts.user} may not bind UDP port {port}: ports below "
            f"{facts.first_plain_port} need root or CAP_NET_BIND_SERVICE. "
            f"Without it the server takes {FALLBACK_PORT}, which machines that boot "
            "by DHCP never ask",
            f"sudo sysctl -w net.ipv4.ip_unprivileged_port_start={port}",
        )


def _holders(facts: Facts, port: int) -> Iterator[Result]:
    if facts.holders and {h.pid for h in facts.holders} <= facts.own_pids:
        yield ok("holder", f"this server holds UDP port {port}")
    elif facts.bind_errno == errno.EADDRINUSE:
        if not facts.holders:
            hint = "" if facts.is_root else "; root can see who it is"
            yield bad(
                "holder",
                f"another program holds UDP port {port}{hint}",
                f"sudo ss -lunp 'sport = :{port}'",
            )
        for holder in facts.holders:
            yield _held(holder, facts, port)
    elif facts.bind_errno not in (None, *_TOLD_ELSEWHERE):
        reason = errno.errorcode.get(facts.bind_errno or 0, str(facts.bind_errno))
        yield bad("holder", f"UDP port {port} can't be bound: {reason}", "ip address")
    elif facts.bind_errno is None:
        yield ok("holder", f"nobody holds UDP port {port}")


def _held(holder: Holder, facts: Facts, port: int) -> Result:
    if holder.is_tftptui:
        how = ": tftptui attach" if facts.may_attach else ""
        text = f"tftptui serves here, on UDP port {port} (pid {holder.pid}){how}"
        return ok("holder", text)
    return bad(
        "holder",
        f"{holder.name} (pid {holder.pid}) holds UDP port {port}",
        *_stopping(holder, port),
    )


def _stopping(holder: Holder, port: int) -> tuple[str, ...]:
    if holder.pid == _INIT:  # a socket that systemd keeps for a service
        return ("systemctl list-sockets", f"ss -lunp 'sport = :{port}'")
    if holder.unit is not None:
        return (f"sudo systemctl disable --now {holder.unit}",)
    if holder.name in ("inetd", "xinetd"):
        return ("grep -rn tftp /etc/inetd.conf /etc/xinetd.d",)
    return (f"sudo kill {holder.pid}",)


def _overlap(facts: Facts, ports: PortRange) -> Result:
    first, last = facts.ephemeral
    if ports.last < first or ports.first > last:
        return ok(
            "ports", f"answers leave from {ports}, which the system hands to nobody"
        )
    if any(_covers(text, ports) for text in facts.reserved):
        return ok("ports", f"{ports} is kept back from what the system hands out")
    text = (
        f"{ports} lies in {first}-{last}, from where the system hands out ports to "
        "any program: now and then one of ours is taken"
    )
    if len(ports) >= _MANY:
        return ok("ports", f"{text}, and another of these {len(ports):,} answers")
    kept = ",".join((*facts.reserved, str(ports)))
    return warn(
        "ports", text, f"sudo sysctl -w net.ipv4.ip_local_reserved_ports={kept}"
    )


def _covers(text: str, ports: PortRange) -> bool:
    try:
        reserved = parse_port_range(text)
    except SettingsError:
        return False
    return reserved.first <= ports.first and ports.last <= reserved.last
