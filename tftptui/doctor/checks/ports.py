"""Checks of ports: permission for 69, who uses it, overlap with ephemeral ports."""

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
"""Ports that are enough even if one is in use elsewhere."""

_REPORTED_ELSEWHERE = (errno.EACCES, errno.EADDRNOTAVAIL)
"""No permission, and an address that is not ours: other checks report them."""


def check_ports(facts: Facts, settings: Settings, port: int) -> Iterator[Result]:
    """Check the request port and the range of reply ports."""
    yield from _right(facts, port)
    yield from _holders(facts, port)
    if not settings.single_port:
        yield _overlap(facts, settings.ports)


def _right(facts: Facts, port: int) -> Iterator[Result]:
    if port >= facts.first_plain_port:
        yield ok("bind", f"UDP port {port} needs no permission")
    elif facts.may_bind_low:
        who = "root" if facts.is_root else f"user {facts.user} (CAP_NET_BIND_SERVICE)"
        yield ok("bind", f"{who} can bind UDP port {port}")
    else:
        yield bad(
            "bind",
            f"user {facts.user} cannot bind UDP port {port}: ports below "
            f"{facts.first_plain_port} need root or CAP_NET_BIND_SERVICE. "
            f"The server would use {FALLBACK_PORT}, which boot ROMs never ask",
            f"sudo sysctl -w net.ipv4.ip_unprivileged_port_start={port}",
        )


def _holders(facts: Facts, port: int) -> Iterator[Result]:
    if facts.holders and {h.pid for h in facts.holders} <= facts.own_pids:
        yield ok("holder", f"this server uses UDP port {port}")
    elif facts.bind_errno == errno.EADDRINUSE:
        if not facts.holders:
            hint = "" if facts.is_root else "; only root can see which"
            yield bad(
                "holder",
                f"another program uses UDP port {port}{hint}",
                f"sudo ss -lunp 'sport = :{port}'",
            )
        for holder in facts.holders:
            yield _held(holder, facts, port)
    elif facts.bind_errno not in (None, *_REPORTED_ELSEWHERE):
        reason = errno.errorcode.get(facts.bind_errno or 0, str(facts.bind_errno))
        yield bad("holder", f"cannot bind UDP port {port}: {reason}", "ip address")
    elif facts.bind_errno is None:
        yield ok("holder", f"UDP port {port} is free")


def _held(holder: Holder, facts: Facts, port: int) -> Result:
    if holder.is_tftptui:
        how = ": tftptui attach" if facts.may_attach else ""
        text = f"tftptui already serves on UDP port {port} (pid {holder.pid}){how}"
        return ok("holder", text)
    return bad(
        "holder",
        f"{holder.name} (pid {holder.pid}) uses UDP port {port}",
        *_stopping(holder, port),
    )


def _stopping(holder: Holder, port: int) -> tuple[str, ...]:
    if holder.pid == _INIT:  # a socket held by systemd for a service
        return ("systemctl list-sockets", f"ss -lunp 'sport = :{port}'")
    if holder.unit is not None:
        return (f"sudo systemctl disable --now {holder.unit}",)
    if holder.name in ("inetd", "xinetd"):
        return ("grep -rn tftp /etc/inetd.conf /etc/xinetd.d",)
    return (f"sudo kill {holder.pid}",)


def _overlap(facts: Facts, ports: PortRange) -> Result:
    first, last = facts.ephemeral
    if ports.last < first or ports.first > last:
        return ok("ports", f"replies come from {ports}, outside the ephemeral range")
    if any(_covers(text, ports) for text in facts.reserved):
        return ok("ports", f"{ports} is reserved (ip_local_reserved_ports)")
    text = (
        f"{ports} overlaps the ephemeral range {first}-{last}: a port may be in use "
        "elsewhere"
    )
    if len(ports) >= _MANY:
        return ok("ports", f"{text}; the server then uses another")
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
