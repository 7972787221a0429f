"""A TID's sockets: how one transfer's packets leave and arrive.

Two sockets share the leased port. The *connected* one is the fast path: the
kernel hands it only what the client sends. The unconnected *twin* is bound first
and gets what anybody else sends there (RFC 1350 §4 wants that answered).
"""

import contextlib
import errno
import socket
import sys

from tftptui.protocol.packets import BLOCK_MODULUS, HEADER, Opcode
from tftptui.server.addresses import Endpoint, endpoint_of, is_taken
from tftptui.server.icmp import IcmpError, ask_for_errors, drain_errors
from tftptui.server.ports import PortTakenError
from tftptui.server.sources import Source

_IP_MTU_DISCOVER, _IPV6_MTU_DISCOVER, _DONT = 10, 23, 0
_IP_MTU, _IPV6_MTU = 14, 24
_LONGEST_ANSWER = 2_048  # ACK and ERROR are all that a reading client sends

# Twice around, so that a window's numbers are one slice, the wrap to 0 included.
_HIGH = bytes(block >> 8 for block in range(BLOCK_MODULUS)) * 2
_LOW = bytes(block & 0xFF for block in range(BLOCK_MODULUS)) * 2


class Staging:
    """Room for one window of DATA packets, each a header and its data.

    The file is read straight into the gaps, so no octet is copied twice.
    """

    def __init__(self, block_size: int, window: int) -> None:
        self.block_size = block_size
        self._stride = block_size + HEADER
        self._octets = bytearray(window * self._stride)
        self._octets[1 :: self._stride] = bytes([Opcode.DATA]) * window
        self._view = memoryview(self._octets)
        self._gaps = [
            self._view[start + HEADER : start + self._stride]
            for start in range(0, len(self._octets), self._stride)
        ]

    def fill(self, source: Source, first: int, count: int) -> int:
        """Stage COUNT blocks from FIRST on; return the data octets they hold."""
        octets = source.read_into(self._gaps[:count], (first - 1) * self.block_size)
        end, stride, block16 = count * self._stride, self._stride, first % BLOCK_MODULUS
        self._octets[2:end:stride] = _HIGH[block16 : block16 + count]
        self._octets[3:end:stride] = _LOW[block16 : block16 + count]
        return octets

    def packet(self, index: int, payload: int) -> memoryview:
        """Return staged packet INDEX with PAYLOAD octets of data."""
        start = index * self._stride
        return self._view[start : start + HEADER + payload]


class Transport:
    """The two sockets of one TID. Nothing here blocks.

    Attributes:
        send_error: why the last send failed on this host, or None. Nothing left
            then; the retransmission timer tries again.
    """

    def __init__(self, main: socket.socket, twin: socket.socket) -> None:
        self.main, self.twin = main, twin
        self.send_error: OSError | None = None

    @property
    def local(self) -> Endpoint:
        """Our endpoint, as the client sees it."""
        return endpoint_of(self.main.getsockname())

    def send(self, packet: bytes | memoryview) -> bool:
        """Send one packet to the client; return whether it left."""
        try:
            self.main.send(packet)
        except OSError as error:
            if error.errno != errno.ECONNREFUSED:
                self.send_error = error
                return False
            return self._send_again(packet)
        self.send_error = None
        return True

    def _send_again(self, packet: bytes | memoryview) -> bool:
        """Send after an older ICMP error has spoilt a send; it is reported apart."""
        try:
            self.main.send(packet)
        except OSError as error:
            self.send_error = error
            return False
        return True

    def receive(self) -> bytes | None:
        """Return one datagram of the client, or None when there is none.

        Raises:
            OSError: an ICMP error is waiting; call errors().
        """
        try:
            return self.main.recv(_LONGEST_ANSWER)
        except BlockingIOError:
            return None

    def receive_stray(self) -> tuple[bytes, Endpoint] | None:
        """Return one datagram of a stranger and who sent it, or None."""
        try:
            datagram, address = self.twin.recvfrom(_LONGEST_ANSWER)
        except OSError:
            return None
        return datagram, endpoint_of(address)

    def answer_stray(self, packet: bytes, stranger: Endpoint) -> None:
        """Send to a stranger; that it fails is no concern of the transfer."""
        with contextlib.suppress(OSError):
            self.twin.sendto(packet, stranger.as_socket_address())

    def errors(self) -> list[IcmpError]:
        """Return the ICMP errors that came for what we sent."""
        return drain_errors(self.main)

    def route_mtu(self) -> int | None:
        """Return the MTU of the route to the client in octets, if it is known."""
        if not sys.platform.startswith("linux"):
            return None
        with contextlib.suppress(OSError):
            if self.main.family == socket.AF_INET6:
                return self.main.getsockopt(socket.IPPROTO_IPV6, _IPV6_MTU)
            return self.main.getsockopt(socket.IPPROTO_IP, _IP_MTU)
        return None

    def close(self) -> None:
        """Close both sockets."""
        self.main.close()
        self.twin.close()


def open_transport(local: Endpoint, client: Endpoint) -> Transport:
    """Open the sockets of a TID, connected to the client.

    Raises:
        PortTakenError: another program holds the port.
        OSError: anything else, such as no route to the client.
    """
    twin = _socket(local)
    try:
        main = _socket(local)
    except BaseException:
        twin.close()
        raise
    try:
        main.connect(client.as_socket_address())
        ask_for_errors(main)
    except OSError:
        main.close()
        twin.close()
        raise
    return Transport(main, twin)


def _socket(local: Endpoint) -> socket.socket:
    sock = socket.socket(local.family, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)  # noqa: FBT003 - the name says it
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        allow_fragments(sock)
        sock.bind(local.as_socket_address())
    except OSError as error:
        sock.close()
        if is_taken(error):
            raise PortTakenError(str(local)) from error
        raise
    return sock


def allow_fragments(sock: socket.socket) -> None:
    """Send without DF: with it, a route that swallows ICMP swallows large blocks."""
    if not sys.platform.startswith("linux"):
        return
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, _IPV6_MTU_DISCOVER, _DONT)
    else:
        sock.setsockopt(socket.IPPROTO_IP, _IP_MTU_DISCOVER, _DONT)
