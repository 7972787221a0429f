"""Many datagrams in one system call: UDP_SEGMENT, also called GSO (Linux).

The kernel cuts one large send into datagrams of a given size. It never fragments them,
so each has to fit the route's MTU. If the kernel refuses, nothing is sent and the
caller sends them one by one. The size is passed with each call: as a socket option it
would cut long OACKs and ERRORs, too.
"""

import errno
import socket
import struct
import sys
from dataclasses import dataclass

_UDP_SEGMENT = 103  # missing in Python's socket module
_SIZE = struct.Struct("=H")
MOST_SEGMENTS = 64
"""Datagrams per call; older kernels allow no more."""

MOST_BYTES = 65_507
"""Bytes per call: the largest UDP payload."""

REFUSALS = (errno.EMSGSIZE, errno.EINVAL, errno.EIO, errno.ENOPROTOOPT)
"""Errors that mean that this route does not support GSO."""


_MOST_ROUTES = 4_096


def has_gso() -> bool:
    """Return whether the kernel knows UDP_SEGMENT; a route may still refuse it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.getsockopt(socket.IPPROTO_UDP, _UDP_SEGMENT)
        except OSError:
            return False
    return sys.platform == "linux"


class Uncut:
    """Routes that refused GSO, with the smallest size refused.

    A route is our address and the client's.
    """

    def __init__(self) -> None:
        self._least: dict[tuple[str, str], int] = {}

    def add(self, route: tuple[str, str], nbytes: int, error: OSError) -> None:
        """Remember a route that refused to cut into datagrams of NBYTES bytes."""
        if len(self._least) >= _MOST_ROUTES:
            self._least.clear()
        least = nbytes if error.errno == errno.EMSGSIZE else 0
        self._least[route] = min(least, self._least.get(route, nbytes))

    def has(self, route: tuple[str, str], nbytes: int) -> bool:
        """Return whether the route is known to refuse this size."""
        least = self._least.get(route)
        return least is not None and nbytes >= least

    def forget(self) -> None:
        """Clear the table, so that every route is tried again."""
        self._least.clear()


uncut = Uncut()
"""The routes of this machine that refused GSO."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Parameters of a send with GSO.

    Attributes:
        at_once: datagrams per call.
        ancillary: control message for sendmsg().
    """

    at_once: int
    ancillary: tuple[tuple[int, int, bytes], ...]


def cut_into(nbytes: int, mtu: int | None, *, ipv6: bool) -> Cut | None:
    """Return how to cut sends into datagrams of NBYTES bytes.

    None if GSO is missing or the datagrams do not fit the MTU.
    """
    headers = 48 if ipv6 else 28
    if not sys.platform.startswith("linux") or mtu is None or nbytes + headers > mtu:
        return None
    at_once = min(MOST_SEGMENTS, MOST_BYTES // nbytes)
    size = (socket.IPPROTO_UDP, _UDP_SEGMENT, _SIZE.pack(nbytes))
    return Cut(at_once, (size,)) if at_once > 1 else None
