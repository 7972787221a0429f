"""The quickest way to serve one client alone: to wait at its own socket.

The loop asks the system which of all sockets can be read, and then reads from one.
While a transfer is the only one, and its client answers at once, the first question
is answered already. What else there is to do is looked at after a few milliseconds:
when the client hesitates, and when a stretch is over.
"""

import socket
import sys
from collections.abc import Callable, Iterable, Sequence
from struct import Struct

from tftptui.files.staging import Awaited
from tftptui.server.transfer.sockets import LONGEST

_IS_LONG = sys.maxsize.bit_length() > 32  # noqa: PLR2004 - the name says it
CAN_WAIT = sys.platform.startswith("linux") and _IS_LONG
"""Whether a socket here knows how long it may wait, as _PATIENCE tells it: what a
32-bit system wants there goes by how it was built."""

NEAR = 0.0005
"""Seconds within which a client answers that is worth waiting for."""

STRETCH = 0.005
"""Seconds after which others have their turn."""

_PATIENCE = Struct("@ll").pack(0, 1_000)
"""Seconds and microseconds that are waited at most for one answer, or for room to
send; the system rounds up to its own tick, of 1 to 10 ms."""

Send = Callable[[memoryview], object]
Steps = tuple[Awaited, Sequence[memoryview]]
"""What the client has to send, each with what is sent then."""


class LockStep:
    """A stretch of exchanges with one client.

    Args:
        sock: connected to the client.
        now: a clock, in seconds.

    Attributes:
        left: when each window left.
        other: a datagram that was not the awaited one, or nothing.
        unsent: packets that could not be sent, or None.
    """

    def __init__(self, sock: socket.SocketType, now: Callable[[], float]) -> None:
        self._sock, self._now = sock, now
        self.left: list[float] = []
        self.other = b""
        self.unsent: memoryview | None = None

    def keep(self, stretch: Iterable[Steps], send: Send) -> None:
        """Wait for each datagram of a stretch, and SEND what it sets off.

        It ends early when anything else comes, when nothing comes, and in time.
        """
        sock = self._sock
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            sock.setsockopt(socket.SOL_SOCKET, option, _PATIENCE)
        sock.setblocking(True)  # noqa: FBT003 - the name says it
        try:
            self._keep(stretch, send)
        finally:
            sock.setblocking(False)  # noqa: FBT003

    def _keep(self, stretch: Iterable[Steps], send: Send) -> None:
        receive, now, is_out = self._sock.recv, self._now, self.left.append
        until = now() + STRETCH
        for acks, windows in stretch:
            for awaited, packets in zip(acks, windows, strict=False):
                try:
                    datagram = receive(LONGEST)
                except OSError:  # nothing yet, or an ICMP error, for the exact state
                    return
                if datagram != awaited:
                    self.other = datagram
                    return
                moment = now()
                is_out(moment)
                try:
                    send(packets)
                except OSError:
                    self.unsent = packets
                    return
                if moment > until:
                    return
