"""Who holds a port of this machine."""

import psutil


def port_holders(port: int) -> str:
    """Return who holds a UDP port, like ``dnsmasq (pid 812)``; empty if unknown."""
    try:
        pids = {
            connection.pid
            for connection in psutil.net_connections(kind="udp")
            if connection.laddr and connection.laddr.port == port and connection.pid
        }
        return ", ".join(f"{psutil.Process(pid).name()} (pid {pid})" for pid in pids)
    except (psutil.Error, OSError):
        return ""
