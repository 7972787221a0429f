"""The client's socket: sends first to the listening port, then to one TID."""

import contextlib
import errno
import select
import socket
from typing import Protocol

from tftptui.net.addresses import Endpoint, SocketAddress, endpoint_of
from tftptui.net.icmp import IcmpError, ask_for_errors, drain_errors
from tftptui.net.routes import allow_fragments
from tftptui.protocol.errors import ErrorCode
from tftptui.protocol.packets import encode_error
from tftptui.telemetry.stray_notes import SAID

_ROOM = 65_536  # maximum UDP datagram
_BUFFER = 1 << 20
_STRAY_ANSWERS = 10
_MILLISECONDS = 1_000
_PATIENCE = 1_000  # milliseconds to wait for the socket to become writable


class Wakeable(Protocol):
    """Something else to wait for."""

    def fileno(self) -> int:
        """Return a file descriptor that is readable when there is a reason to wake."""


class Channel:
    """A bound UDP socket; only wait() blocks.

    It is unconnected, since the server replies from another port than the one the
    request was sent to, and since strangers must get an ERROR (RFC 1350 §4).

    Args:
        sock: already bound.
        server: destination of the request.
        wakeable: also ends wait().

    Attributes:
        server: destination of the request.
        peer: the server's TID, once lock() was called.
        strays: number of datagrams from elsewhere.
        stranger: source of the last of them.
    """

    def __init__(
        self, sock: socket.socket, server: Endpoint, wakeable: Wakeable
    ) -> None:
        self.server = server
        self.peer: Endpoint | None = None
        self.strays = 0
        self.stranger: Endpoint | None = None
        self._socket = sock
        self._buffer = bytearray(_ROOM)
        self._view = memoryview(self._buffer)
        self._from: SocketAddress | None = None
        self._locked: SocketAddress | None = None
        self._left: set[Endpoint] = set()
        self._poll = select.poll()
        self._poll.register(sock, select.POLLIN)
        self._poll.register(wakeable, select.POLLIN)
        self._writable = select.poll()
        self._writable.register(sock, select.POLLOUT)

    @property
    def local(self) -> Endpoint:
        """Our endpoint; the port is our TID."""
        return endpoint_of(self._socket.getsockname())

    def wait(self, seconds: float | None) -> None:
        """Wait until something is readable, or for SECONDS."""
        timeout = None if seconds is None else max(0.0, seconds) * _MILLISECONDS
        self._poll.poll(timeout)

    def lock(self) -> None:
        """Use the source of the last datagram as the server's TID from now on."""
        if self._from is not None:
            self._locked, self.peer = self._from, endpoint_of(self._from)

    def unlock(self) -> None:
        """Prepare for a new request: packets from the old TID are no reply to it.

        A server that replies from the request port has no other TID.
        """
        if self.peer is not None and self.peer != self.server:
            self._left.add(self.peer)
        self._locked = self.peer = None

    def ask(self, packet: bytes) -> None:
        """Send to the server's listening port.

        Raises:
            OSError: sending failed.
        """
        self._send(packet, self.server.as_socket_address())

    def send(self, packet: bytes | memoryview) -> None:
        """Send to the server's TID; on errors the timer will retry."""
        if self._locked is not None:
            with contextlib.suppress(OSError):
                self._send(packet, self._locked)

    def receive(self) -> memoryview | None:
        """Return a datagram of the server, valid until the next call, or None."""
        while True:
            try:
                count, address = self._socket.recvfrom_into(self._buffer)
            except BlockingIOError:
                return None
            except OSError:  # an ICMP error: see errors()
                continue
            self._from = address
            if address == self._locked or (self._locked is None and self._is_server()):
                return self._view[:count]
            self._turn_away()

    def errors(self) -> list[IcmpError]:
        """Return the ICMP errors for packets we sent."""
        return drain_errors(self._socket)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def _is_server(self) -> bool:
        """Return whether the last datagram comes from the server's host."""
        assert self._from is not None  # noqa: S101 - receive() has just set it
        sender = endpoint_of(self._from)
        return (
            sender.host == self.server.host
            and sender.scope == self.server.scope
            and sender not in self._left
        )

    def _turn_away(self) -> None:
        """Send an ERROR to a stranger."""
        assert self._from is not None  # noqa: S101 - receive() has just set it
        self.strays += 1
        self.stranger = endpoint_of(self._from)
        is_error = self._buffer[:2] == b"\0\5"  # no reply to an ERROR (RFC 1350 §7)
        if not is_error and self.strays <= _STRAY_ANSWERS:
            packet = encode_error(ErrorCode.UNKNOWN_TID, SAID)
            with contextlib.suppress(OSError):
                self._send(packet, self._from)

    def _send(self, packet: bytes | memoryview, to: SocketAddress) -> None:
        try:
            self._socket.sendto(packet, to)
        except BlockingIOError:
            self._writable.poll(_PATIENCE)
            self._socket.sendto(packet, to)
        except OSError as error:
            if error.errno != errno.ECONNREFUSED:
                raise
            # Caused by an earlier ICMP error, which is reported separately.
            self._socket.sendto(packet, to)


def open_channel(local: Endpoint, server: Endpoint, wakeable: Wakeable) -> Channel:
    """Open a channel on one of our ports; 0 lets the system choose.

    Raises:
        OSError: the port is in use, or permission is denied.
    """
    sock = socket.socket(server.family, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)  # noqa: FBT003 - the name says it
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        allow_fragments(sock)
        ask_for_errors(sock)
        sock.bind(local.as_socket_address())
    except OSError:
        sock.close()
        raise
    return Channel(sock, server, wakeable)
