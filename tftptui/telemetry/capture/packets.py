"""UDP datagrams and ICMP errors from IP packets, with fragments reassembled."""

import struct
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address

import msgspec

from tftptui.protocol.packets import HEADER, Opcode
from tftptui.telemetry.capture.blocks import Captured
from tftptui.telemetry.capture.frames import Datagram
from tftptui.telemetry.capture.links import Inner, Place, inner, is_known

_UDP, _ICMP, _ICMP_V6, _FRAGMENT, _AUTHENTICATION = 17, 1, 58, 44, 51
_EXTENSIONS = (0, 43, 60)
"""Hop-by-hop, routing and destination options (RFC 8200 §4)."""

_MOST_EXTENSIONS = 16
_LINK_HEADER = 14
"""Bytes of the shortest link header with an inner packet: Ethernet."""

_UDP_LENGTH = 8
_DATA = Opcode.DATA.to_bytes(2)
_MOST_PENDING = 4_096
_DAMAGE = (IndexError, ValueError, struct.error)
"""Errors raised for a packet shorter than its headers say."""

_PLAIN = struct.Struct("!BxHHHxBxx4s4sHHHxx")
_NO_OPTIONS = 0x45

_V4_ERRORS, _V6_ERRORS = (3, 11, 12), (1, 2, 3, 4)


class Seen(msgspec.Struct, frozen=True, gc=False):
    """A datagram, with marks that tell copies of it from retransmissions.

    Attributes:
        number: IPv4 identification, or None; hosts use a new one for each datagram.
        place: where a cooked capture saw it.
    """

    datagram: Datagram
    number: int | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class IcmpSeen:
    """An ICMP error about a UDP datagram.

    Attributes:
        time: nanoseconds since the epoch.
        version: of IP; it determines the meaning of ``type`` and ``code``.
        sender: source address of the error.
        about: the datagram, as far as it is quoted.
    """

    time: int
    version: int
    type: int
    code: int
    sender: str
    about: Datagram


class _Ip(msgspec.Struct, frozen=True, gc=False):
    """An IP packet: its payload starts at ``start`` and has ``nbytes`` bytes."""

    source: str
    destination: str
    protocol: int
    start: int
    nbytes: int
    # identification, offset, more fragments
    fragment: tuple[int, int, bool] | None = None
    number: int | None = None


@dataclass(slots=True)
class _Pending:
    """A fragmented datagram: total bytes (if known) and bytes seen."""

    wanted: int | None = None
    seen: int = 0


class Dissector:
    """Dissects captured frames.

    Attributes:
        unknown_links: number of frames with unsupported link types, by type.
        other: number of frames without UDP or an ICMP error.
        incomplete: number of fragmented datagrams with missing fragments.
        cut: datagrams truncated by the snapshot length; maimed: those of them that lost
            more than file content; headless: frames that lost the whole datagram.
    """

    def __init__(self) -> None:
        self.unknown_links: dict[int, int] = {}
        self.other = 0
        self.incomplete = 0
        self.cut = self.maimed = self.headless = 0
        self._pending: OrderedDict[tuple[str, str, int], _Pending] = OrderedDict()

    def take(self, captured: Captured) -> Seen | IcmpSeen | None:
        """Return the datagram or the ICMP error in a frame, or None.

        For a fragmented datagram the first fragment is returned: it has the TFTP
        header, and the UDP length of the whole.
        """
        frame = captured.data
        found = inner(captured.link_type, frame)
        if found is None:
            self._count_other(captured)
            return None
        seen: Seen | IcmpSeen | None
        seen = _plain(captured, found) if found.version == 4 else None  # noqa: PLR2004 - IPv4
        if seen is None:
            seen = self._unusual(captured, found)
        if len(frame) < captured.length and isinstance(seen, Seen):
            self._count_cut(seen.datagram)
        return seen

    def _count_cut(self, datagram: Datagram) -> None:
        payload = datagram.payload
        if len(payload) < datagram.nbytes:
            self.cut += 1
            self.maimed += payload[:2] != _DATA or len(payload) < HEADER

    def _unusual(self, captured: Captured, found: Inner) -> Seen | IcmpSeen | None:
        """Dissect a packet that _plain() can't handle."""
        frame = captured.data
        try:
            ip = _PARSERS[found.version](frame, found.start, captured.length)
        except _DAMAGE:
            ip = None
        if ip is not None and ip.fragment is not None and not self._is_first(ip):
            return None
        seen: Seen | IcmpSeen | None = None
        if ip is not None and ip.protocol == _UDP:
            seen = _datagram(captured, found, ip)
        elif ip is not None and ip.protocol in (_ICMP, _ICMP_V6):
            seen = _icmp(captured, found, ip)
        if seen is None:
            may_be_cut = ip is None or ip.protocol == _UDP
            is_headless = may_be_cut and len(frame) < captured.length
            self.headless += is_headless
            self.other += not is_headless
        return seen

    def finish(self) -> None:
        """Count the fragmented datagrams that are still incomplete."""
        for pending in self._pending.values():
            self.incomplete += pending.wanted is None or pending.seen < pending.wanted
        self._pending.clear()

    def _count_other(self, captured: Captured) -> None:
        link, kept = captured.link_type, len(captured.data)
        if not is_known(link):
            self.unknown_links[link] = self.unknown_links.get(link, 0) + 1
        elif kept < min(captured.length, _LINK_HEADER):
            self.headless += 1
        else:
            self.other += 1

    def _is_first(self, ip: _Ip) -> bool:
        """Record a fragment; return whether it is the first of its datagram."""
        number, offset, more = ip.fragment or (0, 0, False)
        key = (ip.source, ip.destination, number)
        pending = self._pending.setdefault(key, _Pending())
        pending.seen += ip.nbytes
        if not more:
            pending.wanted = offset + ip.nbytes
        if pending.wanted is not None and pending.seen >= pending.wanted:
            del self._pending[key]
        elif len(self._pending) > _MOST_PENDING:
            self._pending.popitem(last=False)
            self.incomplete += 1
        return offset == 0


def _plain(captured: Captured, found: Inner) -> Seen | None:
    """Return the datagram of a normal packet, else None.

    Normal is IPv4 without options and fragments, with consistent lengths.
    """
    frame, start = captured.data, found.start
    if len(frame) < start + _PLAIN.size:
        return None
    begun, total, number, fragment, protocol, *ends, udp_length = _PLAIN.unpack_from(
        frame, start
    )
    is_plain = begun == _NO_OPTIONS and protocol == _UDP and not fragment & 0x3FFF
    if not is_plain or total != udp_length + 20 or udp_length < _UDP_LENGTH:
        return None
    source, destination, source_port, destination_port = ends
    datagram = Datagram(
        captured.time,
        _endpoint(source, source_port),
        _endpoint(destination, destination_port),
        frame[start + _PLAIN.size : start + total],
        udp_length - _UDP_LENGTH,
        found.is_sent,
    )
    return Seen(datagram, number or None, found.place)


def _datagram(captured: Captured, found: Inner, ip: _Ip) -> Seen | None:
    datagram = _udp(captured, ip, is_sent=found.is_sent)
    return None if datagram is None else Seen(datagram, ip.number, found.place)


def _icmp(captured: Captured, found: Inner, ip: _Ip) -> IcmpSeen | None:
    frame, start, version = captured.data, ip.start, found.version
    errors = _V4_ERRORS if ip.protocol == _ICMP else _V6_ERRORS
    try:
        kind, code = frame[start], frame[start + 1]
        if kind not in errors:
            return None
        quoted = _PARSERS[version](frame, start + 8, captured.length)
    except _DAMAGE:
        return None
    if quoted is None or quoted.protocol != _UDP:
        return None
    about = _udp(captured, quoted, is_sent=False)
    if about is None:
        return None
    return IcmpSeen(captured.time, version, kind, code, ip.source, about)


def _udp(captured: Captured, ip: _Ip, *, is_sent: bool) -> Datagram | None:
    frame, start = captured.data, ip.start
    if len(frame) < start + _UDP_LENGTH:
        return None
    source, destination, length = struct.unpack_from("!HHH", frame, start)
    # 0 in packets before segmentation offload: use the IP length.
    nbytes = (length or ip.nbytes) - _UDP_LENGTH
    if nbytes < 0:
        return None
    begin = start + _UDP_LENGTH
    payload = frame[begin : min(begin + nbytes, start + ip.nbytes)]
    return Datagram(
        captured.time,
        (ip.source, source),
        (ip.destination, destination),
        payload,
        nbytes,
        is_sent,
    )


def _v4(frame: bytes, start: int, length: int) -> _Ip | None:
    first, total, number, flags, protocol = struct.unpack_from("!BxHHHxB", frame, start)
    header = (first & 15) * 4
    if first >> 4 != 4 or header < 20:  # noqa: PLR2004 - RFC 791 §3.1
        return None
    nbytes = (total or length - start) - header
    offset, more = (flags & 0x1FFF) * 8, bool(flags & 0x2000)
    fragment = (number, offset, more) if offset or more else None
    return _Ip(
        _v4_text(frame[start + 12 : start + 16]),
        _v4_text(frame[start + 16 : start + 20]),
        protocol,
        start + header,
        nbytes,
        fragment,
        number or None,
    )


def _v6(frame: bytes, start: int, length: int) -> _Ip | None:
    first, total, following = struct.unpack_from("!BxxxHB", frame, start)
    if first >> 4 != 6:  # noqa: PLR2004 - RFC 8200 §3
        return None
    end = start + 40 + total if total else length
    at, fragment = start + 40, None
    for _ in range(_MOST_EXTENSIONS):
        if following in _EXTENSIONS:
            following, size = frame[at], (frame[at + 1] + 1) * 8
        elif following == _AUTHENTICATION:
            following, size = frame[at], (frame[at + 1] + 2) * 4
        elif following == _FRAGMENT:
            following, place, number = struct.unpack_from("!BxHI", frame, at)
            offset, more = place & 0xFFF8, bool(place & 1)
            size, fragment = 8, (number, offset, more) if offset or more else None
        else:
            break
        at += size
    source, destination = frame[start + 8 : start + 24], frame[start + 24 : start + 40]
    return _Ip(
        _v6_text(source), _v6_text(destination), following, at, end - at, fragment
    )


_PARSERS: dict[int, Callable[[bytes, int, int], _Ip | None]] = {4: _v4, 6: _v6}


@lru_cache(maxsize=65_536)
def _v4_text(data: bytes) -> str:
    return str(IPv4Address(data))


@lru_cache(maxsize=65_536)
def _endpoint(data: bytes, port: int) -> tuple[str, int]:
    return _v4_text(data), port


@lru_cache(maxsize=65_536)
def _v6_text(data: bytes) -> str:
    return str(IPv6Address(data))
