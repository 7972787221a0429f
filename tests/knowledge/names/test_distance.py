import pytest
from hypothesis import given
from hypothesis import strategies as st

from tftptui.knowledge.names.distance import distance

WORDS = st.binary(max_size=12)


@pytest.mark.parametrize(
    ("one", "other", "edits"),
    [
        (b"", b"", 0),
        (b"abc", b"abc", 0),
        (b"abc", b"abcd", 1),
        (b"abcd", b"abc", 1),
        (b"abc", b"axc", 1),
        (b"abcd", b"abdc", 1),
        (b"wr1043v5", b"wr1043ndv5", 2),
        (b"v1", b"v2", 2),
        (b"v1", b"v", 2),
        (b"v12", b"v21", 2),
        (b"v12", b"v34", 3),
        (b"abc", b"xyz", 3),
    ],
)
def test_edits_are_counted_and_digits_twice(
    one: bytes, other: bytes, edits: int
) -> None:
    assert distance(one, other, most=2) == edits


@given(one=WORDS, other=WORDS)
def test_the_way_back_is_as_long(one: bytes, other: bytes) -> None:
    assert distance(one, other, most=30) == distance(other, one, most=30)


@given(one=WORDS, place=st.integers(0, 12), octet=st.integers(0, 255))
def test_one_letter_more_is_one_edit(one: bytes, place: int, octet: int) -> None:
    other = one[:place] + bytes([octet]) + one[place:]
    assert distance(one, other, most=2) == (2 if 48 <= octet <= 57 else 1)


@given(one=WORDS, other=WORDS)
def test_nothing_but_the_same_is_no_edit_away(one: bytes, other: bytes) -> None:
    assert (distance(one, other, most=2) == 0) == (one == other)
