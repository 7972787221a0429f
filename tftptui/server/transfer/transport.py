"""A TID's sockets: how one transfer's packets leave and arrive.

A transfer begins *alone*, with one unconnected socket that hears everybody: most are
over before a second one would pay. One that lasts becomes a *pair* on the leased
port: a *connected* socket is the fast path, to which the kernel hands only what the
client sends, and the first one, now its *twin*, goes on to get what anybody else
sends there (RFC 1350 §4 wants that answered).
"""

import contextlib
import errno
import socket
from collections.abc import Callable

from tftptui.net.addresses import Endpoint, SocketAddress, endpoint_of
from tftptui.net.icmp import (
    IcmpError,
    ask_for_errors,
    drain_errors,
    forget_errors,
)
from tftptui.net.routes import allow_fragments, route_mtu
from tftptui.protocol.packets import HEADER
from tftptui.server.fastpath.event_loop import Readers
from tftptui.server.fastpath.gso import REFUSALS, Cut, cut_into, uncut
from tftptui.server.fastpath.lockstep import CAN_WAIT, LockStep
from tftptui.server.transfer.sockets import (
    Socket,
    bind,
    connected,
    datagram_socket,
    share,
)

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

_KERNEL_EXTRA = 1_024  # bytes that the kernel charges for each datagram besides
_LONGEST_ANSWER = 2_048  # ACK and ERROR are all that a reading client sends


class Transport:
    """The sockets of one TID. Nothing here blocks.

    Args:
        main: the connected socket, or the twin once more for one that is alone.
        twin: the unconnected one.
        ends: our endpoint, as the client sees it, and the client's.
        mtu: of the route to the client, for one that is alone.

    Attributes:
        local: our endpoint; to: the client's address while it is alone.
        send_error: why the last send failed on this host, or None. Nothing left
            then; the retransmission timer tries again.
        recv: returns one datagram of the client, at most as many bytes as asked.
            Raises OSError when there is none: an ICMP error may be waiting.
        recvfrom: the same, from strangers, and while it is alone of anybody.
    """

    __slots__ = (
        "_client",
        "_cut",
        "_longest",
        "_mtu",
        "_readers",
        "local",
        "main",
        "recv",
        "recvfrom",
        "send_error",
        "to",
        "twin",
    )

    def __init__(
        self,
        main: Socket,
        twin: Socket,
        ends: tuple[Endpoint, Endpoint],
        mtu: int | None = None,
    ) -> None:
        self.main, self.twin = main, twin
        self.local, self._client = ends
        self._mtu = mtu
        self.to = self._client.as_socket_address() if main is twin else None
        self._longest = _LONGEST_ANSWER
        self._cut: Cut | None = None
        self._readers: Readers | None = None
        self.send_error: OSError | None = None
        self.recv, self.recvfrom = main.recv, twin.recvfrom

    @property
    def is_alone(self) -> bool:
        """Whether there is only the socket that hears everybody."""
        return self.to is not None

    def attach(
        self,
        readable: Callable[[], None],
        strayed: Callable[[], None],
        readers: Readers,
    ) -> None:
        """Have the event loop call READABLE for the client, STRAYED for others.

        Alone, STRAYED is called for the client, too.
        """
        self._readers = readers
        readers.add(self.twin, strayed)
        if not self.is_alone:
            readers.add(self.main, readable)

    def hand_over(self, strayed: Callable[[], None]) -> None:
        """Have the event loop call STRAYED instead, for one that is alone."""
        if self._readers is not None:
            self._readers.change(self.twin, strayed)

    def pair(self, readable: Callable[[], None]) -> None:
        """Have a socket for the client alone, too; READABLE is called for it.

        Where none can be had, all stays as it is.
        """
        family, address = int(self.local.family), self.local.as_socket_address()
        try:
            share(self.twin)
            main = connected(family, address, self._client)
        except OSError:
            return
        forget_errors(self.twin, family)
        self.main, self.recv, self.to = main, main.recv, None
        if self._readers is not None:
            self._readers.add(main, readable)

    def send(self, packet: bytes | memoryview) -> bool:
        """Send one packet to the client; return whether it left."""
        try:
            if self.to is None:
                self.main.send(packet)
            else:
                self.main.sendto(packet, self.to)
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
            self.main.sendmsg([packet], (), 0, self.to)
        except OSError as error:
            self.send_error = error
            return False
        return True

    def segment(self, octets: int) -> None:
        """Let send_run() hand many packets of OCTETS bytes to the kernel at once."""
        if not uncut.has(self._route, octets):
            is_v6 = ":" in self.local.host
            self._cut = cut_into(octets, self.route_mtu(), ipv6=is_v6)

    @property
    def _route(self) -> tuple[str, str]:
        return self.local.host, self._client.host

    def sender(self, octets: int, window: int) -> Callable[[memoryview], object] | None:
        """Return a quick way to send WINDOW packets of OCTETS bytes, end to end.

        Where it raises OSError nothing has left, and send_run() knows what to do.
        None where each packet takes a call.
        """
        to = self.to
        if window == 1:
            if to is None:
                return self.main.send
            sendto = self.main.sendto
            return lambda packets: sendto(packets, to)
        if self._cut is None:
            return None
        sendmsg, ancillary = self.main.sendmsg, self._cut.ancillary
        if window <= self._cut.at_once:
            return lambda packets: sendmsg((packets,), ancillary, 0, to)
        step = self._cut.at_once * octets

        def send_long(packets: memoryview) -> None:
            sendmsg((packets[:step],), ancillary, 0, to)
            for start in range(step, len(packets), step):
                piece = packets[start : start + step]
                try:
                    sendmsg((piece,), ancillary, 0, to)
                except OSError:
                    self.send_run(packets[start:], octets)
                    return

        return send_long

    def lock_step(self, now: Callable[[], float]) -> LockStep | None:
        """Return a way to exchange packets with the client alone, if there is one."""
        return LockStep(self.main, now) if CAN_WAIT and self.to is None else None

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
            error = self._send_cut(packets[start : start + step], cut)
            if error is None:
                continue
            # Nothing has left in the failed call, so nothing leaves twice.
            if error.errno in REFUSALS:
                self._cut = None
                uncut.add(self._route, octets, error)
            elif error.errno not in PENDING:
                self.send_error = error
                return False
            return self._send_each(packets[start:], octets)
        self.send_error = None
        return True

    def _send_cut(self, packets: memoryview, cut: Cut) -> OSError | None:
        """Have packets cut by the kernel; return why they did not leave, or None.

        It tries twice, as an older ICMP error may have spoilt the first time.
        """
        trouble: OSError | None = None
        for _ in range(2):
            try:
                self.main.sendmsg((packets,), cut.ancillary, 0, self.to)
            except OSError as error:
                trouble = error
                if error.errno not in PENDING and error.errno not in REFUSALS:
                    break
            else:
                return None
        return trouble

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
            Bytes of the longest datagram that makes sense, and one more.
        """
        # One more, so that a block longer than agreed shows instead of being cut.
        self._longest = max(_LONGEST_ANSWER, block_size + HEADER + 1)
        room = 2 * window * (block_size + _KERNEL_EXTRA)
        if room > self.main.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF):
            self.main.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        return self._longest

    def is_from_client(self, sender: SocketAddress) -> bool:
        """Whether that is where the client sends from."""
        return sender == self.to or endpoint_of(sender) == self._client

    def answer_stray(self, packet: bytes, stranger: Endpoint) -> None:
        """Send to a stranger; that it fails is no concern of the transfer."""
        with contextlib.suppress(OSError):
            self.twin.sendto(packet, stranger.as_socket_address())

    def errors(self) -> list[IcmpError]:
        """Return the ICMP errors that came for what we sent to the client."""
        errors = drain_errors(self.main)
        if self.is_alone:  # strangers were answered from here, too
            return [e for e in errors if e.target in (None, self._client)]
        return errors

    def route_mtu(self) -> int | None:
        """Return the MTU of the route to the client in bytes, if it is known."""
        return self._mtu if self.is_alone else route_mtu(self.main)

    def close(self) -> None:
        """Close the sockets; the event loop forgets them first."""
        readers, main, twin = self._readers, self.main, self.twin
        if readers is None:
            main.close()
            twin.close()
            return
        readers.drop(twin)
        if main is not twin:
            readers.drop(main)


def open_alone(local: Endpoint, client: Endpoint, mtu: int | None) -> Transport:
    """Open one socket on a TID, which hears everybody; LOCAL is no wildcard.

    Raises:
        PortTakenError: another program holds the port.
        OSError: anything else.
    """
    family = int(local.family)
    sock = datagram_socket(family)
    try:
        allow_fragments(sock, family)
        ask_for_errors(sock, family)
        bind(sock, local.as_socket_address())
    except BaseException:
        sock.close()
        raise
    return Transport(sock, sock, (local, client), mtu)


def open_transport(local: Endpoint, client: Endpoint) -> Transport:
    """Open the pair of sockets of a TID, one of them connected to the client.

    Raises:
        PortTakenError: another program holds the port.
        NoWayError: there is no route to the client.
        OSError: anything else.
    """
    # Bound alone, so that no other program can hold the port; shared afterwards.
    family, address = int(local.family), local.as_socket_address()
    twin = datagram_socket(family)
    try:
        allow_fragments(twin, family)
        bind(twin, address)
        share(twin)
        main = connected(family, address, client)
    except BaseException:
        twin.close()
        raise
    seen = local if is_known(local) else endpoint_of(main.getsockname())
    return Transport(main, twin, (seen, client))


def is_known(local: Endpoint) -> bool:
    """Whether that is an address and a port, and not any."""
    return bool(local.port) and local.host not in _WILDCARDS
