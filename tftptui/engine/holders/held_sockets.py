"""The listeners' sockets of an engine, held by the process that started it.

An engine that was killed takes its own with it; these stay bound. Requests wait in
them until it is restarted, which needs no permission for the port.
"""

import contextlib
import os
import socket
import weakref
from collections.abc import Iterator, Sequence

_MOST = 64
"""Listeners that can be held."""

_CAN = hasattr(socket, "SCM_RIGHTS")


class HeldSockets:
    """Copies of the sockets that an engine listens on.

    Attributes:
        descriptors: what a new engine has to be given; none before there was one.
    """

    def __init__(self) -> None:
        self.descriptors: list[int] = []
        self._inbox: socket.socket | None = None
        weakref.finalize(self, _close_all, self.descriptors)

    @contextlib.contextmanager
    def keeper(self) -> Iterator[socket.socket]:
        """Give the end of a pair that an engine hands its sockets over by."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                yield theirs
            except BaseException:
                ours.close()
                raise
        self._inbox = ours

    def take(self) -> None:
        """Take what the engine has handed over, if anything, in place of the others."""
        if self._inbox is None:
            return
        with self._inbox as inbox:
            taken = _taken(inbox) if _CAN else []
        self._inbox = None
        if taken:
            self.close()
            self.descriptors += taken

    def close(self) -> None:
        """Hold none any more."""
        _close_all(self.descriptors)


def give_to(keeper: socket.socket, sockets: Sequence[socket.socket]) -> None:
    """Hand copies over; without an error where that can't be done."""
    with keeper, contextlib.suppress(OSError):
        if _CAN:
            socket.send_fds(keeper, [b"."], [sock.fileno() for sock in sockets])


def _taken(inbox: socket.socket) -> list[int]:
    inbox.setblocking(False)  # noqa: FBT003 - the name says it
    with contextlib.suppress(OSError):
        _, descriptors, _, _ = socket.recv_fds(inbox, 1, _MOST)
        return descriptors
    return []


def _close_all(descriptors: list[int]) -> None:
    while descriptors:
        os.close(descriptors.pop())
