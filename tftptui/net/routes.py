"""MTU and fragmentation of routes, on Linux."""

import contextlib
import socket
import sys

from msgspec.structs import replace

from tftptui.net.addresses import Endpoint, SocketAddress

_IP_MTU_DISCOVER, _IPV6_MTU_DISCOVER, _DONT = 10, 23, 0
_IP_MTU, _IPV6_MTU = 14, 24
_IS_LINUX = sys.platform.startswith("linux")
_AF_INET6 = int(socket.AF_INET6)  # integers compare faster than Enum members
_IP, _IPV6 = socket.IPPROTO_IP, socket.IPPROTO_IPV6

FRESH = 5.0
"""Seconds for which a route is cached."""

MOST_ROUTES = 4_096
"""Maximum number of cached routes."""


def route_mtu(sock: socket.SocketType) -> int | None:
    """Return the MTU of a connected socket's route in bytes, if known."""
    if not _IS_LINUX:
        return None
    with contextlib.suppress(OSError):
        if sock.family == socket.AF_INET6:
            return sock.getsockopt(socket.IPPROTO_IPV6, _IPV6_MTU)
        return sock.getsockopt(socket.IPPROTO_IP, _IP_MTU)
    return None


def mtu_towards(address: SocketAddress) -> int | None:
    """Return the MTU of the route to an address in bytes, if known."""
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with (
        contextlib.suppress(OSError),
        socket.socket(family, socket.SOCK_DGRAM) as probe,
    ):
        probe.connect(address)  # sends nothing
        return route_mtu(probe)
    return None


def allow_fragments(sock: socket.SocketType, family: int | None = None) -> None:
    """Send without DF: with it, large blocks are lost on a path that drops ICMP.

    Pass FAMILY if it is known: reading it from the socket is slow.
    """
    if not _IS_LINUX:
        return
    if (family or sock.family) == _AF_INET6:
        sock.setsockopt(_IPV6, _IPV6_MTU_DISCOVER, _DONT)
    else:
        sock.setsockopt(_IP, _IP_MTU_DISCOVER, _DONT)


class Routes:
    """A cache of routes to clients. Times are in seconds."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[int | None, float]] = {}

    def mtu(self, local: Endpoint, client: Endpoint, now: float) -> int | None:
        """Return the MTU of the route from an address to a client, if known.

        Raises:
            OSError: there is no such route.
        """
        ends = (local.host, client.host)
        found = self._known.get(ends)
        if found is not None and now < found[1]:
            return found[0]
        if len(self._known) >= MOST_ROUTES:
            self._known.clear()
        mtu = _mtu_between(local, client)
        self._known[ends] = (mtu, now + FRESH)
        return mtu


def _mtu_between(local: Endpoint, client: Endpoint) -> int | None:
    with socket.socket(local.family, socket.SOCK_DGRAM) as probe:
        probe.bind(replace(local, port=0).as_socket_address())
        probe.connect(client.as_socket_address())  # sends nothing
        return route_mtu(probe)
