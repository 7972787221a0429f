"""Ethernet, ARP and UDP over IPv4 as raw frames: parse and build (RFC 826, 768, 791).

Parsing is total: other or damaged frames give None.
"""

import struct
from enum import IntEnum
from ipaddress import IPv4Address

import msgspec

from tftptui.telemetry.capture.frames import checksum, pseudo_header, v4_header

BROADCAST_MAC = b"\xff" * 6

ARP_TYPE, IPV4_TYPE = 0x0806, 0x0800
_VLAN_TAGS = (0x8100, 0x88A8)
_ETHERNET = struct.Struct("!6s6sH")
_ARP = struct.Struct("!HHBBH6s4s6s4s")
_ARP_KIND = (1, IPV4_TYPE, 6, 4)
"""Ethernet, IPv4, and the length of an address of each in bytes."""

_IP = struct.Struct("!BxHxxHxBxx4s4s")
_UDP = struct.Struct("!HHHH")
_UDP_PROTOCOL = 17
_FRAGMENTED = 0x3FFF
_SHORTEST_IP_HEADER = 20


class Ethernet(msgspec.Struct, frozen=True):
    """An Ethernet frame.

    Attributes:
        destination, source: MAC addresses, 6 bytes each.
        type: of ``payload``; below 1536 it is a length (802.3: STP, CDP).
        payload: content after the header and any VLAN tags.
        vlan: number of the outermost VLAN tag; None without one.
    """

    destination: bytes
    source: bytes
    type: int
    payload: bytes
    vlan: int | None = None


class ArpOp(IntEnum):
    """Request or reply (RFC 826)."""

    REQUEST = 1
    REPLY = 2


class Arp(msgspec.Struct, frozen=True):
    """An ARP packet.

    Attributes:
        sender: its IPv4 address; 0.0.0.0 in a probe (RFC 5227 §1.1).
        sender_mac, target_mac: 6 bytes; the target's is zero in a request.
        target: the address looked up; the sender's own in an announcement.
    """

    op: ArpOp
    sender_mac: bytes
    sender: IPv4Address
    target_mac: bytes
    target: IPv4Address

    @property
    def is_probe(self) -> bool:
        """Whether the sender only checks that the address is free."""
        return self.op is ArpOp.REQUEST and not int(self.sender)


class UdpPacket(msgspec.Struct, frozen=True):
    """A UDP datagram over IPv4."""

    source: IPv4Address
    source_port: int
    destination: IPv4Address
    destination_port: int
    payload: bytes


def parse_ethernet(frame: bytes) -> Ethernet | None:
    """Return the frame without its VLAN tags; None if it is truncated."""
    if len(frame) < _ETHERNET.size:
        return None
    destination, source, kind = _ETHERNET.unpack_from(frame)
    at, vlan = _ETHERNET.size, None
    while kind in _VLAN_TAGS:
        if len(frame) < at + 4:
            return None
        tag, kind = struct.unpack_from("!HH", frame, at)
        vlan = tag & 0xFFF if vlan is None else vlan
        at += 4
    return Ethernet(destination, source, kind, frame[at:], vlan)


def parse_arp(payload: bytes) -> Arp | None:
    """Return the ARP packet of an Ethernet frame; None if it is not IPv4 ARP."""
    if len(payload) < _ARP.size:
        return None
    *kind, op, sender_mac, sender, target_mac, target = _ARP.unpack_from(payload)
    if tuple(kind) != _ARP_KIND or op not in (ArpOp.REQUEST, ArpOp.REPLY):
        return None
    return Arp(
        ArpOp(op), sender_mac, IPv4Address(sender), target_mac, IPv4Address(target)
    )


def parse_udp(payload: bytes) -> UdpPacket | None:
    """Return the datagram of an IPv4 packet; None for fragments and all else.

    Checksums are not verified: a packet from this host may not have them yet.
    """
    if len(payload) < _IP.size:
        return None
    first, total, fragment, protocol, source, destination = _IP.unpack_from(payload)
    header = (first & 15) * 4
    is_whole = first >> 4 == 4 and header >= _SHORTEST_IP_HEADER  # noqa: PLR2004 - IPv4
    if not is_whole or protocol != _UDP_PROTOCOL or fragment & _FRAGMENTED:
        return None
    if len(payload) < header + _UDP.size or total < header + _UDP.size:
        return None
    source_port, destination_port, length, _ = _UDP.unpack_from(payload, header)
    end = header + length
    if length < _UDP.size or end > min(total, len(payload)):
        return None
    return UdpPacket(
        IPv4Address(source),
        source_port,
        IPv4Address(destination),
        destination_port,
        payload[header + _UDP.size : end],
    )


def build_ethernet(
    destination: bytes, source: bytes, kind: int, payload: bytes
) -> bytes:
    """Return a frame; the network card pads it to 60 bytes."""
    return _ETHERNET.pack(destination, source, kind) + payload


def build_arp(arp: Arp) -> bytes:
    """Return the payload of an Ethernet frame of type ARP_TYPE."""
    return _ARP.pack(
        *_ARP_KIND,
        arp.op,
        arp.sender_mac,
        arp.sender.packed,
        arp.target_mac,
        arp.target.packed,
    )


def build_udp(packet: UdpPacket) -> bytes:
    """Return an IPv4 packet with both checksums.

    Raises:
        ValueError: the payload is too long for a datagram.
    """
    length = _UDP.size + len(packet.payload)
    if length + _SHORTEST_IP_HEADER > 0xFFFF:  # noqa: PLR2004 - 16 bits
        raise ValueError(f"{len(packet.payload)} bytes don't fit into a datagram")
    ends = packet.source.packed + packet.destination.packed
    ports = packet.source_port, packet.destination_port
    bare = _UDP.pack(*ports, length, 0) + packet.payload
    check = checksum(pseudo_header(ends, length, _UDP_PROTOCOL) + bare)
    header = v4_header(ends[:4], ends[4:], length, _UDP_PROTOCOL, 0)
    return header + _UDP.pack(*ports, length, check) + packet.payload
