"""Single-port mode: transfers on the listener's own port.

All replies leave from the request port, and only the client's address and port identify
a transfer. This helps if a firewall accepts replies from that port only. The price:
strangers look like clients. ICMP errors arrive at the listener, with the client they
are about.
"""

from collections import deque
from collections.abc import Callable

from tftptui.net.addresses import Endpoint, SocketAddress
from tftptui.net.icmp import IcmpError
from tftptui.net.routes import mtu_towards
from tftptui.server.fastpath.event_loop import Readers
from tftptui.server.listener import Arrival, Listener

_QUEUE = 1_024
"""Maximum datagrams queued for one client; dropped ones are resent."""


class SharedTransport:
    """A transport on the listener's socket; see Transport for the methods."""

    is_alone, to = False, None

    def __init__(self, listener: Listener, arrival: Arrival) -> None:
        self.send_error: OSError | None = None
        self.unsent = 0
        self._listener, self._arrival = listener, arrival
        listener.hear_errors()
        self._waiting: deque[bytes] = deque(maxlen=_QUEUE)
        self._readable: Callable[[], None] | None = None

    @property
    def local(self) -> Endpoint:
        """Our endpoint, as the client sees it."""
        return self._arrival.server

    def attach(
        self,
        readable: Callable[[], None],
        _strayed: Callable[[], None],
        _readers: Readers | None = None,
    ) -> None:
        """Call READABLE for each datagram of the client."""
        self._readable = readable

    def deliver(self, datagram: bytes) -> None:
        """Queue a datagram that the listener received for this client."""
        self._waiting.append(datagram)
        if self._readable is not None:
            self._readable()

    def expect(self, _block_size: int, _window: int) -> int:
        """Return 0: the listener's buffer is larger than any window."""
        return 0

    def send(self, packet: bytes | memoryview) -> bool:
        """Send one packet to the client; return whether it was sent."""
        self.send_error = self._listener.answer(packet, self._arrival)
        self.unsent += self.send_error is not None
        return self.send_error is None

    def segment(self, nbytes: int) -> None:
        """Do nothing: a socket option would affect all transfers."""

    def send_run(self, packets: memoryview, nbytes: int) -> bool:
        """Send consecutive packets from one buffer; see Transport."""
        pieces = range(0, len(packets), nbytes)
        return all(self.send(packets[start : start + nbytes]) for start in pieces)

    def sender(self, _nbytes: int, _window: int) -> None:
        """Return None: see send_run()."""

    def lock_step(self, _now: Callable[[], float]) -> None:
        """Return None: other transfers use this socket, too."""

    def recv(self, _nbytes: int) -> bytes:
        """Return one datagram of the client.

        Raises:
            BlockingIOError: there is none.
        """
        if not self._waiting:
            raise BlockingIOError
        return self._waiting.popleft()

    def recv_into(self, place: memoryview) -> int:
        """Copy one datagram of the client into PLACE, truncated; return the size.

        Raises:
            BlockingIOError: there is none.
        """
        datagram = self.recv(0)[: len(place)]
        place[: len(datagram)] = datagram
        return len(datagram)

    def recvfrom(self, nbytes: int) -> tuple[bytes, SocketAddress]:
        """Return one datagram and its sender, like recv()."""
        return self.recv(nbytes), self._arrival.client.as_socket_address()

    def is_from_client(self, _sender: SocketAddress) -> bool:
        """Return True: strangers cannot be told apart."""
        return True

    def pair(self, _readable: Callable[[], None]) -> None:
        """Do nothing: there is no separate socket."""

    def receive(self) -> bytes | None:
        """Return one datagram of the client, or None if there is none."""
        return self._waiting.popleft() if self._waiting else None

    def answer_stray(self, packet: bytes, stranger: Endpoint) -> None:
        """Do nothing: there are no strangers here."""

    def errors(self) -> list[IcmpError]:
        """Return nothing: the listener delivers ICMP errors."""
        return []

    def route_mtu(self) -> int | None:
        """Return the MTU of the route to the client in bytes, if known."""
        return mtu_towards(self._arrival.client.as_socket_address())

    def close(self) -> None:
        """Drop queued datagrams; the listener stays open."""
        self._readable = None
        self._waiting.clear()
