"""Many datagrams in one system call: UDP_SEGMENT, also called GSO (Linux).

The kernel cuts one large send into datagrams of a given size. It never fragments
them, so every one has to fit the route; where anything is in the way, nothing
leaves and the caller sends them one by one. The size goes along with each call: set
at the socket it would cut long OACKs and ERRORs too.
"""

import errno
import socket
import struct
import sys
from dataclasses import dataclass

_UDP_SEGMENT = 103  # not in Python's socket module
_SIZE = struct.Struct("=H")
MOST_SEGMENTS = 64
"""Datagrams of one call, as older kernels have it."""

MOST_OCTETS = 65_507
"""Bytes of one call: a UDP datagram as far as the socket is concerned."""

REFUSALS = (errno.EMSGSIZE, errno.EINVAL, errno.EIO, errno.ENOPROTOOPT)
"""Errors that mean: not this way on this route."""


_MOST_ROUTES = 4_096


def has_gso() -> bool:
    """Whether the kernel knows UDP_SEGMENT; a route may refuse it all the same."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.getsockopt(socket.IPPROTO_UDP, _UDP_SEGMENT)
        except OSError:
            return False
    return sys.platform == "linux"


class Uncut:
    """Routes that have refused to have sends cut, and from which size on.

    A route is our address and the client's.
    """

    def __init__(self) -> None:
        self._least: dict[tuple[str, str], int] = {}

    def add(self, route: tuple[str, str], octets: int, error: OSError) -> None:
        """Take note of a route that refused to cut into datagrams of OCTETS."""
        if len(self._least) >= _MOST_ROUTES:
            self._least.clear()
        least = octets if error.errno == errno.EMSGSIZE else 0
        self._least[route] = min(least, self._least.get(route, octets))

    def has(self, route: tuple[str, str], octets: int) -> bool:
        """Whether the route is known to refuse them."""
        least = self._least.get(route)
        return least is not None and octets >= least

    def forget(self) -> None:
        """Have every route tried again."""
        self._least.clear()


uncut = Uncut()
"""What this machine's routes have shown."""


@dataclass(frozen=True, slots=True)
class Cut:
    """How to have a send cut: datagrams AT_ONCE, and what to say to the kernel."""

    at_once: int
    ancillary: tuple[tuple[int, int, bytes], ...]


def cut_into(octets: int, mtu: int | None, *, ipv6: bool) -> Cut | None:
    """Return how to have sends cut into datagrams of OCTETS bytes.

    None where that can't be: the system lacks it, or they don't fit the route.
    """
    headers = 48 if ipv6 else 28
    if not sys.platform.startswith("linux") or mtu is None or octets + headers > mtu:
        return None
    at_once = min(MOST_SEGMENTS, MOST_OCTETS // octets)
    size = (socket.IPPROTO_UDP, _UDP_SEGMENT, _SIZE.pack(octets))
    return Cut(at_once, (size,)) if at_once > 1 else None
