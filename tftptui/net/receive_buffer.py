"""Size of a socket's receive buffer."""

import contextlib
import socket

WANTED = 4 << 20
"""Bytes: enough for a burst of thousands of requests."""

PER_REQUEST = 832
"""Bytes that Linux accounts for one request, although it is smaller; measured."""

_SO_RCVBUFFORCE = 33  # missing in Python's socket module


def ask_for_room(sock: socket.socket) -> int:
    """Request a receive buffer of WANTED bytes, or the maximum; return its size.

    A socket that is large enough is left alone: its creator had more privileges.
    """
    if (room := sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)) >= WANTED:
        return room
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WANTED)
    with contextlib.suppress(OSError):  # needs CAP_NET_ADMIN
        sock.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, WANTED)
    return sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)


def room_for_requests() -> int:
    """Return how many requests fit into the receive buffer."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        return ask_for_room(sock) // PER_REQUEST
