"""Block numbers, and segmentation of large packets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tftptui.protocol.packets import Numbering, encode_data
from tftptui.replay.block_numbers import Counting, Piece, pieces


@given(
    low=st.sampled_from([0, 1]),
    near=st.integers(0, 500_000),
    ahead=st.integers(-1_000, 1_000),
)
def test_nearest_number_is_found(low: int, near: int, ahead: int) -> None:
    block = near + ahead
    if block < 1:
        return
    numbering = Numbering(low)
    counting = Counting(numbering, is_settled=True)
    assert counting.absolute(numbering.wire(block), near) == block


@pytest.mark.parametrize("low", [0, 1])
def test_first_number_after_the_wrap_settles_it(low: int) -> None:
    counting, near = Counting(), 0
    for block in range(1, 140_000):
        near = counting.absolute(Numbering(low).wire(block), near)
        assert near == block


def test_repeat_before_the_wrap_settles_nothing() -> None:
    counting = Counting()
    assert counting.absolute(65_535, 65_535) == 65_535
    assert not counting.is_settled


@st.composite
def _runs(draw: st.DrawFn) -> tuple[int, int, list[int]]:
    """Return a first block, a block size, and the bytes of each block."""
    size, count = draw(st.integers(8, 1_468)), draw(st.integers(3, 20))
    last = draw(st.integers(0, size))
    return draw(st.integers(1, 65_000)), size, [size] * (count - 1) + [last]


def _packed(first: int, sizes: list[int], fill: bytes) -> bytes:
    return b"".join(
        encode_data(first + number, fill * size) for number, size in enumerate(sizes)
    )


@given(run=_runs(), is_known=st.booleans())
def test_run_is_cut_into_its_blocks(
    run: tuple[int, int, list[int]], *, is_known: bool
) -> None:
    first, size, sizes = run
    packed = _packed(first, sizes, b"\xaa")
    found = pieces(packed, len(packed), size if is_known else None)
    assert found == [Piece(first + number, each) for number, each in enumerate(sizes)]


@given(run=_runs())
def test_run_that_a_capture_cut_short_is_still_a_run(
    run: tuple[int, int, list[int]],
) -> None:
    first, size, sizes = run
    packed = _packed(first, sizes, b"\xaa")
    found = pieces(packed[: size + 10], len(packed), size)
    assert [each.nbytes for each in found] == sizes


def test_payload_that_looks_like_a_header_cuts_nothing() -> None:
    packet = encode_data(1, b"\0\3\0\2" * 100 + b"end")
    assert pieces(packet, len(packet), None) == [Piece(1, 403)]


@given(payload=st.binary(min_size=4, max_size=200), size=st.integers(8, 100))
def test_any_bytes_are_survived(payload: bytes, size: int) -> None:
    for known in (None, size):
        found = pieces(payload, len(payload), known)
        assert sum(piece.nbytes + 4 for piece in found) == len(payload)
