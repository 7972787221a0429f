"""Free UDP ports of this host, for servers under test."""

import itertools
import os
import socket

from tftptui.settings import PortRange

_FIRST, _LAST = 10_000, 30_000  # below the ephemeral range

# Each pytest-xdist worker has its own range of ports: a server takes its ports one by
# one, so a range can look free to another worker while it is in use.
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
_SHARE = (_LAST - _FIRST) // int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
_START = _FIRST + _WORKER * _SHARE

_ports = itertools.cycle(range(_START, _START + _SHARE))
next(itertools.islice(_ports, os.getpid() * 101 % _SHARE, None))


def free_range(count: int) -> PortRange:
    """Return COUNT consecutive UDP ports that were just free on every address.

    Each call starts its search after the ports returned last: two ranges of one test
    never overlap, though a server opens its ports only when it needs them, and two runs
    of the suite at the same time get different ports.
    """
    for _ in range(_SHARE // count):
        first, *rest = itertools.islice(_ports, count)
        last = rest[-1] if rest else first
        in_a_row = last - first == count - 1  # not past the end of the share
        if in_a_row and all(_is_free(port) for port in range(first, last + 1)):
            return PortRange(first, last)
    raise AssertionError(f"this machine has no {count} free ports in a row")


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        try:
            sock.bind(("::", port))
        except OSError:
            return False
    return True
