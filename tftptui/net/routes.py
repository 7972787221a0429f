"""What a route does to large packets, as far as Linux tells."""

import contextlib
import socket
import sys

from tftptui.net.addresses import SocketAddress

_IP_MTU_DISCOVER, _IPV6_MTU_DISCOVER, _DONT = 10, 23, 0
_IP_MTU, _IPV6_MTU = 14, 24
_IS_LINUX = sys.platform.startswith("linux")
_AF_INET6 = int(socket.AF_INET6)  # numbers compare faster than members of an Enum


def route_mtu(sock: socket.socket) -> int | None:
    """Return the MTU of a connected socket's route in octets, if it is known."""
    if not _IS_LINUX:
        return None
    with contextlib.suppress(OSError):
        if sock.family == socket.AF_INET6:
            return sock.getsockopt(socket.IPPROTO_IPV6, _IPV6_MTU)
        return sock.getsockopt(socket.IPPROTO_IP, _IP_MTU)
    return None


def mtu_towards(address: SocketAddress) -> int | None:
    """Return the MTU of the route to an address in octets, if it is known."""
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with (
        contextlib.suppress(OSError),
        socket.socket(family, socket.SOCK_DGRAM) as probe,
    ):
        probe.connect(address)  # sends nothing
        return route_mtu(probe)
    return None


def allow_fragments(sock: socket.socket, family: int | None = None) -> None:
    """Send without DF: with it, a route that swallows ICMP swallows large blocks.

    FAMILY is the socket's, from who knows it: a socket takes long to tell.
    """
    if not _IS_LINUX:
        return
    if (family or sock.family) == _AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, _IPV6_MTU_DISCOVER, _DONT)
    else:
        sock.setsockopt(socket.IPPROTO_IP, _IP_MTU_DISCOVER, _DONT)
