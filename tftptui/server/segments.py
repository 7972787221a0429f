"""Many datagrams in one system call: UDP_SEGMENT, also called GSO (Linux).

The kernel cuts one large send into datagrams of a given size. It never fragments
them, so every one has to fit the route; where anything is in the way, nothing
leaves and the caller sends them one by one.
"""

import errno
import socket
import sys

_UDP_SEGMENT = 103  # not in Python's socket module
MOST_SEGMENTS = 64
"""Datagrams of one call, as older kernels have it."""

MOST_OCTETS = 65_507
"""Octets of one call: a UDP datagram as far as the socket is concerned."""

REFUSALS = (errno.EMSGSIZE, errno.EINVAL, errno.EIO, errno.ENOPROTOOPT)
"""Errors that mean: not this way on this route."""


def cut_into(sock: socket.socket, octets: int, mtu: int | None) -> bool:
    """Have sends on a connected socket cut into datagrams of OCTETS octets.

    Returns:
        False where that can't be: the system lacks it, or they don't fit the route.
    """
    headers = 48 if sock.family == socket.AF_INET6 else 28
    if not sys.platform.startswith("linux") or mtu is None or octets + headers > mtu:
        return False
    try:
        sock.setsockopt(socket.IPPROTO_UDP, _UDP_SEGMENT, octets)
    except OSError:
        return False
    return True


def cut_no_more(sock: socket.socket) -> None:
    """Send datagrams as they are again."""
    sock.setsockopt(socket.IPPROTO_UDP, _UDP_SEGMENT, 0)


def most_at_once(octets: int) -> int:
    """Return how many datagrams of OCTETS octets one call may hold."""
    return max(1, min(MOST_SEGMENTS, MOST_OCTETS // octets))
