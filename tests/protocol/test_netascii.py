"""netascii, octet by octet."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tftptui.protocol.netascii import Decoder, encode


def decoded(*pieces: bytes) -> bytes:
    """Return the output of a Decoder for PIECES."""
    decoder = Decoder()
    return b"".join(map(decoder.decode, pieces)) + decoder.finish()


@pytest.mark.parametrize(
    ("text", "wire"),
    [
        pytest.param(b"", b"", id="empty"),
        pytest.param(b"plain", b"plain", id="plain"),
        pytest.param(b"a\nb\n", b"a\r\nb\r\n", id="line-feeds"),
        pytest.param(b"a\rb", b"a\r\0b", id="carriage-return"),
        pytest.param(b"a\r\n", b"a\r\0\r\n", id="both"),
        pytest.param(b"\0\xff", b"\0\xff", id="other-octets"),
    ],
)
def test_encode(text: bytes, wire: bytes) -> None:
    assert encode(text) == wire


@given(st.binary(), st.binary())
def test_pieces_can_be_converted_one_by_one(first: bytes, second: bytes) -> None:
    assert encode(first) + encode(second) == encode(first + second)


@given(st.text(alphabet="a\r\n\0").map(str.encode))
def test_nothing_is_lost(text: bytes) -> None:
    assert encode(text).replace(b"\r\n", b"\n").replace(b"\r\0", b"\r") == text


@given(st.binary())
def test_carriage_return_never_stands_alone(text: bytes) -> None:
    rest = encode(text).replace(b"\r\n", b"").replace(b"\r\0", b"")
    assert b"\r" not in rest


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        pytest.param([], b"", id="nothing"),
        pytest.param([b"a\r\nb\r\n"], b"a\nb\n", id="lines"),
        pytest.param([b"a\r\0b"], b"a\rb", id="carriage-return"),
        pytest.param([b"a\rb"], b"a\rb", id="lone-carriage-return"),
        pytest.param([b"a\nb"], b"a\nb", id="lone-line-feed"),
        pytest.param([b"a\r"], b"a\r", id="file-ends-with-carriage-return"),
        pytest.param([b"a\r\r\n"], b"a\r\n", id="carriage-return-before-a-line-end"),
        pytest.param([b"a\r\0\n"], b"a\r\n", id="encoded-one-before-a-line-feed"),
        pytest.param([b"a\r\n\0"], b"a\n\0", id="nul-after-a-line-end"),
        pytest.param([b"a\r", b"\nb"], b"a\nb", id="line-end-across-blocks"),
        pytest.param([b"a\r", b"\0b"], b"a\rb", id="carriage-return-across-blocks"),
        pytest.param([b"a\r", b"b"], b"a\rb", id="lone-one-across-blocks"),
        pytest.param([b"a\r", b"\r", b"\n"], b"a\r\n", id="two-across-blocks"),
        pytest.param([b"a\r", b"", b"\n"], b"a\n", id="empty-block-between"),
    ],
)
def test_decode(pieces: list[bytes], text: bytes) -> None:
    assert decoded(*pieces) == text


def test_carriage_return_at_the_end_of_a_block_waits() -> None:
    assert Decoder().decode(b"a\r") == b"a"


def test_finish_tells_the_held_one_once() -> None:
    decoder = Decoder()
    decoder.decode(b"a\r")
    assert [decoder.finish(), decoder.finish()] == [b"\r", b""]


TEXTS = st.lists(st.sampled_from([b"a", b"\r", b"\n", b"\0"])).map(b"".join)


@given(text=TEXTS, cuts=st.lists(st.integers(0, 40)))
def test_round_trip_whatever_the_blocks(text: bytes, cuts: list[int]) -> None:
    wire = encode(text)
    edges = [0, *sorted(cuts), len(wire)]
    pieces = [wire[start:end] for start, end in pairwise(edges)]
    assert decoded(*pieces) == text


@given(data=TEXTS, cut=st.integers(0, 40))
def test_blocks_do_not_change_what_broken_netascii_means(data: bytes, cut: int) -> None:
    assert decoded(data[:cut], data[cut:]) == decoded(data)
