"""Ethernet, ARP and UDP: frames to values and back."""

from ipaddress import IPv4Address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.capture_files import pcap
from tests.support.tshark import dissect, require_tshark, troubles
from tftptui.wire.frames import (
    ARP_TYPE,
    BROADCAST_MAC,
    IPV4_TYPE,
    Arp,
    ArpOp,
    Ethernet,
    UdpPacket,
    build_arp,
    build_ethernet,
    build_udp,
    parse_arp,
    parse_ethernet,
    parse_udp,
)

MAC = bytes.fromhex("525400123456")
ADDRESSES = st.integers(0, 2**32 - 1).map(IPv4Address)
MACS = st.binary(min_size=6, max_size=6)
TYPES = st.integers(0, 65_535).filter(lambda kind: kind not in (0x8100, 0x88A8))
BEGINNINGS = st.sampled_from((b"", b"\x45\0\0\x30", b"\0\1\x08\0\6\4"))
PORTS = st.integers(0, 65_535)
PACKETS = st.builds(
    UdpPacket, ADDRESSES, PORTS, ADDRESSES, PORTS, st.binary(max_size=64)
)
REQUEST = Arp(
    ArpOp.REQUEST,
    MAC,
    IPv4Address("192.168.0.86"),
    bytes(6),
    IPv4Address("192.168.0.66"),
)


@given(PACKETS)
def test_a_datagram_that_is_built_is_parsed_as_it_was(packet: UdpPacket) -> None:
    padding = bytes(18)
    assert parse_udp(build_udp(packet) + padding) == packet


@given(st.builds(Arp, st.sampled_from(ArpOp), MACS, ADDRESSES, MACS, ADDRESSES))
def test_an_arp_packet_that_is_built_is_parsed_as_it_was(arp: Arp) -> None:
    assert parse_arp(build_arp(arp) + bytes(18)) == arp


@given(MACS, MACS, st.integers(0, 65_535).filter(lambda t: t not in (0x8100, 0x88A8)))
def test_a_frame_that_is_built_is_parsed_as_it_was(
    to: bytes, by: bytes, t: int
) -> None:
    assert parse_ethernet(build_ethernet(to, by, t, b"x")) == Ethernet(to, by, t, b"x")


@given(
    st.binary(max_size=80), st.sampled_from((b"", b"\x45\0\0\x30", b"\0\1\x08\0\6\4"))
)
def test_any_bytes_give_a_value_or_none(data: bytes, begun: bytes) -> None:
    parse_ethernet(data)
    parse_arp(begun + data)
    parse_udp(begun + data)


@given(PACKETS, st.data())
def test_a_datagram_that_is_cut_is_none(packet: UdpPacket, data: st.DataObject) -> None:
    whole = build_udp(packet)
    cut = data.draw(st.integers(0, len(whole) - 1))
    assert parse_udp(whole[:cut]) is None


@pytest.mark.parametrize(
    ("at", "value"),
    [(0, 0x65), (0, 0x44), (6, 0x20), (7, 1), (9, 6), (24, 0xFF), (25, 7)],
)
def test_fragments_and_other_protocols_are_none(at: int, value: int) -> None:
    packet = UdpPacket(IPv4Address(1), 68, IPv4Address(2), 67, b"x")
    data = bytearray(build_udp(packet))
    data[at] = value
    assert parse_udp(bytes(data)) is None


def test_vlan_tags_are_taken_off() -> None:
    tagged = BROADCAST_MAC + MAC + bytes.fromhex("88a8000781000005") + b"\x08\x06rest"
    assert parse_ethernet(tagged) == Ethernet(BROADCAST_MAC, MAC, ARP_TYPE, b"rest", 7)
    assert parse_ethernet(tagged[:15]) is None


def test_a_payload_that_no_datagram_can_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="65508"):
        build_udp(UdpPacket(IPv4Address(1), 1, IPv4Address(2), 2, bytes(65_508)))


def test_a_probe_is_a_request_without_a_sender() -> None:
    probe = Arp(ArpOp.REQUEST, MAC, IPv4Address(0), bytes(6), REQUEST.target)
    assert probe.is_probe
    assert not REQUEST.is_probe


def test_tshark_reads_what_we_write(tmp_path: Path) -> None:
    require_tshark()
    packet = UdpPacket(
        IPv4Address("10.0.0.1"), 4_011, IPv4Address("10.0.0.2"), 9, b"odd"
    )
    frames = [
        build_ethernet(BROADCAST_MAC, MAC, ARP_TYPE, build_arp(REQUEST)),
        build_ethernet(BROADCAST_MAC, MAC, IPV4_TYPE, build_udp(packet)),
    ]
    capture = tmp_path / "frames.pcap"
    capture.write_bytes(pcap(frames, link=1))
    fields = ["opcode", "src.hw_mac", "src.proto_ipv4", "dst.proto_ipv4"]
    assert dissect(capture, "arp", *(f"arp.{field}" for field in fields)) == [
        ["1", "52:54:00:12:34:56", "192.168.0.86", "192.168.0.66"]
    ]
    assert dissect(capture, "udp", "ip.src", "udp.srcport", "data") == [
        ["10.0.0.1", "4011", b"odd".hex()]
    ]
    assert troubles(capture) == []
