"""Token buckets."""

from hypothesis import given
from hypothesis import strategies as st

from tests.support.flows import most_at_once
from tftptui.server.rate_limits import Bucket, Rate, RateTable

ROUNDING = 1e-6

RATES = st.builds(
    Rate, per_second=st.floats(0.1, 1e6), burst=st.floats(1, 1e4, exclude_min=True)
)
PAUSES = st.lists(st.floats(0, 5), max_size=60)


def moments(pauses: list[float]) -> list[float]:
    return [sum(pauses[: count + 1]) for count in range(len(pauses))]


@given(RATES, st.lists(st.tuples(st.floats(0, 5), st.floats(0, 50)), max_size=60))
def test_no_interval_passes_more_than_its_share_and_a_burst(
    rate: Rate, wishes: list[tuple[float, float]]
) -> None:
    bucket = Bucket(rate)
    times = moments([pause for pause, _ in wishes])
    tokens = [wish for _, wish in wishes]
    passed = [
        (now, wish)
        for now, wish in zip(times, tokens, strict=True)
        if bucket.take(wish, now)
    ]
    largest = max(tokens, default=0.0)
    most = most_at_once(passed, rate.per_second)
    assert most <= max(rate.burst, largest) * (1 + ROUNDING) + ROUNDING


@given(RATES, PAUSES)
def test_one_key_passes_what_a_bucket_does(rate: Rate, pauses: list[float]) -> None:
    table, bucket = RateTable(rate), Bucket(rate)
    times = moments(pauses)
    assert [table.take("a", now) for now in times] == [
        bucket.take(1, now) for now in times
    ]


def test_a_burst_passes_and_one_more_does_not() -> None:
    table = RateTable(Rate(per_second=1, burst=3))
    assert [table.take("a", 0.0) for _ in range(5)] == [True] * 3 + [False] * 2


def test_tokens_come_back_with_time() -> None:
    table = RateTable(Rate(per_second=2, burst=1))
    taken = [table.take("a", now) for now in (0.0, 0.4, 0.6, 0.9, 1.2)]
    assert taken == [True, False, True, False, True]


def test_keys_do_not_share() -> None:
    table = RateTable(Rate(per_second=1, burst=1))
    assert [table.take(key, 0.0) for key in ("a", "b", "a")] == [True, True, False]


def test_a_refusal_costs_nothing() -> None:
    table = RateTable(Rate(per_second=1, burst=1))
    assert [table.take("a", now / 10) for now in range(11)] == [
        True,
        *[False] * 9,
        True,
    ]


def test_what_is_given_back_can_be_taken_again() -> None:
    table = RateTable(Rate(per_second=1, burst=1))
    table.take("a", 0.0)
    table.give_back("a")
    assert table.take("a", 0.0)


def test_giving_back_does_not_make_more_than_a_burst() -> None:
    table = RateTable(Rate(per_second=1, burst=2))
    table.take("a", 0.0)
    table.give_back("a")
    table.give_back("a")
    table.give_back("a")
    assert [table.take("a", 0.0) for _ in range(3)] == [True, True, False]


def test_giving_back_for_a_stranger_changes_nothing() -> None:
    table = RateTable(Rate(per_second=1, burst=1))
    table.give_back("a")
    assert len(table) == 0


def test_a_full_bucket_is_forgotten() -> None:
    table = RateTable(Rate(per_second=1, burst=1))
    table.take("a", 0.0)
    table.take("b", 5.0)
    assert len(table) == 1


def test_the_table_never_grows_beyond_its_limit() -> None:
    table = RateTable(Rate(per_second=1, burst=1), limit=100)
    for number in range(1_000):
        table.take(number, 0.0)
    assert len(table) == 100


def test_the_one_seen_longest_ago_makes_way() -> None:
    table = RateTable(Rate(per_second=1, burst=1), limit=2)
    for key in ("a", "b", "a", "c"):  # the second "a" is refused, but counted
        table.take(key, 0.0)
    assert [table.take(key, 0.0) for key in ("a", "c")] == [False, False]
