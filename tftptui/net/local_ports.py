"""This host's UDP ports: who uses them, which need permission or are ephemeral."""

import os
import socket
from collections import defaultdict
from pathlib import Path

import psutil

from tftptui.net.addresses import Endpoint

MOST_NAMED = 2
"""Maximum programs named for one port."""


def port_holders(port: int) -> str:
    """Return who uses a UDP port, like ``dnsmasq (pid 812)``; empty if unknown."""
    return udp_holders().get(port, "")


def tcp_holder(port: int) -> str:
    """Return who listens on a TCP port; empty if unknown."""
    try:
        found = psutil.net_connections(kind="tcp")
    except (psutil.Error, OSError):
        return ""
    pids = {
        one.pid
        for one in found
        if one.status == psutil.CONN_LISTEN and one.laddr and one.laddr.port == port
    }
    return _names({pid for pid in pids if pid is not None})


def udp_holders(*, but: int | None = None) -> dict[int, str]:
    """Return each UDP port in use and its program, like ``dnsmasq (pid 812)``.

    The text is empty if the program is unknown. Ports of process BUT are left out. The
    result is empty if the system does not show the list.
    """
    pids: defaultdict[int, set[int | None]] = defaultdict(set)
    try:
        for connection in psutil.net_connections(kind="udp"):
            if connection.laddr:
                pids[connection.laddr.port].add(connection.pid)
    except (psutil.Error, OSError):
        return {}
    return {
        port: _names({pid for pid in held if pid is not None})
        for port, held in pids.items()
        if but is None or but not in held
    }


def _names(pids: set[int]) -> str:
    named = [name for pid in sorted(pids)[:MOST_NAMED] if (name := _name(pid))]
    more = len(pids) - MOST_NAMED
    return ", ".join(named) + (f" and {more} more" if named and more > 0 else "")


def _name(pid: int) -> str:
    try:
        return f"{psutil.Process(pid).name()} (pid {pid})"
    except (psutil.Error, OSError):
        return ""


def bind_trouble(endpoint: Endpoint) -> int | None:
    """Return the errno of bind() for this endpoint, or None if it can be bound.

    This takes no requests away from a server: the socket is closed at once.
    """
    try:
        with socket.socket(endpoint.family, socket.SOCK_DGRAM) as sock:
            if endpoint.family is socket.AF_INET6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            sock.bind(endpoint.as_socket_address())
    except OSError as error:
        return error.errno
    return None


_IPV4 = Path("/proc/sys/net/ipv4")
_CAPABILITIES = Path("/proc/self/status")

_DYNAMIC = (49_152, 65_535)
"""RFC 6335 §6: the range of systems that don't say otherwise."""

_FIRST_PLAIN = 1_024

_BIND_LOW = 10
"""CAP_NET_BIND_SERVICE, a bit number (capability.h)."""


def ephemeral_range() -> tuple[int, int]:
    """Return first and last ephemeral port of this system."""
    match _numbers(_IPV4 / "ip_local_port_range"):
        case [first, last]:
            return first, last
        case _:
            return _DYNAMIC


def first_plain_port() -> int:
    """Return the lowest port that can be bound without privileges."""
    match _numbers(_IPV4 / "ip_unprivileged_port_start"):
        case [first]:
            return first
        case _:
            return _FIRST_PLAIN


def may_bind_low() -> bool:
    """Return whether this process may bind lower ports, too."""
    try:
        lines = _CAPABILITIES.read_text("ascii", "replace").splitlines()
        effective = next(line for line in lines if line.startswith("CapEff:"))
        return bool(int(effective.split()[1], 16) >> _BIND_LOW & 1)
    except (OSError, StopIteration, ValueError, IndexError):
        return hasattr(os, "geteuid") and os.geteuid() == 0


def _numbers(file: Path) -> list[int]:
    try:
        return [int(word) for word in file.read_text("ascii").split()]
    except (OSError, ValueError):
        return []
