"""Single-port mode: a transfer on the listener's own port.

All replies leave from the request port, and transfers are distinguished by
the client's address and port alone. It helps where a firewall lets only answers
from that port back in. What it costs: strangers can't be told from clients. ICMP errors
come to the listener, which tells whom each is about.
"""

from collections import deque
from collections.abc import Callable

from tftptui.net.addresses import Endpoint, SocketAddress
from tftptui.net.icmp import IcmpError
from tftptui.net.routes import mtu_towards
from tftptui.server.fastpath.event_loop import Readers
from tftptui.server.listener import Arrival, Listener

_QUEUE = 1_024
"""Datagrams of one client that wait at most; it sends again what is dropped."""


class SharedTransport:
    """A place at the listener's socket; see Transport for what the calls mean."""

    is_alone, to = False, None

    def __init__(self, listener: Listener, arrival: Arrival) -> None:
        self.send_error: OSError | None = None
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
        """Hand over a datagram that the listener took for this client."""
        self._waiting.append(datagram)
        if self._readable is not None:
            self._readable()

    def expect(self, _block_size: int, _window: int) -> int:
        """Return 0: the listener's buffer is larger than any window."""
        return 0

    def send(self, packet: bytes | memoryview) -> bool:
        """Send one packet to the client; return whether it left."""
        self.send_error = self._listener.answer(packet, self._arrival)
        return self.send_error is None

    def segment(self, octets: int) -> None:
        """Do nothing: what is set at the socket would hold for everybody."""

    def send_run(self, packets: memoryview, octets: int) -> bool:
        """Send packets that lie end to end; see Transport."""
        pieces = range(0, len(packets), octets)
        return all(self.send(packets[start : start + octets]) for start in pieces)

    def sender(self, _octets: int, _window: int) -> None:
        """Return None: see send_run()."""

    def lock_step(self, _now: Callable[[], float]) -> None:
        """Return None: others are waited for here, too."""

    def recv(self, _octets: int) -> bytes:
        """Return one datagram of the client.

        Raises:
            BlockingIOError: there is none.
        """
        if not self._waiting:
            raise BlockingIOError
        return self._waiting.popleft()

    def recv_into(self, place: memoryview) -> int:
        """Put one datagram of the client into PLACE, as much as fits; return how much.

        Raises:
            BlockingIOError: there is none.
        """
        datagram = self.recv(0)[: len(place)]
        place[: len(datagram)] = datagram
        return len(datagram)

    def recvfrom(self, octets: int) -> tuple[bytes, SocketAddress]:
        """Return one datagram and its sender, in the same way."""
        return self.recv(octets), self._arrival.client.as_socket_address()

    def is_from_client(self, _sender: SocketAddress) -> bool:
        """Return True: nobody else can be told apart."""
        return True

    def pair(self, _readable: Callable[[], None]) -> None:
        """Do nothing: there is no socket of its own."""

    def receive(self) -> bytes | None:
        """Return one datagram of the client, or None when there is none."""
        return self._waiting.popleft() if self._waiting else None

    def answer_stray(self, packet: bytes, stranger: Endpoint) -> None:
        """Do nothing: there are no strangers here."""

    def errors(self) -> list[IcmpError]:
        """Return nothing: the listener hands them out."""
        return []

    def route_mtu(self) -> int | None:
        """Return the MTU of the route to the client in bytes, if it is known."""
        return mtu_towards(self._arrival.client.as_socket_address())

    def close(self) -> None:
        """Let go; the listener stays open."""
        self._readable = None
        self._waiting.clear()
