"""The two sockets of a cable: one receives frames, one replies from UDP port 67."""

import ctypes
import socket
import struct
from ipaddress import IPv4Address

from tftptui.wire.dhcp import CLIENT_PORT, SERVER_PORT

_ALL = 0x0003  # ETH_P_ALL, linux/if_ether.h
_SOL_PACKET, _ADD_MEMBERSHIP, _IGNORE_OUTGOING, _ALL_MULTICAST = 263, 1, 23, 2
_ATTACH_FILTER, _IP_PKTINFO = 26, 8
_OUTGOING = 4
_LONGEST = 65_535
_MOST_AT_ONCE = 64

_HEARD = (
    (0x20, 0, 0, 0xFFFFF030),  # ld vlan tag present: ignore frames of a trunk
    (0x15, 0, 10, 0),  # jeq 0, else drop
    (0x28, 0, 0, 12),  # ldh EtherType
    (0x15, 0, 9, 0x0800),  # jeq IPv4, else take: ARP, IPv6, LLDP, STP, …
    (0x30, 0, 0, 0),  # ldb first byte of the destination
    (0x45, 7, 0, 1),  # jset group: take
    (0x30, 0, 0, 23),  # ldb protocol
    (0x15, 0, 4, 17),  # jeq UDP, else drop
    (0xB1, 0, 0, 14),  # ldx length of the IP header
    (0x48, 0, 0, 16),  # ldh UDP destination port
    (0x15, 2, 0, SERVER_PORT),  # take
    (0x15, 1, 0, CLIENT_PORT),  # take
    (0x06, 0, 0, 0),  # drop: TFTP itself never wakes us
    (0x06, 0, 0, _LONGEST),
)
"""The receive filter, in classic BPF."""

_NOTHING = ((0x06, 0, 0, 0),)


class FrameSocket:
    """Receives and sends frames on an interface; non-blocking.

    Raises:
        OSError: it can't be opened (PermissionError without CAP_NET_RAW).
    """

    def __init__(self, interface: str) -> None:
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        try:
            self.socket.setblocking(False)  # noqa: FBT003 - the name says it
            _attach(self.socket, _HEARD)
            self.socket.bind((interface, _ALL))
            index = socket.if_nametoindex(interface)
            # Spanning tree, LLDP and CDP use groups that the card would drop.
            request = struct.pack("iHH8s", index, _ALL_MULTICAST, 0, b"")
            self.socket.setsockopt(_SOL_PACKET, _ADD_MEMBERSHIP, request)
            self.socket.setsockopt(_SOL_PACKET, _IGNORE_OUTGOING, 1)
        except OSError:
            self.socket.close()
            raise

    def frames(self) -> list[bytes]:
        """Return received frames, at most 64."""
        frames = []
        for _ in range(_MOST_AT_ONCE):
            try:
                frame, (_, _, kind, *_) = self.socket.recvfrom(_LONGEST)
            except OSError:  # nothing left, or the interface is down
                break
            if kind != _OUTGOING:
                frames.append(frame)
        return frames

    def send(self, frame: bytes) -> None:
        """Send a frame.

        Raises:
            OSError: it was not sent.
        """
        try:
            self.socket.send(frame)
        except OSError:  # may be an old error: the interface was down at bind()
            self.socket.send(frame)

    def close(self) -> None:
        """Close the socket."""
        self.socket.close()


class ReplySocket:
    """UDP port 67 of one interface; sends only to 255.255.255.255, port 68.

    FrameSocket receives the requests: the kernel drops what arrives here.

    Raises:
        OSError: the port is in use or denied.
    """

    def __init__(self, interface: str) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self.socket.setblocking(False)  # noqa: FBT003 - the name says it
            name = interface.encode() + b"\0"
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, name)
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            _attach(self.socket, _NOTHING)
            self.socket.bind(("", SERVER_PORT))
        except OSError:
            self.socket.close()
            raise

    def send(self, payload: bytes, server: IPv4Address) -> None:
        """Send a reply from the address SERVER.

        Raises:
            OSError: it was not sent.
        """
        source = struct.pack("=I4s4s", 0, server.packed, bytes(4))
        ancillary = [(socket.IPPROTO_IP, _IP_PKTINFO, source)]
        to = ("255.255.255.255", CLIENT_PORT)
        self.socket.sendmsg([payload], ancillary, 0, to)

    def close(self) -> None:
        """Close the socket."""
        self.socket.close()


def _attach(
    sock: socket.socket, program: tuple[tuple[int, int, int, int], ...]
) -> None:
    code = b"".join(struct.pack("=HBBI", *one) for one in program)
    buffer = ctypes.create_string_buffer(code)
    request = struct.pack("@HP", len(program), ctypes.addressof(buffer))
    sock.setsockopt(socket.SOL_SOCKET, _ATTACH_FILTER, request)
