"""Filters of all kinds, for hypothesis."""

from hypothesis import strategies as st

from tftptui.telemetry.records.filters.terms import (
    Filter,
    Mark,
    Moment,
    Numbers,
    Term,
    Texts,
    Types,
    Word,
)
from tftptui.telemetry.records.filters.vocabulary import PACKETS

_TEXT = st.text(min_size=1, max_size=12)
_NUMBER = st.integers(0, 9_999_999_999)
_HOST = st.sampled_from(["10.0.4.37", "10.0.4.0/24", "2001:db8::/32", "::1", "10.0.*"])
_DAY = 86_400_000


def _range(ends: tuple[int, int], *, is_open: bool) -> tuple[int, int | None]:
    return min(ends), None if is_open else max(ends)


_RANGE = st.builds(_range, st.tuples(_NUMBER, _NUMBER), is_open=st.booleans())
_TESTS = st.one_of(
    st.builds(Word, _TEXT),
    st.builds(Mark, st.sampled_from(sorted(PACKETS.marks))),
    st.builds(
        lambda names: Types(tuple(names)),
        st.lists(st.sampled_from(PACKETS.choices["type"]), min_size=1, unique=True),
    ),
    st.builds(
        lambda key, hosts: Texts(key, tuple(hosts)),
        st.sampled_from(sorted(PACKETS.hosts)),
        st.lists(_HOST, min_size=1, max_size=3),
    ),
    st.builds(
        lambda key, texts: Texts(key, tuple(texts)),
        st.sampled_from(sorted(PACKETS.texts)),
        st.lists(_TEXT, min_size=1, max_size=3),
    ),
    st.builds(
        lambda key, ranges: Numbers(key, tuple(ranges)),
        st.sampled_from(sorted(PACKETS.numbers)),
        st.lists(_RANGE, min_size=1, max_size=3),
    ),
    st.builds(Moment, st.sampled_from(sorted(PACKETS.moments)), st.integers(0, _DAY)),
    st.builds(
        lambda key, time: Moment(key, time, is_clock=True),
        st.sampled_from(sorted(PACKETS.moments)),
        st.integers(0, _DAY - 1),
    ),
)
_TERMS = st.lists(
    st.builds(Term, _TESTS, st.booleans()), min_size=1, max_size=3, unique=True
)

FILTERS = st.builds(
    lambda choices: Filter(tuple(tuple(terms) for terms in choices)),
    st.lists(_TERMS, max_size=3),
)
"""Any valid filter."""

SCRAPS = st.lists(
    st.one_of(
        st.sampled_from(
            [*'!:,-<>="\\/* ', "or", "type", "file:", "port", "since", "10.0", "é", "७"]
        ),
        st.text(max_size=4),
    ),
    max_size=12,
).map("".join)
"""Texts that partly look like filters."""
