"""Room for what arrives while we look elsewhere."""

import contextlib
import socket

WANTED = 4 << 20
"""Bytes: a burst of thousands of requests has to fit."""

PER_REQUEST = 832
"""Bytes that Linux charges a socket for one request, small as it is; measured."""

_SO_RCVBUFFORCE = 33  # not in Python's socket module


def ask_for_room(sock: socket.socket) -> int:
    """Have WANTED bytes of room, or as many as we may; return how many it has.

    A socket that has them keeps them: its binder had more rights.
    """
    if (room := sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)) >= WANTED:
        return room
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WANTED)
    with contextlib.suppress(OSError):  # needs a right that few have
        sock.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, WANTED)
    return sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)


def room_for_requests() -> int:
    """Return how many requests at once find room in a socket of ours."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        return ask_for_room(sock) // PER_REQUEST
