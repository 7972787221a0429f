"""The sockets that take requests, on port 69 or another."""

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
"""Linux's; not in Python 3.11's socket module."""
_V4_INFO = struct.Struct("=I4s4s")  # interface, local address, header's destination
_V6_INFO = struct.Struct("=16sI")  # destination, interface
_V6_MULTICAST = 0xFF  # the first byte (RFC 4291 §2.7)
_ANY = "0.0.0.0"  # noqa: S104 - to recognise it
_UNKNOWN = bytes(4)
_LONGEST_REQUEST = 65_535
BATCH = 256
"""Datagrams taken at one wake-up, so that transfers have their turn."""


class Arrival(msgspec.Struct, frozen=True):
    """One datagram as it came.

    Attributes:
        client: who sent it; server: which of our addresses was asked.
        is_to_many: whether it was sent to a broadcast or multicast address; ``server``
            is then the address that a reply would leave from.
    """

    datagram: bytes
    client: Endpoint
    server: Endpoint
    is_to_many: bool = False


class Listener:
    """One socket that takes requests. Nothing here blocks.

    Args:
        local: address and port to bind; a wildcard address takes all of its family.
            On Linux it need not be this machine's yet: requests come once it is.
        held: a socket that is bound there already: a dead engine's, or systemd's.

    Raises:
        OSError: it can't be bound.
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
        # IPv6 tells there over which interface a datagram came.
        self._is_any = ":" in self.local.host or self.local.host == _ANY
        self._hears_errors = False
        self._errors: list[IcmpError] = []

    def hear_errors(self) -> None:
        """Keep ICMP errors for what leaves here from now on; see take_errors()."""
        if not self._hears_errors:
            self._hears_errors = True
            ask_for_errors(self.socket)

    def take_errors(self) -> list[IcmpError]:
        """Return the ICMP errors since this was last asked; ``target`` tells whose."""
        errors, self._errors = self._errors, []
        return errors

    def arrivals(self) -> Iterator[Arrival]:
        """Yield what has come, at most BATCH datagrams."""
        receive = self._receive_of_many if self._is_any else self._receive
        for _ in range(BATCH):
            try:
                arrival = receive()
            except OSError:
                # Nothing there, or an error waits, which would wake us for ever.
                if self._drain():
                    continue
                return
            yield arrival

    def _receive(self) -> Arrival:
        """Return a datagram to the one address that is listened on."""
        datagram, address = self.socket.recvfrom(_LONGEST_REQUEST)
        return Arrival(datagram, endpoint_of(address), self.local)

    def _receive_of_many(self) -> Arrival:
        """Return a datagram to any of our addresses."""
        datagram, ancillary, _, address = self.socket.recvmsg(_LONGEST_REQUEST, 256)
        asked, is_to_many = asked_address(ancillary)
        client = endpoint_of(address)
        server = Endpoint(asked or self.local.host, self.local.port, client.scope)
        return Arrival(datagram, client, server, is_to_many)

    def answer(self, packet: bytes | memoryview, arrival: Arrival) -> OSError | None:
        """Send a packet back, from the address that was asked.

        Returns:
            What was wrong if it did not leave.
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
        """Take the ICMP errors that wait; return whether there were any."""
        if not self._hears_errors:
            return False
        errors = drain_errors(self.socket)
        self._errors += errors
        return bool(errors)

    def close(self) -> None:
        """Take no more requests."""
        self.socket.close()

    def _prepare(self, *, is_bound: bool) -> None:
        sock = self.socket
        sock.setblocking(False)  # noqa: FBT003 - the name says it
        allow_fragments(sock)
        if sock.family == socket.AF_INET6:
            if not is_bound:  # later the kernel allows it no more
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
        elif sys.platform.startswith("linux"):
            sock.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
        if sys.platform.startswith("linux"):
            is_v6 = sock.family == socket.AF_INET6
            level = socket.IPPROTO_IPV6 if is_v6 else socket.IPPROTO_IP
            sock.setsockopt(level, _IPV6_FREEBIND if is_v6 else _IP_FREEBIND, 1)
        ask_for_room(sock)


def asked_address(ancillary: list[tuple[int, int, bytes]]) -> tuple[str | None, bool]:
    """Return which of our addresses was asked, if known, and whether it means many."""
    for level, kind, octets in ancillary:
        if (level, kind) == (socket.IPPROTO_IP, _IP_PKTINFO):
            return _local_address(octets)
        if (level, kind) == (socket.IPPROTO_IPV6, socket.IPV6_PKTINFO):
            destination, _ = _V6_INFO.unpack(octets)
            host = socket.inet_ntop(socket.AF_INET6, destination)
            return host, destination[0] == _V6_MULTICAST
    return None, False


@lru_cache(maxsize=64)
def _local_address(octets: bytes) -> tuple[str | None, bool]:
    """Return our address and whether the header's destination is another.

    That is a broadcast or multicast address: what is sent to one of ours has it there.
    No address is known of what came to a socket before we asked it for them, as to one
    that systemd has bound without PassPacketInfo=.
    """
    _, local, destination = _V4_INFO.unpack(octets)
    if local == _UNKNOWN:
        return None, False
    return socket.inet_ntop(socket.AF_INET, local), local != destination


@lru_cache(maxsize=64)
def _from_address(server: Endpoint) -> list[tuple[int, int, bytes]]:
    """Return the ancillary data that makes a packet leave from an address."""
    if server.family is socket.AF_INET6:
        octets = socket.inet_pton(socket.AF_INET6, server.host)
        info = _V6_INFO.pack(octets, server.scope)
        return [(socket.IPPROTO_IPV6, socket.IPV6_PKTINFO, info)]
    if not sys.platform.startswith("linux"):
        return []
    octets = socket.inet_pton(socket.AF_INET, server.host)
    return [(socket.IPPROTO_IP, _IP_PKTINFO, _V4_INFO.pack(0, octets, b"\0" * 4))]
