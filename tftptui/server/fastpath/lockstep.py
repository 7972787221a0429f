"""Lock step: serve a single client by blocking in its own socket.

The event loop asks epoll which sockets are readable, then reads from one. While only
one transfer is active and its client replies at once, the poll is wasted. Other work
waits a few milliseconds at most: until the client pauses or the stretch is over.
"""

import socket
import sys
from collections.abc import Callable, Iterable, Sequence
from struct import Struct

from tftptui.files.staging import Awaited
from tftptui.server.transfer.sockets import LONGEST

_IS_LONG = sys.maxsize.bit_length() > 32  # noqa: PLR2004 - the name says it
CAN_WAIT = sys.platform.startswith("linux") and _IS_LONG
"""Whether sockets support receive timeouts in the format of _PATIENCE. On 32-bit
systems the format depends on how the system was built."""

NEAR = 0.0005
"""Longest reply time in seconds of a client that is worth blocking for."""

STRETCH = 0.005
"""Seconds after which other work gets a turn."""

_PATIENCE = Struct("@ll").pack(0, 1_000)
"""SO_RCVTIMEO and SO_SNDTIMEO as a timeval of 0 s and 1,000 µs; the kernel rounds up to
its tick of 1 to 10 ms."""

Send = Callable[[memoryview], object]
Steps = tuple[Awaited, Sequence[memoryview]]
"""The datagrams expected from the client, each with the packets to send then."""


class LockStep:
    """A stretch of exchanges with one client.

    Args:
        sock: connected to the client.
        now: a clock, in seconds.

    Attributes:
        left: when each window was sent.
        other: a datagram that was not the expected one, or empty.
        unsent: packets that could not be sent, or None.
    """

    def __init__(self, sock: socket.SocketType, now: Callable[[], float]) -> None:
        self._sock, self._now = sock, now
        self.left: list[float] = []
        self.other = b""
        self.unsent: memoryview | None = None

    def keep(self, stretch: Iterable[Steps], send: Send) -> None:
        """Wait for each expected datagram and SEND the packets that follow it.

        Ends early on any other datagram, on a timeout, and after STRETCH seconds.
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
                except OSError:  # a timeout, or an ICMP error: the session handles it
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
