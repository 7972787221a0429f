"""The sockets that receive requests, on port 69 or another."""

import socket
import struct
import sys
from collections.abc import Iterator
from functools import lru_cache

import msgspec

from tftptui.net.addresses import Endpoint, endpoint_of
from tftptui.net.icmp import IcmpError, ask_for_errors, drain_errors
from tftptui.net.receive_buffer import ask_for_room
from tftptui.net.routes import allow_fragments

_IP_PKTINFO, _IP_FREEBIND, _IPV6_FREEBIND = 8, 15, 78
"""Linux constants missing in the socket module of Python 3.11."""
# interface, local address, destination in the header
_V4_INFO = struct.Struct("=I4s4s")
_V6_INFO = struct.Struct("=16sI")  # destination, interface
_V6_MULTICAST = 0xFF  # first byte of a multicast address (RFC 4291 §2.7)
_ANY = "0.0.0.0"  # noqa: S104 - for comparison
_UNKNOWN = bytes(4)
_LONGEST_REQUEST = 65_535
BATCH = 256
"""Datagrams read per wake-up, so that transfers get their turn."""


class Arrival(msgspec.Struct, frozen=True):
    """One datagram as received.

    Attributes:
        client: its source; server: the address of ours that it was sent to.
        is_to_many: whether it was sent to a broadcast or multicast address; ``server``
            is then the address that a reply would come from.
    """

    datagram: bytes
    client: Endpoint
    server: Endpoint
    is_to_many: bool = False


class Listener:
    """One non-blocking socket that receives requests.

    Args:
        local: address and port to bind; a wildcard covers its whole family. On Linux
            the address may be missing: requests arrive once it exists.
        held: a socket that is already bound, from a crashed engine or systemd.

    Raises:
        OSError: the socket can't be bound.
    """

    def __init__(self, local: Endpoint, held: socket.socket | None = None) -> None:
        self.socket = held or socket.socket(local.family, socket.SOCK_DGRAM)
        try:
            self._prepare(is_bound=held is not None)
            if held is None:
                self.socket.bind(local.as_socket_address())
        except OSError:
            self.socket.close()
            raise
        self.local = endpoint_of(self.socket.getsockname())
        # For IPv6, the control message contains the interface.
        self._is_any = ":" in self.local.host or self.local.host == _ANY
        self._hears_errors = False
        self._errors: list[IcmpError] = []

    def hear_errors(self) -> None:
        """Collect ICMP errors from now on; see take_errors()."""
        if not self._hears_errors:
            self._hears_errors = True
            ask_for_errors(self.socket)

    def take_errors(self) -> list[IcmpError]:
        """Return the ICMP errors since the last call; ``target`` is the client."""
        errors, self._errors = self._errors, []
        return errors

    def arrivals(self) -> Iterator[Arrival]:
        """Yield received datagrams, at most BATCH."""
        receive = self._receive_of_many if self._is_any else self._receive
        for _ in range(BATCH):
            try:
                arrival = receive()
            except OSError:
                # Either nothing is there, or a pending error would wake us up forever.
                if self._drain():
                    continue
                return
            yield arrival

    def _receive(self) -> Arrival:
        """Receive a datagram on a socket bound to one address."""
        datagram, address = self.socket.recvfrom(_LONGEST_REQUEST)
        return Arrival(datagram, endpoint_of(address), self.local)

    def _receive_of_many(self) -> Arrival:
        """Receive a datagram on a wildcard socket, with its destination."""
        datagram, ancillary, _, address = self.socket.recvmsg(_LONGEST_REQUEST, 256)
        asked, is_to_many = destination_address(ancillary)
        client = endpoint_of(address)
        server = Endpoint(asked or self.local.host, self.local.port, client.scope)
        return Arrival(datagram, client, server, is_to_many)

    def answer(self, packet: bytes | memoryview, arrival: Arrival) -> OSError | None:
        """Send a reply from the address that the request was sent to.

        Returns:
            The error if the packet was not sent, or None.
        """
        error = self._send(packet, arrival)
        # A pending error makes the next send fail, for any client.
        if error is not None and self._drain():
            error = self._send(packet, arrival)
        return error

    def _send(self, packet: bytes | memoryview, arrival: Arrival) -> OSError | None:
        source, client = _from_address(arrival.server), arrival.client
        try:
            self.socket.sendmsg([packet], source, 0, client.as_socket_address())
        except OSError as error:
            return error
        return None

    def _drain(self) -> bool:
        """Read pending ICMP errors; return whether there were any."""
        if not self._hears_errors:
            return False
        errors = drain_errors(self.socket)
        self._errors += errors
        return bool(errors)

    def close(self) -> None:
        """Close the socket."""
        self.socket.close()

    def _prepare(self, *, is_bound: bool) -> None:
        sock = self.socket
        sock.setblocking(False)  # noqa: FBT003 - the name says it
        allow_fragments(sock)
        if sock.family == socket.AF_INET6:
            if not is_bound:  # not allowed after bind()
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
        elif sys.platform.startswith("linux"):
            sock.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
        if sys.platform.startswith("linux"):
            is_v6 = sock.family == socket.AF_INET6
            level = socket.IPPROTO_IPV6 if is_v6 else socket.IPPROTO_IP
            sock.setsockopt(level, _IPV6_FREEBIND if is_v6 else _IP_FREEBIND, 1)
        ask_for_room(sock)


def destination_address(
    ancillary: list[tuple[int, int, bytes]],
) -> tuple[str | None, bool]:
    """Return the destination address, if known, and whether it is multicast."""
    for level, kind, data in ancillary:
        if (level, kind) == (socket.IPPROTO_IP, _IP_PKTINFO):
            return _local_address(data)
        if (level, kind) == (socket.IPPROTO_IPV6, socket.IPV6_PKTINFO):
            destination, _ = _V6_INFO.unpack(data)
            host = socket.inet_ntop(socket.AF_INET6, destination)
            return host, destination[0] == _V6_MULTICAST
    return None, False


@lru_cache(maxsize=64)
def _local_address(data: bytes) -> tuple[str | None, bool]:
    """Return our address, and whether the datagram was sent to many.

    A unicast datagram has our own address as its destination; a different one is a
    broadcast or multicast address. The address is unknown for datagrams that arrived
    before we set the socket option, for example on a systemd socket without
    PassPacketInfo=.
    """
    _, local, destination = _V4_INFO.unpack(data)
    if local == _UNKNOWN:
        return None, False
    return socket.inet_ntop(socket.AF_INET, local), local != destination


@lru_cache(maxsize=64)
def _from_address(server: Endpoint) -> list[tuple[int, int, bytes]]:
    """Return the control message that sets the source address of a packet."""
    if server.family is socket.AF_INET6:
        data = socket.inet_pton(socket.AF_INET6, server.host)
        info = _V6_INFO.pack(data, server.scope)
        return [(socket.IPPROTO_IPV6, socket.IPV6_PKTINFO, info)]
    if not sys.platform.startswith("linux"):
        return []
    data = socket.inet_pton(socket.AF_INET, server.host)
    return [(socket.IPPROTO_IP, _IP_PKTINFO, _V4_INFO.pack(0, data, b"\0" * 4))]
