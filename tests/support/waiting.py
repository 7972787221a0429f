"""Waits for a socket without sleeping."""

import select
import socket

PATIENCE_MS = 10_000


def await_readable(sock: socket.SocketType) -> None:
    """Return once the socket is readable or has an error.

    Raises:
        AssertionError: nothing came for a long time.
    """
    poll = select.poll()
    poll.register(sock, select.POLLIN | select.POLLERR)
    assert poll.poll(PATIENCE_MS), "nothing came"
