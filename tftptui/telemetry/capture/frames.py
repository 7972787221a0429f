"""UDP datagrams as link-layer frames, with valid headers and checksums.

The link type is Linux cooked (LINKTYPE_LINUX_SLL): it needs no made-up MAC addresses,
shows the direction, and allows IPv4 and IPv6 in one capture.
"""

import struct
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address

import msgspec

Place = tuple[str, int]
"""An address and a UDP port."""

LINK_TYPE = 113
"""LINKTYPE_LINUX_SLL (tcpdump.org/linktypes)."""

ETHERNET = 1
"""LINKTYPE_ETHERNET."""

_ICMP, _UDP, _ICMP_V6 = 1, 17, 58
_TTL = 64
_V4_LENGTH, _V6_LENGTH, _UDP_LENGTH = 20, 40, 8
_COOKED = struct.Struct("!HHH8xH")
_TO_US, _FROM_US = 0, 4
_NO_HARDWARE = 0xFFFE
_ETHERTYPES = {4: 0x0800, 6: 0x86DD}
_V4 = struct.Struct("!BBHHHBBH4s4s")
_V6 = struct.Struct("!IHBB16s16s")
_UDP_HEADER = struct.Struct("!HHHH")
_MAX_LENGTH = 0xFFFF
"""Of an IPv4 packet, and of the payload after an IPv6 header."""


class Datagram(msgspec.Struct, frozen=True, gc=False):
    """A UDP datagram.

    Attributes:
        time: nanoseconds since the epoch.
        source, destination: addresses and ports.
        payload: its bytes, as far as known.
        nbytes: length of the whole payload, even if ``payload`` is truncated.
        is_sent: whether the server sent it.
    """

    time: int
    source: Place
    destination: Place
    payload: bytes
    nbytes: int
    is_sent: bool


@dataclass(frozen=True, slots=True)
class Complaint:
    """An ICMP error caused by a datagram.

    Attributes:
        time: nanoseconds since the epoch.
        sender: source address of the error.
        type, code: numbers for the datagram's IP version.
        about: the datagram, which is quoted.
    """

    time: int
    sender: str
    type: int
    code: int
    about: Datagram


@dataclass(frozen=True, slots=True)
class Cut:
    """The bytes captured of a frame, and its original length."""

    data: bytes
    length: int


def frame(datagram: Datagram, number: int) -> Cut:
    """Return a datagram as a frame; NUMBER is its IPv4 identification, modulo 65536.

    The checksum of a truncated payload is unknown: IPv4 then uses 0 for "no checksum"
    (RFC 768); IPv6 requires one and gets that of the pseudo header, as with checksum
    offloading.

    Raises:
        ValueError: an address is invalid, or their families differ.
    """
    source, destination = (
        _packed(place[0]) for place in (datagram.source, datagram.destination)
    )
    if len(source) != len(destination):
        raise ValueError(
            f"{datagram.source[0]} can't send to {datagram.destination[0]}"
        )
    room = _MAX_LENGTH - _UDP_LENGTH - (_V4_LENGTH if len(source) == 4 else 0)  # noqa: PLR2004 - IPv4
    nbytes = min(max(datagram.nbytes, len(datagram.payload)), room)
    payload = datagram.payload[:nbytes]
    udp = _udp(datagram, source + destination, payload, nbytes)
    version = 4 if len(source) == 4 else 6  # noqa: PLR2004 - IPv4
    if version == 4:  # noqa: PLR2004 - IPv4
        ip = v4_header(source, destination, len(udp) + nbytes, _UDP, number)
    else:
        ip = v6_header(source, destination, len(udp) + nbytes, _UDP)
    cooked = cooked_header(version, is_sent=datagram.is_sent)
    headers = cooked + ip + udp
    return Cut(headers + payload, len(headers) + nbytes)


def complaint_frame(complaint: Complaint, number: int) -> Cut:
    """Return an ICMP error as a received frame; see frame().

    It quotes the headers of the datagram and eight more bytes (RFC 792).

    Raises:
        ValueError: an address is invalid, or their families differ.
    """
    about = complaint.about
    sender, target = _packed(complaint.sender), _packed(about.source[0])
    if len(sender) != len(target):
        raise ValueError(f"{complaint.sender} can't complain to {about.source[0]}")
    is_v4 = len(sender) == 4  # noqa: PLR2004 - bytes of an address
    headers = _V4_LENGTH if is_v4 else _V6_LENGTH
    quoted = frame(about, number).data[_COOKED.size :][: headers + 2 * _UDP_LENGTH]
    bare = bytes([complaint.type, complaint.code, 0, 0, 0, 0, 0, 0]) + quoted
    # The ICMPv6 checksum covers the addresses, too (RFC 4443 §2.3).
    pseudo = pseudo_header(sender + target, len(bare), _ICMP_V6)
    check = checksum(bare if is_v4 else pseudo + bare).to_bytes(2)
    message = bare[:2] + check + bare[4:]
    if is_v4:
        ip = v4_header(sender, target, len(message), _ICMP, number)
    else:
        ip = v6_header(sender, target, len(message), _ICMP_V6)
    data = cooked_header(4 if is_v4 else 6, is_sent=False) + ip + message
    return Cut(data, len(data))


def cooked_header(version: int, *, is_sent: bool) -> bytes:
    """Return a Linux cooked header for an IPv4 or IPv6 packet."""
    way = _FROM_US if is_sent else _TO_US
    return _COOKED.pack(way, _NO_HARDWARE, 0, _ETHERTYPES[version])


def v4_header(
    source: bytes, destination: bytes, nbytes: int, protocol: int, number: int
) -> bytes:
    """Return an IPv4 header for NBYTES bytes; may be fragmented (RFC 791)."""
    fields = (0x45, 0, _V4_LENGTH + nbytes, number & 0xFFFF, 0, _TTL, protocol)
    bare = _V4.pack(*fields, 0, source, destination)
    return _V4.pack(*fields, checksum(bare), source, destination)


def v6_header(source: bytes, destination: bytes, nbytes: int, following: int) -> bytes:
    """Return an IPv6 header for NBYTES bytes (RFC 8200)."""
    return _V6.pack(6 << 28, nbytes, following, _TTL, source, destination)


def checksum(data: bytes) -> int:
    """Return the Internet checksum (RFC 1071), with 0xFFFF for 0 as in UDP.

    The one's complement sum of 16-bit words equals the big number modulo 0xFFFF.
    """
    if len(data) % 2:
        data += b"\0"
    return 0xFFFF - int.from_bytes(data) % 0xFFFF


def pseudo_header(addresses: bytes, nbytes: int, protocol: int) -> bytes:
    """Return the pseudo header of a checksum (RFC 768, RFC 8200 §8.1)."""
    return addresses + struct.pack("!HH", protocol, nbytes)


def packed_address(text: str) -> bytes:
    """Return the bytes of an address.

    Raises:
        ValueError: it is invalid.
    """
    return _packed(text)


def _udp(datagram: Datagram, addresses: bytes, payload: bytes, nbytes: int) -> bytes:
    ports = datagram.source[1], datagram.destination[1]
    length = _UDP_LENGTH + nbytes
    pseudo = pseudo_header(addresses, length, _UDP)
    bare = _UDP_HEADER.pack(*ports, length, 0)
    if len(payload) == nbytes:
        check = checksum(pseudo + bare + payload)
    elif len(addresses) == 8:  # noqa: PLR2004 - IPv4, twice
        check = 0
    else:
        check = 0xFFFF - checksum(pseudo)
    return _UDP_HEADER.pack(*ports, length, check)


@lru_cache(maxsize=4_096)
def _packed(text: str) -> bytes:
    return ip_address(text.partition("%")[0]).packed
