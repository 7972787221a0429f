"""The sockets that receive packets before TFTP; they only read.

As root: everything that arrives, by a packet socket whose filter runs in the kernel.
Otherwise: broadcasts to UDP port 67, if the system permits that port.
"""

import ctypes
import errno
import select
import socket
import struct
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from ipaddress import IPv4Address
from typing import NamedTuple

from tftptui.net.link_events import (
    AddressChange,
    Change,
    changes_in,
    links_now,
    open_link_events,
)
from tftptui.net.local_ports import port_holders
from tftptui.protocol.errors import PeerError
from tftptui.protocol.packets import ReadRequest, WriteRequest
from tftptui.protocol.packets import parse as parse_tftp
from tftptui.wire.dhcp import CLIENT_PORT as DHCP_CLIENT_PORT
from tftptui.wire.dhcp import PXE_PORT, SERVER_PORT, MalformedDhcpError, Op, parse
from tftptui.wire.events import (
    AddressSeen,
    ArpSeen,
    DhcpSeen,
    FileRequested,
    LinkSeen,
    WireEvent,
)
from tftptui.wire.frames import (
    ARP_TYPE,
    IPV4_TYPE,
    Ethernet,
    UdpPacket,
    parse_arp,
    parse_ethernet,
    parse_udp,
)

_DHCP_PORTS = (SERVER_PORT, DHCP_CLIENT_PORT, PXE_PORT)

HOW_TO_GET_67 = "sudo sysctl -w net.ipv4.ip_unprivileged_port_start=67"

_AT_ONCE = 64
"""Packets read per call: the event loop has other work."""

_ROOM = 65_536
_ALL_TYPES = 0x0003  # ETH_P_ALL: sent packets, too
_OUTGOING = 4  # PACKET_OUTGOING
_ATTACH_FILTER = 26  # SO_ATTACH_FILTER
_IP_PKTINFO = 8
_COPY_WITHIN = 0.05
"""Seconds: a bridge and its port, or a VLAN and its link, receive the same frame
twice."""


class WireError(Exception):
    """No packet can be received; the text says why and what to do."""


class HeardFrame(NamedTuple):
    """An ARP or DHCP packet from the wire.

    Attributes:
        time: seconds of the events' clock.
        data: the whole Ethernet frame.
        is_ours: whether this host sent it.
    """

    time: float
    interface: str
    data: bytes
    is_ours: bool


class Source:
    """A socket that receives packets.

    Attributes:
        socket: non-blocking; call read() when it is readable.
    """

    def __init__(self, sock: socket.socket, now: Callable[[], float]) -> None:
        self.socket, self._now = sock, now
        sock.settimeout(0)

    def read(self) -> list[WireEvent]:
        """Return received events, up to a limit per call."""
        found: list[WireEvent] = []
        for _ in range(_AT_ONCE):
            try:
                found += self._next()
            except BlockingIOError:
                break
            except OSError:  # interface down, or packets lost by the kernel
                continue
        return found

    def close(self) -> None:
        """Close the socket."""
        self.socket.close()

    def _next(self) -> Iterable[WireEvent]:
        """Read one packet.

        Raises:
            BlockingIOError: there is none.
            OSError: it is lost.
        """
        raise NotImplementedError


class PacketSource(Source):
    """Receives ARP and DHCP, and TFTP requests to one port; needs CAP_NET_RAW.

    Args:
        interface: the only one; "" for all but the loopback.
        tftp_port: port of TFTP requests; 0 for none.

    Attributes:
        frame_heard: called with each frame that is not a TFTP request.
    """

    def __init__(
        self, interface: str, now: Callable[[], float], *, tftp_port: int = 0
    ) -> None:
        # Protocol 0 receives nothing until the filter is attached.
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        try:
            attach_filter(sock, tftp_port)
            sock.bind((interface, _ALL_TYPES))
        except OSError:
            sock.close()
            raise
        super().__init__(sock, now)
        self._is_one, self._tftp_port = bool(interface), tftp_port
        self._before = (b"", "", 0.0)
        self.frame_heard: Callable[[HeardFrame], object] = lambda _: None

    def _next(self) -> Iterator[WireEvent]:
        frame, (interface, _, kind, *_) = self.socket.recvfrom(_ROOM)
        return self._events(frame, interface, is_ours=kind == _OUTGOING)

    def _events(
        self, frame: bytes, interface: str, *, is_ours: bool
    ) -> Iterator[WireEvent]:
        now = self._now()
        before, at, last = self._before
        self._before = frame, interface, now
        is_copy = frame == before and interface != at and now - last < _COPY_WITHIN
        if not self._is_one and (interface == "lo" or is_copy):
            return
        port = self._tftp_port
        for event in events_in(frame, interface, now, is_ours=is_ours, tftp_port=port):
            if not isinstance(event, FileRequested):
                self.frame_heard(HeardFrame(now, interface, frame, is_ours))
            yield event


class BroadcastSource(Source):
    """Receives broadcasts to UDP port 67: requests of machines, not the replies."""

    def __init__(self, interface: str, now: Callable[[], float]) -> None:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            # Never SO_REUSEADDR: a DHCP server of this host would lose its unicast
            # packets.
            sock.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
            if interface:
                device = interface.encode()
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device)
            sock.bind(("", SERVER_PORT))
        except OSError:
            sock.close()
            raise
        super().__init__(sock, now)

    def _next(self) -> Iterator[WireEvent]:
        data, ancillary, _, (host, _) = self.socket.recvmsg(_ROOM, 64)
        interface = ""
        for level, kind, value in ancillary:
            if (level, kind) == (socket.IPPROTO_IP, _IP_PKTINFO):
                with suppress(OSError):
                    interface = socket.if_indextoname(
                        struct.unpack_from("=I", value)[0]
                    )
        return self._events(data, host, interface)

    def _events(self, data: bytes, host: str, interface: str) -> Iterator[WireEvent]:
        with suppress(MalformedDhcpError):
            message = parse(data)
            yield DhcpSeen(
                time=self._now(),
                interface=interface,
                message=message,
                source=IPv4Address(host),
                port=SERVER_PORT,
            )


class LinkSource(Source):
    """Receives changes of links and of this host's addresses."""

    def __init__(self, interface: str, now: Callable[[], float]) -> None:
        super().__init__(open_link_events(), now)
        self._interface = interface

    def as_it_is(self) -> list[WireEvent]:
        """Return the current state of links and addresses."""
        return list(self._events(links_now()))

    def _next(self) -> list[WireEvent]:
        return list(self._events(changes_in(self.socket.recv(_ROOM))))

    def _events(self, changes: Iterable[Change]) -> Iterator[WireEvent]:
        now = self._now()
        for change in changes:
            name = change.interface
            if name != self._interface if self._interface else name == "lo":
                continue
            if isinstance(change, AddressChange):
                yield AddressSeen(
                    time=now,
                    interface=name,
                    address=change.address,
                    is_here=change.is_here,
                )
            else:
                yield LinkSeen(time=now, interface=name, is_up=change.is_up)


class Sources:
    """All sources of events available to this process.

    To be opened before privileges are dropped.

    Args:
        interface: the only one; "" for all but the loopback.
        now: seconds of a wall clock that never runs backwards.
        tftp_port: port of TFTP requests; 0 for none.

    Attributes:
        now: as given.
        open: the sockets.
        hears_all: whether ARP and offers are received, not only broadcasts to port 67.
        notice: what is not received and what to do about it; "" if nothing is missing.

    Raises:
        WireError: nothing can be received.
    """

    def __init__(
        self, interface: str, now: Callable[[], float], *, tftp_port: int = 0
    ) -> None:
        check_interface(interface)
        self.now, self.hears_all, self.notice = now, True, ""
        try:
            self._links = LinkSource(interface, now)
        except (OSError, AttributeError) as error:
            raise WireError("ARP and DHCP can be received on Linux only") from error
        self.open: list[Source] = [self._links]
        try:
            self.open.append(PacketSource(interface, now, tftp_port=tftp_port))
        except PermissionError:
            self.hears_all = False
        except OSError as error:
            self.close()
            raise WireError(f"{interface}: {error.strerror}") from error
        if not self.hears_all:
            self._open_broadcasts(interface, now)

    def as_it_is(self) -> list[WireEvent]:
        """Return the current links and addresses, to be processed first."""
        return self._links.as_it_is()

    def wait(self, patience: float | None = None) -> list[WireEvent]:
        """Wait up to PATIENCE seconds for events, and return them."""
        ready, _, _ = select.select([s.socket for s in self.open], [], [], patience)
        heard = (one.read() for one in self.open if one.socket in ready)
        return [event for events in heard for event in events]

    def close(self) -> None:
        """Close all sockets."""
        for source in self.open:
            source.close()

    def _open_broadcasts(self, interface: str, now: Callable[[], float]) -> None:
        try:
            self.open.append(BroadcastSource(interface, now))
        except OSError as error:
            self.close()
            raise WireError(_why_not_67(error)) from error
        self.notice = (
            "Without root only broadcasts to port 67 arrive: DISCOVER and REQUEST, but "
            "no ARP and no offers. To receive all, start it with sudo."
        )


def attach_filter(sock: socket.socket, tftp_port: int) -> None:
    """Attach a kernel filter for ARP, DHCP and, unless 0, packets to TFTP_PORT.

    Raises:
        OSError: the system rejects it.
    """
    program = b"".join(struct.pack("=HBBI", *one) for one in _filter(tftp_port))
    buffer = ctypes.create_string_buffer(program)
    head = struct.pack("@HP", len(program) // 8, ctypes.addressof(buffer))
    sock.setsockopt(socket.SOL_SOCKET, _ATTACH_FILTER, head)


def _filter(tftp_port: int) -> list[tuple[int, int, int, int]]:
    """Return it as classic BPF: operation, jump if true, jump if false, value."""
    load_half, load_byte, load_indexed = 0x28, 0x30, 0x48
    equal, any_bit, header_length, give = 0x15, 0x45, 0xB1, 0x06
    to_ports = (*_DHCP_PORTS, tftp_port) if tftp_port else _DHCP_PORTS
    ports = [
        (load_indexed, None, 14),
        *((equal, port, None) for port in _DHCP_PORTS),
        (load_indexed, None, 16),
        *((equal, port, None) for port in to_ports),
    ]
    end = 8 + len(ports)  # the drop, followed by the accept
    program = [
        (load_half, 0, 0, 12),
        (equal, end - 1, 0, ARP_TYPE),
        (equal, 0, end - 3, IPV4_TYPE),
        (load_byte, 0, 0, 23),
        (equal, 0, end - 5, socket.IPPROTO_UDP),
        (load_half, 0, 0, 20),
        (any_bit, end - 7, 0, 0x1FFF),  # later fragments have no ports
        (header_length, 0, 0, 14),
    ]
    for at, (operation, value, offset) in enumerate(ports, start=len(program)):
        if value is None:
            program.append((operation, 0, 0, offset or 0))
        else:
            program.append((operation, end - at, 0, value))
    return [*program, (give, 0, 0, 0), (give, 0, 0, 0xFFFFFFFF)]


def events_in(
    frame: bytes, interface: str, now: float, *, is_ours: bool, tftp_port: int
) -> Iterator[WireEvent]:
    """Yield the events in a frame; requests count only to TFTP_PORT."""
    ethernet = parse_ethernet(frame)
    if ethernet is None:
        return
    if ethernet.type == ARP_TYPE:
        arp = parse_arp(ethernet.payload)
        if arp is not None:
            yield ArpSeen(time=now, interface=interface, arp=arp, is_ours=is_ours)
    elif ethernet.type == IPV4_TYPE:
        packet = parse_udp(ethernet.payload)
        if packet is not None and packet.destination_port == tftp_port:
            if not is_ours:
                yield from _request(ethernet, packet, interface, now)
        elif packet is not None:
            yield from _dhcp(packet, interface, now, is_ours=is_ours)


def _request(
    ethernet: Ethernet, packet: UdpPacket, interface: str, now: float
) -> Iterator[WireEvent]:
    with suppress(PeerError):
        request = parse_tftp(packet.payload)
        if isinstance(request, ReadRequest | WriteRequest):
            yield FileRequested(
                time=now,
                interface=interface,
                client=str(packet.source),
                server=str(packet.destination),
                file=request.filename,
                mac=ethernet.source,
                is_write=isinstance(request, WriteRequest),
            )


def _dhcp(
    packet: UdpPacket, interface: str, now: float, *, is_ours: bool
) -> Iterator[WireEvent]:
    with suppress(MalformedDhcpError):
        message = parse(packet.payload)
        port = packet.destination_port
        if message.op is Op.REQUEST and port not in (SERVER_PORT, PXE_PORT):
            return
        yield DhcpSeen(
            time=now,
            interface=interface,
            message=message,
            source=packet.source,
            port=port,
            is_ours=is_ours,
        )


def check_interface(interface: str) -> None:
    """Check that an interface exists.

    Raises:
        WireError: it does not.
    """
    names = [name for _, name in socket.if_nameindex()]
    if interface and interface not in names:
        others = ", ".join(name for name in names if name != "lo")
        raise WireError(f"no interface {interface}; there are: {others}")


def _why_not_67(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        holder = port_holders(SERVER_PORT) or "another program"
        return (
            f"UDP port {SERVER_PORT} is in use by {holder}. As root tftptui listens "
            "beside it: start it with sudo"
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return (
            "no permission to receive DHCP. Run it as root, or allow port "
            f"{SERVER_PORT} for all users: {HOW_TO_GET_67}, or grant Python the "
            "capabilities: sudo setcap cap_net_raw,cap_net_bind_service=ep "
            f"{sys.executable}"
        )
    return f"UDP port {SERVER_PORT}: {error.strerror}"
