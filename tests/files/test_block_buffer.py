"""Consecutive packets, and how many of them are expected."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders import sample_bytes
from tftptui.files.block_buffer import Landing
from tftptui.protocol.packets import HEADER, encode_data

BLOCK = 20


def land(landing: Landing, packets: list[bytes], at: int = 0) -> None:
    for place, packet in zip(landing.places[at:], packets, strict=False):
        place[: len(packet)] = packet


def data(block: int) -> bytes:
    return encode_data(block & 0xFFFF, sample_bytes(BLOCK))


@given(
    st.integers(1, 200_000),
    st.integers(1, 40),
    st.integers(0, 5),
    st.sampled_from([b"\0\4\0\1", b"\0\3", b"\1\3\0\0", b"\0\5\0\1", None]),
    st.integers(0, 40),
)
def test_it_counts_up_to_the_first_other_packet(
    first: int, count: int, at: int, other: bytes | None, where: int
) -> None:
    landing = Landing(BLOCK, 1)
    packets = [data(block) for block in range(first, first + count)]
    if other is not None and where < count:
        packets[where] = other + packets[where][len(other) :]
    same = [data(first + n) == packet for n, packet in enumerate(packets)]
    land(landing, packets, at)
    expected = count if all(same) else same.index(False)
    assert landing.expected(at, count, first) == expected


@pytest.mark.parametrize("first", [0xFFFF, 0x1_0000, 0xFFF0])
def test_numbers_begin_again_at_zero(first: int) -> None:
    landing = Landing(BLOCK, 1)
    land(landing, [data(first + n) for n in range(32)])
    assert landing.expected(0, 32, first) == 32


def test_what_is_written_is_the_data_and_nothing_else() -> None:
    landing = Landing(BLOCK, 4)
    land(landing, [encode_data(n, bytes([n]) * BLOCK) for n in range(1, 6)])
    written = b"".join(landing.data(5))
    assert written == b"".join(bytes([n]) * BLOCK for n in range(1, 6))


def test_a_packet_can_be_looked_at_by_itself() -> None:
    landing = Landing(BLOCK, 1)
    land(landing, [data(1), b"\0\5\0\0gone\0"])
    assert landing.packet(1, 9) == b"\0\5\0\0gone\0"
    assert landing.packet(0, landing.full) == data(1)


def test_a_place_shows_a_block_that_is_longer_than_agreed() -> None:
    landing = Landing(BLOCK, 1)
    assert landing.full == BLOCK + HEADER
    assert {len(place) for place in landing.places} == {landing.full + 1}


@pytest.mark.parametrize(
    ("block", "window", "size", "places"),
    [
        (1_428, 16, None, 32),  # whole windows
        (1_428, 64, None, 45),  # a window is more than the buffer
        (65_464, 16, None, 1),
        (8, 1, None, 1_024),  # a call takes no more
        (512, 1, 1_000, 2),
        (512, 16, 1_000, 2),
        (512, 1, 0, 1),
    ],
)
def test_room(block: int, window: int, size: int | None, places: int) -> None:
    assert len(Landing(block, window, size).places) == places
