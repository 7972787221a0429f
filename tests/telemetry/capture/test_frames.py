"""Frames whose headers and checksums are right."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tftptui.telemetry.capture.frames import Datagram, checksum, frame

_V4 = st.integers(0, 2**32 - 1).map(lambda number: str(IPv4Address(number)))
_V6 = st.integers(0, 2**128 - 1).map(lambda number: str(IPv6Address(number)))


def _plain_sum(data: bytes) -> int:
    """Return the one's complement sum, word by word (RFC 1071)."""
    data += bytes(len(data) % 2)
    total = sum(int.from_bytes(data[n : n + 2]) for n in range(0, len(data), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def _datagram(source: str, destination: str, payload: bytes, nbytes: int) -> Datagram:
    return Datagram(
        time=0,
        source=(source, 2_072),
        destination=(destination, 69),
        payload=payload,
        nbytes=nbytes,
        is_sent=False,
    )


@given(data=st.binary())
def test_checksum_makes_the_sum_all_ones(data: bytes) -> None:
    padded = data + bytes(len(data) % 2)
    assert _plain_sum(padded + checksum(data).to_bytes(2)) == 0xFFFF


@given(source=_V4, destination=_V4, payload=st.binary(max_size=600))
def test_v4_sums_are_right(source: str, destination: str, payload: bytes) -> None:
    cut = frame(_datagram(source, destination, payload, len(payload)), 7)
    header, udp = cut.data[16:36], cut.data[36:]
    assert _plain_sum(header) == 0xFFFF
    assert int.from_bytes(header[2:4]) == len(header) + len(udp)
    pseudo = header[12:20] + bytes([0, 17]) + len(udp).to_bytes(2)
    assert _plain_sum(pseudo + udp) == 0xFFFF
    assert udp[8:] == payload


@given(source=_V6, destination=_V6, payload=st.binary(max_size=600))
def test_v6_sums_are_right(source: str, destination: str, payload: bytes) -> None:
    cut = frame(_datagram(source, destination, payload, len(payload)), 7)
    header, udp = cut.data[16:56], cut.data[56:]
    assert int.from_bytes(header[4:6]) == len(udp)
    pseudo = header[8:40] + len(udp).to_bytes(4) + bytes([0, 0, 0, 17])
    assert _plain_sum(pseudo + udp) == 0xFFFF


def test_cut_payload_leaves_lengths_whole() -> None:
    cut = frame(_datagram("192.0.2.1", "192.0.2.2", b"\0\3\0\1", 516), 7)
    assert (len(cut.data), cut.length) == (16 + 28 + 4, 16 + 28 + 516)
    assert cut.data[36:][4:8] == (524).to_bytes(2) + b"\0\0"


def test_cut_payload_has_a_checksum_in_ipv6() -> None:
    cut = frame(_datagram("2001:db8::1", "2001:db8::2", b"\0\3\0\1", 516), 7)
    assert cut.data[56:][6:8] != b"\0\0"


def test_two_families_are_an_error() -> None:
    with pytest.raises(ValueError, match="can't send to"):
        frame(_datagram("192.0.2.1", "2001:db8::2", b"", 0), 7)
