"""Ports of this machine that nobody holds, for servers under test."""

import itertools
import os
import socket

from tftptui.settings import PortRange

_FIRST, _LAST = 10_000, 30_000  # below what the system hands out by itself
_turn = itertools.count(os.getpid() * 101)


def free_range(count: int) -> PortRange:
    """Return COUNT neighbouring UDP ports, free a moment ago on every address.

    Each call starts to look elsewhere, so that test runs side by side, and tests
    one after the other, do not meet.
    """
    places = (_LAST - _FIRST) // count
    for _ in range(places):
        first = _FIRST + next(_turn) % places * count
        if all(_is_free(port) for port in range(first, first + count)):
            return PortRange(first, first + count - 1)
    raise AssertionError(f"this machine has no {count} free ports in a row")


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        try:
            sock.bind(("::", port))
        except OSError:
            return False
    return True
