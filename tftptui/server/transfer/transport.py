"""The sockets of a TID: how one transfer's packets are sent and received.

A transfer starts *alone*, with one unconnected socket that receives from anybody: most
end before a second one would pay off. A longer one becomes a *pair* on the leased port:
a *connected* socket is the fast path, to which the kernel delivers the client's packets
only, and the first one, now its *twin*, receives everything else (RFC 1350 §4 wants a
reply).
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
"""Errors that stem from ICMP; a pending one makes the next send fail, whatever it
is."""

_WILDCARDS = ("0.0.0.0", "::")  # noqa: S104 - for comparison

_KERNEL_EXTRA = 1_024  # bytes that the kernel adds per datagram in its accounting
_LONGEST_ANSWER = 2_048  # a reading client sends ACK and ERROR only


class Transport:
    """The sockets of one TID, non-blocking.

    Args:
        main: the connected socket; the same as twin while alone.
        twin: the unconnected socket.
        ends: our endpoint, as the client sees it, and the client's.
        mtu: of the route to the client, while alone.

    Attributes:
        local: our endpoint; to: the client's address while alone, else None.
        send_error: why the last send failed on this host, or None. Nothing was sent
            then; the retransmission timer tries again.
        unsent: number of sends that failed so.
        recv: returns one datagram of the client, up to a number of bytes. Raises
            OSError if there is none: an ICMP error may be pending.
        recvfrom: the same for strangers, and while alone for anybody.
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
        "unsent",
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
        self.unsent = 0
        self.recv, self.recvfrom = main.recv, twin.recvfrom

    @property
    def is_alone(self) -> bool:
        """True while there is only the unconnected socket."""
        return self.to is not None

    def attach(
        self,
        readable: Callable[[], None],
        strayed: Callable[[], None],
        readers: Readers,
    ) -> None:
        """Register callbacks: READABLE for the client, STRAYED for others.

        While alone, STRAYED is called for the client, too.
        """
        self._readers = readers
        readers.add(self.twin, strayed)
        if not self.is_alone:
            readers.add(self.main, readable)

    def hand_over(self, strayed: Callable[[], None]) -> None:
        """Replace the callback STRAYED, while alone."""
        if self._readers is not None:
            self._readers.change(self.twin, strayed)

    def pair(self, readable: Callable[[], None]) -> None:
        """Add a connected socket for the client, with the callback READABLE.

        Does nothing if that fails.
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
        """Send one packet to the client; return whether it was sent."""
        try:
            if self.to is None:
                self.main.send(packet)
            else:
                self.main.sendto(packet, self.to)
        except OSError as error:
            if error.errno in PENDING:
                return self._send_again(packet)
            self.send_error = error
            self.unsent += 1
            return False
        self.send_error = None
        return True

    def _send_again(self, packet: bytes | memoryview) -> bool:
        """Resend after a pending ICMP error, which is reported separately."""
        try:
            self.main.sendmsg([packet], (), 0, self.to)
        except OSError as error:
            self.send_error = error
            self.unsent += 1
            return False
        return True

    def segment(self, nbytes: int) -> None:
        """Let send_run() use GSO for packets of NBYTES bytes, if possible."""
        if not uncut.has(self._route, nbytes):
            is_v6 = ":" in self.local.host
            self._cut = cut_into(nbytes, self.route_mtu(), ipv6=is_v6)

    @property
    def _route(self) -> tuple[str, str]:
        return self.local.host, self._client.host

    def sender(self, nbytes: int, window: int) -> Callable[[memoryview], object] | None:
        """Return a fast function that sends WINDOW consecutive packets of NBYTES bytes.

        If it raises OSError nothing was sent, and send_run() can be used. None if each
        packet takes its own system call.
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
        step = self._cut.at_once * nbytes

        def send_long(packets: memoryview) -> None:
            sendmsg((packets[:step],), ancillary, 0, to)
            for start in range(step, len(packets), step):
                piece = packets[start : start + step]
                try:
                    sendmsg((piece,), ancillary, 0, to)
                except OSError:
                    self.send_run(packets[start:], nbytes)
                    return

        return send_long

    def lock_step(self, now: Callable[[], float]) -> LockStep | None:
        """Return a LockStep with the client, or None if not possible."""
        return LockStep(self.main, now) if CAN_WAIT and self.to is None else None

    def send_run(self, packets: memoryview, nbytes: int) -> bool:
        """Send consecutive packets of NBYTES bytes; the last may be shorter.

        Returns:
            Whether all were sent.
        """
        if len(packets) <= nbytes:
            return self.send(packets)
        cut = self._cut
        if cut is None:
            return self._send_each(packets, nbytes)
        step = cut.at_once * nbytes
        for start in range(0, len(packets), step):
            error = self._send_cut(packets[start : start + step], cut)
            if error is None:
                continue
            # The failed call has sent nothing, so nothing is sent twice.
            if error.errno in REFUSALS:
                self._cut = None
                uncut.add(self._route, nbytes, error)
            elif error.errno not in PENDING:
                self.send_error = error
                self.unsent += 1
                return False
            return self._send_each(packets[start:], nbytes)
        self.send_error = None
        return True

    def _send_cut(self, packets: memoryview, cut: Cut) -> OSError | None:
        """Send packets with GSO; return the error, or None.

        Tries twice, as a pending ICMP error makes the first call fail.
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

    def _send_each(self, packets: memoryview, nbytes: int) -> bool:
        for start in range(0, len(packets), nbytes):
            if not self.send(packets[start : start + nbytes]):
                return False
        return True

    @property
    def recv_into(self) -> Callable[[memoryview], int]:
        """Receive one datagram of the client into a buffer; otherwise like recv."""
        return self.main.recv_into

    def receive(self) -> bytes | None:
        """Return one datagram of the client, or None if there is none.

        Raises:
            OSError: an ICMP error is pending; call errors().
        """
        try:
            return self.main.recv(self._longest)
        except BlockingIOError:
            return None

    def expect(self, block_size: int, window: int) -> int:
        """Size the receive buffer for an upload with these windows and blocks.

        Returns:
            Bytes to read of a datagram: the longest valid one, plus one.
        """
        # Plus one, so that an oversized block is noticed, not truncated.
        self._longest = max(_LONGEST_ANSWER, block_size + HEADER + 1)
        room = 2 * window * (block_size + _KERNEL_EXTRA)
        if room > self.main.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF):
            self.main.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        return self._longest

    def is_from_client(self, sender: SocketAddress) -> bool:
        """Return whether this is the client's address."""
        return sender == self.to or endpoint_of(sender) == self._client

    def answer_stray(self, packet: bytes, stranger: Endpoint) -> None:
        """Send to a stranger; ignore errors."""
        with contextlib.suppress(OSError):
            self.twin.sendto(packet, stranger.as_socket_address())

    def errors(self) -> list[IcmpError]:
        """Return pending ICMP errors for packets sent to the client."""
        errors = drain_errors(self.main)
        if self.is_alone:  # this socket has also replied to strangers
            return [e for e in errors if e.target in (None, self._client)]
        return errors

    def route_mtu(self) -> int | None:
        """Return the MTU of the route to the client in bytes, if known."""
        return self._mtu if self.is_alone else route_mtu(self.main)

    def close(self) -> None:
        """Unregister and close the sockets."""
        readers, main, twin = self._readers, self.main, self.twin
        if readers is None:
            main.close()
            twin.close()
            return
        readers.drop(twin)
        if main is not twin:
            readers.drop(main)


def open_alone(local: Endpoint, client: Endpoint, mtu: int | None) -> Transport:
    """Open a single socket on a TID; LOCAL must not be a wildcard.

    Raises:
        PortTakenError: another program uses the port.
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
        PortTakenError: another program uses the port.
        NoWayError: there is no route to the client.
        OSError: anything else.
    """
    # Bound exclusively first, so that no other program uses the port; then shared.
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
    """Return whether an endpoint has a port and an address, not a wildcard."""
    return bool(local.port) and local.host not in _WILDCARDS
