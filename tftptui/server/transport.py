"""A TID's sockets: how one transfer's packets leave and arrive.

Two sockets share the leased port. The *connected* one is the fast path: the
kernel hands it only what the client sends. The unconnected *twin* is bound first
and gets what anybody else sends there (RFC 1350 §4 wants that answered).
"""

import asyncio
import contextlib
import errno
import socket
from collections.abc import Callable

from tftptui.net.addresses import Endpoint, SocketAddress, endpoint_of, is_taken
from tftptui.net.icmp import IcmpError, ask_for_errors, drain_errors
from tftptui.net.routes import allow_fragments, route_mtu
from tftptui.protocol.packets import HEADER
from tftptui.server.loop import Readers, readers_of
from tftptui.server.ports import PortTakenError
from tftptui.server.segments import REFUSALS, Cut, cut_into

PENDING = (
    errno.ECONNREFUSED,
    errno.EHOSTUNREACH,
    errno.ENETUNREACH,
    errno.EHOSTDOWN,
    errno.ENONET,
    errno.ENOPROTOOPT,
    errno.EOPNOTSUPP,
    errno.EPROTO,
    errno.EMSGSIZE,
    errno.EACCES,
)
"""What ICMP errors become; a waiting one makes the next send fail, whatever it is."""

_WILDCARDS = ("0.0.0.0", "::")  # noqa: S104 - to recognise them
_NOT_BLOCKING = getattr(socket, "SOCK_NONBLOCK", 0)  # Linux spares a call
_DATAGRAMS = socket.SOCK_DGRAM | _NOT_BLOCKING

_KERNEL_EXTRA = 1_024  # octets that the kernel charges for each datagram besides
_LONGEST_ANSWER = 2_048  # ACK and ERROR are all that a reading client sends


class NoWayError(OSError):
    """This host has no usable route to the client; nothing can leave."""


class Transport:
    """The two sockets of one TID. Nothing here blocks.

    Attributes:
        local: our endpoint, as the client sees it.
        send_error: why the last send failed on this host, or None. Nothing left
            then; the retransmission timer tries again.
        recv: returns one datagram of the client, at most as many octets as asked.
            Raises OSError when there is none: an ICMP error may be waiting.
    """

    def __init__(
        self, main: socket.socket, twin: socket.socket, local: Endpoint
    ) -> None:
        self.main, self.twin, self.local = main, twin, local
        self._longest = _LONGEST_ANSWER
        self._cut: Cut | None = None
        self._readers: Readers | None = None
        self.send_error: OSError | None = None
        self.recv = main.recv

    def attach(self, readable: Callable[[], None], strayed: Callable[[], None]) -> None:
        """Have the event loop call READABLE for the client, STRAYED for others."""
        readers = self._readers = readers_of(asyncio.get_running_loop())
        readers.add(self.main, readable)
        readers.add(self.twin, strayed)

    def send(self, packet: bytes | memoryview) -> bool:
        """Send one packet to the client; return whether it left."""
        try:
            self.main.send(packet)
        except OSError as error:
            if error.errno in PENDING:
                return self._send_again(packet)
            self.send_error = error
            return False
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

    def segment(self, octets: int) -> None:
        """Let send_run() hand many packets of OCTETS octets to the kernel at once."""
        self._cut = cut_into(octets, self.route_mtu(), ipv6=":" in self.local.host)

    def sender(self, octets: int, window: int) -> Callable[[memoryview], object] | None:
        """Return a quick way to send WINDOW packets of OCTETS octets, end to end.

        Where it raises OSError nothing has left, and send_run() knows what to do.
        None where each packet takes a call.
        """
        if window == 1:
            return self.main.send
        if self._cut is None:
            return None
        sendmsg, ancillary = self.main.sendmsg, self._cut.ancillary
        if window <= self._cut.at_once:
            return lambda packets: sendmsg((packets,), ancillary)
        step = self._cut.at_once * octets

        def send_long(packets: memoryview) -> None:
            sendmsg((packets[:step],), ancillary)
            for start in range(step, len(packets), step):
                piece = packets[start : start + step]
                try:
                    sendmsg((piece,), ancillary)
                except OSError:
                    self.send_run(packets[start:], octets)
                    return

        return send_long

    def send_run(self, packets: memoryview, octets: int) -> bool:
        """Send packets that lie end to end, OCTETS each; the last may be shorter.

        Returns:
            Whether all left.
        """
        if len(packets) <= octets:
            return self.send(packets)
        cut = self._cut
        if cut is None:
            return self._send_each(packets, octets)
        step = cut.at_once * octets
        for start in range(0, len(packets), step):
            try:
                self.main.sendmsg([packets[start : start + step]], cut.ancillary)
            except OSError as error:
                # Nothing has left in the failed call, so nothing leaves twice.
                if error.errno in REFUSALS:
                    self._cut = None
                elif error.errno not in PENDING:
                    self.send_error = error
                    return False
                return self._send_each(packets[start:], octets)
        self.send_error = None
        return True

    def _send_each(self, packets: memoryview, octets: int) -> bool:
        for start in range(0, len(packets), octets):
            if not self.send(packets[start : start + octets]):
                return False
        return True

    @property
    def recv_into(self) -> Callable[[memoryview], int]:
        """What puts one datagram of the client into a place; else as recv."""
        return self.main.recv_into

    def receive(self) -> bytes | None:
        """Return one datagram of the client, or None when there is none.

        Raises:
            OSError: an ICMP error is waiting; call errors().
        """
        try:
            return self.main.recv(self._longest)
        except BlockingIOError:
            return None

    def expect(self, block_size: int, window: int) -> int:
        """Make room for the DATA of an upload: whole windows of full blocks.

        Returns:
            Octets of the longest datagram that makes sense, and one more.
        """
        # One more, so that a block longer than agreed shows instead of being cut.
        self._longest = max(_LONGEST_ANSWER, block_size + HEADER + 1)
        room = 2 * window * (block_size + _KERNEL_EXTRA)
        if room > self.main.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF):
            self.main.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        return self._longest

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
        return route_mtu(self.main)

    def close(self) -> None:
        """Close both sockets; the event loop forgets them first."""
        if self._readers is not None:
            self._readers.remove(self.main)
            self._readers.remove(self.twin)
        self.main.close()
        self.twin.close()


def open_transport(local: Endpoint, client: Endpoint) -> Transport:
    """Open the sockets of a TID, connected to the client.

    Raises:
        PortTakenError: another program holds the port.
        NoWayError: there is no route to the client.
        OSError: anything else.
    """
    # Bound alone, so that no other program can hold the port; shared afterwards.
    family, address = int(local.family), local.as_socket_address()
    twin = _socket(family)
    try:
        allow_fragments(twin, family)
        _bind(twin, address)
        _share(twin)
        main = _socket(family)
    except BaseException:
        twin.close()
        raise
    try:
        _share(main)
        allow_fragments(main, family)
        _bind(main, address)
        _connect(main, client)
        ask_for_errors(main, family)
    except BaseException:
        main.close()
        twin.close()
        raise
    is_known = local.port and local.host not in _WILDCARDS
    seen = local if is_known else endpoint_of(main.getsockname())
    return Transport(main, twin, seen)


def _connect(sock: socket.socket, client: Endpoint) -> None:
    try:
        sock.connect(client.as_socket_address())
    except OSError as error:
        raise NoWayError(error.errno, error.strerror) from error


def _socket(family: int) -> socket.socket:
    sock = socket.socket(family, _DATAGRAMS)
    if not _NOT_BLOCKING:
        sock.setblocking(False)  # noqa: FBT003 - the name says it
    return sock


def _bind(sock: socket.socket, address: SocketAddress) -> None:
    try:
        sock.bind(address)
    except OSError as error:
        if is_taken(error):
            raise PortTakenError(str(address)) from error
        raise


def _share(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
