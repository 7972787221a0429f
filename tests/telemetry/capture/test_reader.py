"""Capture files of every kind, complete and damaged."""

import gzip
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.capture_files import (
    TIME,
    big_endian_pcapng,
    datagram,
    dissected,
    ip_packet,
    pcap,
    read,
)
from tftptui.telemetry.capture import pcapng
from tftptui.telemetry.capture.frames import Datagram, frame
from tftptui.telemetry.capture.packets import Seen
from tftptui.telemetry.capture.reader import NoCaptureError

ACK = b"\0\4\0\1"
_PORTS = st.integers(0, 65_535)


def _pcapng(*datagrams: Datagram) -> bytes:
    data = pcapng.section("a test")
    data += pcapng.interface(113, pcapng.NO_LIMIT, "one", "the only one")
    for number, each in enumerate(datagrams):
        cut = frame(each, number)
        data += pcapng.packet(
            0, each.time, cut.data, cut.length, is_sent=each.is_sent, comment="hm ⇄"
        )
    return data


@st.composite
def _datagrams(draw: st.DrawFn) -> Datagram:
    hosts = draw(st.sampled_from([st.ip_addresses(v=4), st.ip_addresses(v=6)]))
    source, destination = ((str(draw(hosts)), draw(_PORTS)) for _ in range(2))
    payload = draw(st.binary(max_size=100))
    return Datagram(
        draw(st.integers(0, 2**62)),
        source,
        destination,
        payload,
        len(payload),
        draw(st.booleans()),
    )


@given(st.lists(_datagrams(), max_size=5))
def test_what_was_written_is_read(datagrams: list[Datagram]) -> None:
    frames, troubles = read(_pcapng(*datagrams))
    found = [seen.datagram for seen in dissected(frames) if isinstance(seen, Seen)]
    assert (found, troubles) == (datagrams, [])


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("nanoseconds", [True, False])
def test_pcap_of_each_byte_order_and_resolution(
    order: str, *, nanoseconds: bool
) -> None:
    data = pcap([ip_packet(ACK)], order=order, nanoseconds=nanoseconds)
    (captured,), troubles = read(data)
    assert captured.time == (TIME if nanoseconds else TIME // 1_000 * 1_000)
    assert (captured.link_type, captured.data) == (101, ip_packet(ACK))
    assert troubles == []


@pytest.mark.parametrize("resolution", [3, 6, 9])
def test_big_endian_pcapng(resolution: int) -> None:
    (captured,), _ = read(big_endian_pcapng(ip_packet(ACK), resolution=resolution))
    unit = 10 ** (9 - resolution)
    assert captured.time == TIME // unit * unit
    assert captured.data == ip_packet(ACK)


def test_sections_put_end_to_end_have_interfaces_of_their_own() -> None:
    first, second = _pcapng(datagram(ACK)), big_endian_pcapng(ip_packet(ACK))
    frames, troubles = read(first + second)
    assert [each.link_type for each in frames] == [113, 101]
    assert [each.interface for each in frames] == [0, 1]
    assert troubles == []


def test_comments_are_read() -> None:
    (captured,), _ = read(_pcapng(datagram(ACK)))
    assert captured.comments() == ["hm ⇄"]


def test_a_time_that_is_no_date_is_moved_and_said_once() -> None:
    # Nanoseconds in a file labelled as microseconds: the year 58891.
    nanoseconds, microseconds = b"\x09\0\1\0\x09", b"\x09\0\1\0\x06"
    data = _pcapng(datagram(ACK), datagram(ACK)).replace(nanoseconds, microseconds)
    frames, troubles = read(data)
    years = {datetime.fromtimestamp(one.time / 1e9, UTC).year for one in frames}
    assert (years, len(troubles)) == ({9999}, 1)
    assert "times before 1970 or after 9999" in troubles[0]


def test_simple_packets_are_read() -> None:
    packet, length = ip_packet(ACK), len(ip_packet(ACK))
    body = length.to_bytes(4, "little") + packet
    size = (len(body) + 12).to_bytes(4, "little")
    block = (3).to_bytes(4, "little") + size + body + size
    data = pcapng.section("a test") + pcapng.interface(101, 0, "", "") + block
    (captured,), troubles = read(data)
    assert (captured.data, captured.time, troubles) == (packet, 0, [])


def test_packed_capture_is_read() -> None:
    data = pcap([ip_packet(ACK)] * 3)
    assert read(gzip.compress(data)) == read(data)


def test_snapped_packet_knows_how_long_it_was() -> None:
    (captured,), _ = read(pcap([ip_packet(bytes(500))], snaplen=60))
    assert (len(captured.data), captured.length) == (60, 528)


class TestDamage:
    @pytest.mark.parametrize(
        "whole", [pcap([ip_packet(ACK)] * 3), _pcapng(*[datagram(ACK)] * 3)]
    )
    def test_cut_file_is_read_up_to_there(self, whole: bytes) -> None:
        frames, troubles = read(whole[:-5])
        assert len(frames) == 2
        (trouble,) = troubles
        assert trouble.startswith("after packet 2: the file is truncated; ")

    def test_cut_gzip_is_read_up_to_there(self) -> None:
        frames = [ip_packet(bytes([n % 251]) * 1_000) for n in range(500)]
        packed = gzip.compress(pcap(frames))
        found, troubles = read(packed[: len(packed) // 2])
        assert 0 < len(found) < 500
        assert "gzip" in troubles[-1]

    def test_impossible_length_ends_it(self) -> None:
        data = pcap([ip_packet(ACK)]) + b"\xff" * 16 + pcap([ip_packet(ACK)])
        frames, troubles = read(data)
        assert len(frames) == 1
        assert "invalid packet length 4294967295" in troubles[0]

    def test_packet_of_an_unknown_interface_is_left_out(self) -> None:
        stray = pcapng.packet(9, 0, ACK, 4, is_sent=False)
        frames, troubles = read(_pcapng(datagram(ACK)) + stray + _pcapng(datagram(ACK)))
        assert len(frames) == 2
        assert troubles == ["after packet 1: invalid packet, skipped"]

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (b"", "it is empty"),
            (b"<html><body>hello</body></html>", "it is text"),
            (b"\x7fELF\2\1\1\0", "begins with 7f 45 4c 46"),
        ],
    )
    def test_no_capture_is_named(self, data: bytes, words: str) -> None:
        with pytest.raises(NoCaptureError, match=words):
            read(data)

    @given(data=st.data())
    def test_no_damage_is_too_much(self, data: st.DataObject) -> None:
        whole = data.draw(
            st.sampled_from(
                [
                    _pcapng(datagram(ACK), datagram(ACK, v6=True)),
                    pcap([ip_packet(ACK), ip_packet(ACK, v6=True)]),
                    gzip.compress(pcap([ip_packet(ACK)] * 3), mtime=0),
                    big_endian_pcapng(ip_packet(ACK)),
                ]
            )
        )
        damaged = bytearray(whole)
        for _ in range(data.draw(st.integers(1, 5))):
            at = data.draw(st.integers(0, len(damaged) - 1))
            damaged[at] = data.draw(st.integers(0, 255))
        try:
            frames, _ = read(bytes(damaged[: data.draw(st.integers(0, len(damaged)))]))
        except NoCaptureError:
            return
        for seen in dissected(frames):
            assert isinstance(seen, Seen) or seen.sender
