"""Who holds which port of this machine."""

from collections import defaultdict

import psutil

MOST_NAMED = 2
"""Programs named of those that share a port."""


def port_holders(port: int) -> str:
    """Return who holds a UDP port, like ``dnsmasq (pid 812)``; empty if unknown."""
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
    """Return each UDP port in use and who holds it, like ``dnsmasq (pid 812)``.

    The text is empty where the system doesn't say who it is. Ports that process
    BUT holds are left out. Nothing at all is returned where the system keeps the
    list to itself.
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
