"""Datagrams from frames: link headers, tags, fragments, ICMP errors."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.capture_files import (
    CLIENT,
    LINKS,
    PPPOE,
    SERVER,
    TIME,
    TWO_TAGS,
    VLAN,
    datagram,
    dissected,
    ip_packet,
)
from tftptui.telemetry.capture.blocks import Captured
from tftptui.telemetry.capture.frames import (
    Datagram,
    packed_address,
    v4_header,
    v6_header,
)
from tftptui.telemetry.capture.packets import Dissector, IcmpSeen, Seen

ACK = b"\0\4\0\1"
BLOCK = b"\0\3\0\1" + bytes(4_000)
UDP_HEADER = 8
V4, V6 = 20, 40


def _captured(data: bytes, link: int = 101, length: int | None = None) -> Captured:
    return Captured(TIME, link, data, length or len(data))


def _one(data: bytes, link: int = 101) -> Datagram:
    (seen,) = dissected([_captured(data, link)])
    assert isinstance(seen, Seen)
    return seen.datagram


@pytest.mark.parametrize("link", LINKS)
def test_each_link_type_is_read(link: int) -> None:
    assert _one(LINKS[link] + ip_packet(ACK), link) == datagram(ACK)


@pytest.mark.parametrize("head", [VLAN, TWO_TAGS, PPPOE])
def test_tags_are_looked_through(head: bytes) -> None:
    assert _one(head + ip_packet(ACK), 1) == datagram(ACK)


def test_padding_of_a_short_frame_is_no_payload() -> None:
    assert _one(ip_packet(ACK) + bytes(14)).payload == ACK


def test_cooked_capture_tells_what_was_sent() -> None:
    sent = struct.pack("!HHH8xH", 4, 1, 6, 0x0800)
    assert _one(sent + ip_packet(ACK), 113).is_sent


def test_unknown_link_type_is_counted() -> None:
    dissector = Dissector()
    assert dissector.take(_captured(ip_packet(ACK), 105)) is None
    assert dissector.unknown_links == {105: 1}


def test_other_protocols_are_counted() -> None:
    tcp = v4_header(packed_address("10.0.0.1"), packed_address("10.0.0.2"), 20, 6, 1)
    dissector = Dissector()
    assert dissector.take(_captured(tcp + bytes(20))) is None
    assert dissector.other == 1


def _v4_fragments(payload: bytes, size: int) -> list[bytes]:
    whole = ip_packet(payload)[V4:]
    ends = packed_address(CLIENT[0]), packed_address(SERVER[0])
    packets = []
    for start in range(0, len(whole), size):
        piece = whole[start : start + size]
        head = bytearray(v4_header(*ends, len(piece), 17, 7))
        more = start + size < len(whole)
        head[6:8] = (start // 8 | (0x2000 if more else 0)).to_bytes(2)
        packets.append(bytes(head) + piece)
    return packets


def _v6_fragments(payload: bytes, size: int) -> list[bytes]:
    """Return fragments after hop-by-hop options."""
    packet = ip_packet(payload, v6=True)
    whole, ends = packet[V6:], (packet[8:24], packet[24:40])
    packets = []
    for start in range(0, len(whole), size):
        piece = whole[start : start + size]
        more = start + size < len(whole)
        options = bytes([44, 0, 1, 4, 0, 0, 0, 0])
        fragment = struct.pack("!BxHI", 17, start | more, 99)
        body = options + fragment + piece
        packets.append(v6_header(*ends, len(body), 0) + body)
    return packets


@pytest.mark.parametrize("make", [_v4_fragments, _v6_fragments])
@pytest.mark.parametrize("step", [1, -1])
def test_fragments_are_one_datagram(make: object, step: int) -> None:
    assert callable(make)
    frames = [_captured(packet) for packet in make(BLOCK, 1_480)[::step]]
    dissector = Dissector()
    found = [seen for each in frames if (seen := dissector.take(each)) is not None]
    dissector.finish()
    (seen,) = found
    assert isinstance(seen, Seen)
    assert (seen.datagram.nbytes, seen.datagram.payload[:4]) == (4_004, b"\0\3\0\1")
    assert dissector.incomplete == 0


def test_missing_fragment_is_told() -> None:
    dissector = Dissector()
    for packet in _v4_fragments(BLOCK, 1_480)[:-1]:
        dissector.take(_captured(packet))
    dissector.finish()
    assert dissector.incomplete == 1


def test_fragments_cut_by_a_snap_length_count_as_whole() -> None:
    dissector = Dissector()
    found = [
        dissector.take(_captured(packet[:100], length=len(packet)))
        for packet in _v4_fragments(BLOCK, 1_480)
    ]
    dissector.finish()
    (seen,) = [each for each in found if each is not None]
    assert isinstance(seen, Seen)
    assert (seen.datagram.nbytes, dissector.incomplete) == (4_004, 0)


def test_packet_that_the_card_has_still_to_cut_has_no_length() -> None:
    packet = bytearray(ip_packet(ACK * 10))
    packet[2:4] = b"\0\0"
    packet[V4 + 4 : V4 + 6] = b"\0\0"
    assert _one(bytes(packet)).nbytes == 40


class TestIcmp:
    def test_error_names_the_datagram_it_is_about(self) -> None:
        quoted = ip_packet(b"\0\3\0\1" + bytes(512))[: V4 + UDP_HEADER]
        body = bytes([3, 3, 0, 0, 0, 0, 0, 0]) + quoted
        ends = packed_address("10.0.4.1"), packed_address(CLIENT[0])
        packet = v4_header(*ends, len(body), 1, 9) + body
        (seen,) = dissected([_captured(packet)])
        assert isinstance(seen, IcmpSeen)
        assert (seen.type, seen.code, seen.sender) == (3, 3, "10.0.4.1")
        assert (seen.about.source, seen.about.destination) == (CLIENT, SERVER)

    def test_v6_error(self) -> None:
        quoted = ip_packet(ACK, v6=True)
        body = bytes([1, 4, 0, 0, 0, 0, 0, 0]) + quoted
        ends = packed_address("2001:db8::1"), quoted[8:24]
        packet = v6_header(*ends, len(body), 58) + body
        (seen,) = dissected([_captured(packet)])
        assert isinstance(seen, IcmpSeen)
        assert (seen.version, seen.type, seen.about.payload) == (6, 1, ACK)

    def test_ping_is_none(self) -> None:
        ends = packed_address("10.0.4.1"), packed_address("10.0.4.2")
        assert dissected([_captured(v4_header(*ends, 8, 1, 9) + b"\x08" * 8)]) == []


@given(link=st.sampled_from([*LINKS, 999]), data=st.binary(max_size=120))
def test_any_bytes_are_survived(link: int, data: bytes) -> None:
    dissector = Dissector()
    dissector.take(_captured(data, link))
    dissector.take(_captured(b"\x45" + data, 101))
    dissector.take(_captured(b"\x60" + data, 101))
    dissector.finish()
