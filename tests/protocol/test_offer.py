"""The options a client requests, and the replies it accepts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tftptui.protocol.errors import ErrorCode, PeerError
from tftptui.protocol.offer import Offer, Terms
from tftptui.protocol.packets import Options

FULL = Offer(total_size=0, block_size=1_428, window=16, timeout=5)
NUMBERS = st.integers(-2, 70_000).map(str).map(str.encode)
NAMES = st.sampled_from([b"blksize", b"BLKSIZE", b"windowsize", b"tsize", b"timeout"])
ANSWERS = st.lists(
    st.tuples(NAMES | st.binary(max_size=6), NUMBERS | st.binary(max_size=6))
).map(tuple)


def test_options_are_those_that_are_set() -> None:
    assert FULL.options() == (
        (b"tsize", b"0"),
        (b"blksize", b"1428"),
        (b"windowsize", b"16"),
        (b"timeout", b"5"),
    )


def test_nothing_set_asks_for_nothing() -> None:
    assert Offer().options() == ()


def test_all_as_asked() -> None:
    answer = ((b"tsize", b"99"), (b"blksize", b"1428"), (b"windowsize", b"16"))
    assert FULL.accept(answer, is_write=False) == Terms(
        block_size=1_428, window=16, total_size=99, options=answer
    )


def test_what_the_server_leaves_out_is_as_rfc_1350_has_it() -> None:
    assert FULL.accept((), is_write=False) == Terms(block_size=512, window=1)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        pytest.param(
            ((b"multicast", b"1"),),
            "the server agreed to multicast, which was not requested",
            id="not-asked",
        ),
        pytest.param(
            ((b"blksize", b"512"), (b"BlkSize", b"512")),
            "the server agreed to BlkSize twice",
            id="twice",
        ),
        pytest.param(
            ((b"blksize", b"many"),),
            "the server agreed to blksize 'many', which is not a number",
            id="no-number",
        ),
        pytest.param(
            ((b"\x1b[2J", b"1"),),
            "the server agreed to \x1b[2j, which was not requested",
            id="any-octets",
        ),
    ],
)
def test_nonsense_is_refused_with_words(answer: Options, text: str) -> None:
    with pytest.raises(PeerError) as raised:
        FULL.accept(answer, is_write=False)
    assert (raised.value.code, raised.value.text) == (ErrorCode.OPTION_REFUSED, text)


@given(answer=ANSWERS, is_write=st.booleans())
def test_any_answer_gives_terms_within_the_offer_or_a_peer_error(
    answer: Options, *, is_write: bool
) -> None:
    try:
        terms = FULL.accept(answer, is_write=is_write)
    except PeerError:
        return
    assert 8 <= terms.block_size <= 1_428
    assert 1 <= terms.window <= 16
    assert terms.timeout in (None, 5)
