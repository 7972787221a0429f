"""Copies of an engine's listener sockets, held by its parent process.

They stay bound if the engine is killed. Requests wait in them until it is restarted,
which then needs no permission for the port.
"""

import contextlib
import os
import socket
import weakref
from collections.abc import Iterator, Sequence

_MOST = 64
"""Maximum number of listeners held."""

_CAN = hasattr(socket, "SCM_RIGHTS")


class HeldSockets:
    """Copies of the sockets that an engine listens on.

    Attributes:
        descriptors: to be passed to a new engine; empty for the first one.
    """

    def __init__(self) -> None:
        self.descriptors: list[int] = []
        self._inbox: socket.socket | None = None
        weakref.finalize(self, _close_all, self.descriptors)

    @contextlib.contextmanager
    def keeper(self) -> Iterator[socket.socket]:
        """Yield the socket by which an engine passes its listeners to us."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                yield theirs
            except BaseException:
                ours.close()
                raise
        self._inbox = ours

    def take(self) -> None:
        """Receive the sockets that the engine has passed; they replace the old ones."""
        if self._inbox is None:
            return
        with self._inbox as inbox:
            taken = _taken(inbox) if _CAN else []
        self._inbox = None
        if taken:
            self.close()
            self.descriptors += taken

    def close(self) -> None:
        """Close all copies."""
        _close_all(self.descriptors)


def give_to(keeper: socket.socket, sockets: Sequence[socket.socket]) -> None:
    """Pass copies to the parent; ignore errors."""
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
