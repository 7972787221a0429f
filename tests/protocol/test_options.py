"""Negotiation: common properties of every reply, and our own limits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tftptui.protocol.options import (
    MAX_IN_FLIGHT,
    Agreed,
    Limits,
    negotiate,
    path_block_size,
)
from tftptui.protocol.packets import Numbering, Options

KNOWN = (b"blksize", b"tsize", b"timeout", b"windowsize", b"utimeout", b"rollover")
RANGES = {
    b"blksize": range(8, 65_465),
    b"timeout": range(1, 256),
    b"windowsize": range(1, 65_536),
    b"utimeout": range(200_000, 255_000_001),
    b"tsize": range(1 << 64),
    b"rollover": range(2),
}
EDGES = (0, 1, 7, 8, 255, 256, 511, 512, 65_464, 65_465, 65_535, 65_536, 10**6)

NAMES = st.one_of(
    st.sampled_from(KNOWN),
    st.sampled_from(KNOWN).map(bytes.upper),
    st.binary(max_size=9),
)
VALUES = st.one_of(
    st.sampled_from(EDGES).map(lambda value: str(value).encode()),
    st.integers(-5, 10**22).map(lambda value: str(value).encode()),
    st.binary(max_size=9),
)
ASKED = st.lists(st.tuples(NAMES, VALUES), max_size=8).map(tuple)
LIMITS = st.builds(
    Limits,
    block_size=st.integers(8, 65_464),
    window=st.integers(1, 65_535),
    path_block_size=st.none() | st.integers(-60, 65_464),
)
SIZES = st.none() | st.integers(0, 1 << 50)


def _answers(agreed: Agreed) -> dict[bytes, int]:
    return {name: int(value) for name, value in agreed.oack}


def _asked_numbers(asked: Options) -> dict[bytes, int]:
    """Return the first value of each option that is a plain number."""
    firsts: dict[bytes, bytes] = {}
    for name, value in asked:
        firsts.setdefault(name.lower(), value)
    return {name: int(value) for name, value in firsts.items() if value.isdigit()}


@given(ASKED, LIMITS, SIZES)
def test_nothing_unasked_is_answered(
    asked: Options, limits: Limits, size: int | None
) -> None:
    names = [name for name, _ in negotiate(asked, limits, size).oack]
    wanted = [name.lower() for name, _ in asked]
    assert names == sorted(set(names) & set(wanted), key=wanted.index)


@given(ASKED, LIMITS, SIZES)
def test_values_only_go_down(asked: Options, limits: Limits, size: int | None) -> None:
    numbers = _asked_numbers(asked)
    answers = _answers(negotiate(asked, limits, size))
    raised = {
        name: value
        for name, value in answers.items()
        if name != b"tsize" and value > numbers[name]
    }
    assert raised == {}


@given(ASKED, LIMITS, SIZES)
def test_answers_stay_within_the_ranges_of_the_rfcs(
    asked: Options, limits: Limits, size: int | None
) -> None:
    answers = _answers(negotiate(asked, limits, size))
    outside = {n: value for n, value in answers.items() if value not in RANGES[n]}
    assert outside == {}


@given(ASKED, LIMITS, SIZES)
def test_oack_says_what_is_done(
    asked: Options, limits: Limits, size: int | None
) -> None:
    agreed = negotiate(asked, limits, size)
    answers = _answers(agreed)
    assert agreed.block_size == answers.get(b"blksize", 512)
    assert agreed.window == answers.get(b"windowsize", 1)
    assert answers.get(b"tsize", size) == size


@given(ASKED, LIMITS, SIZES)
def test_limits_hold(asked: Options, limits: Limits, size: int | None) -> None:
    agreed = negotiate(asked, limits, size)
    answered = dict(agreed.oack)
    assert agreed.block_size <= limits.block_size or b"blksize" not in answered
    assert agreed.window <= limits.window
    assert agreed.window * agreed.block_size <= max(MAX_IN_FLIGHT, agreed.block_size)


@given(ASKED, LIMITS, SIZES)
def test_lowered_value_has_a_note(
    asked: Options, limits: Limits, size: int | None
) -> None:
    agreed = negotiate(asked, limits, size)
    numbers, answers = _asked_numbers(asked), _answers(agreed)
    lowered = [
        f"{name.decode()} {numbers[name]}→{answers[name]}"
        for name in (b"blksize", b"windowsize")
        if name in answers and answers[name] != numbers[name]
    ]
    assert [note.partition(":")[0] for note in agreed.notes] == lowered


def test_nothing_asked_means_no_oack() -> None:
    assert negotiate((), Limits(), 100) == Agreed()


def test_route_lowers_the_block() -> None:
    asked = ((b"blksize", b"1468"),)
    agreed = negotiate(asked, Limits(path_block_size=1_428), 100)
    assert agreed.oack == ((b"blksize", b"1428"),)
    assert agreed.notes == (
        "blksize 1468→1428: the route carries no more unfragmented",
    )


def test_route_too_narrow_for_anything_gets_the_smallest_block() -> None:
    asked = ((b"blksize", b"512"),)
    assert negotiate(asked, Limits(path_block_size=-4), 100).block_size == 8


def test_own_limit_is_named_when_the_route_would_carry_more() -> None:
    limits = Limits(block_size=1_024, path_block_size=1_428)
    agreed = negotiate(((b"blksize", b"1468"),), limits, 100)
    assert agreed.notes == ("blksize 1468→1024: this server's limit",)


def test_large_blocks_shrink_the_window() -> None:
    asked = ((b"blksize", b"65464"), (b"windowsize", b"64"))
    agreed = negotiate(asked, Limits(), 100)
    assert agreed.window == 16  # 1 MiB


@pytest.mark.parametrize(("digits", "granted"), [(20, 1024), (21, None)])
def test_a_number_of_more_than_20_digits_is_left_out(
    digits: int, granted: int | None
) -> None:
    asked = b"1024".zfill(digits)
    agreed = negotiate(((b"blksize", asked),), Limits(), 100)
    assert dict(agreed.oack) == ({} if granted is None else {b"blksize": b"1024"})


def test_utimeout_is_in_microseconds() -> None:
    agreed = negotiate(((b"utimeout", b"500000"),), Limits(), 100)
    assert (agreed.timeout, agreed.oack) == (0.5, ((b"utimeout", b"500000"),))


@pytest.mark.parametrize("micros", [b"10000", b"199999", b"255000001"])
def test_an_utimeout_that_would_be_a_flood_or_no_end_is_left_out(micros: bytes) -> None:
    agreed = negotiate(((b"utimeout", micros),), Limits(), 100)
    assert (agreed.timeout, agreed.oack) == (None, ())


@pytest.mark.parametrize("low", [0, 1])
def test_rollover_is_granted_as_asked(low: int) -> None:
    agreed = negotiate(((b"rollover", str(low).encode()),), Limits(), 100)
    assert agreed.oack == ((b"rollover", str(low).encode()),)
    assert agreed.numbering == Numbering(low)


def test_rollover_to_anything_else_is_left_out() -> None:
    agreed = negotiate(((b"rollover", b"2"),), Limits(), 100)
    assert (agreed.oack, agreed.numbering) == ((), Numbering(0))


def test_ethernet_carries_1468_bytes_over_ipv4() -> None:
    assert path_block_size(1_500, ipv6=False) == 1_468


def test_ethernet_carries_1448_bytes_over_ipv6() -> None:
    assert path_block_size(1_500, ipv6=True) == 1_448
