"""How much of a flood is logged."""

import pytest

from tftptui.server.intake.refusal_limits import (
    ALL_LINES,
    KEPT_NETWORKS,
    NETWORK_LINES,
    SUMMARY_INTERVAL,
    Gate,
    Summary,
)


def test_the_first_are_all_written() -> None:
    gate = Gate()
    passed = [gate.passes("rate", "192.0.2.7", 0.0) for _ in range(1_001)]
    assert passed == [True] * int(NETWORK_LINES.burst) + [False]


def test_neighbours_share() -> None:
    gate = Gate()
    hosts = [f"192.0.2.{number % 256}" for number in range(5_000)]
    assert sum(gate.passes("rate", host, 0.0) for host in hosts) == NETWORK_LINES.burst


@pytest.mark.parametrize(
    ("reason", "host"), [("denied", "192.0.2.7"), ("rate", "198.51.100.1")]
)
def test_others_and_other_reasons_have_their_own(reason: str, host: str) -> None:
    gate = Gate()
    for _ in range(1_001):
        gate.passes("rate", "192.0.2.7", 0.0)
    assert gate.passes(reason, host, 0.0)


def test_many_networks_together_are_bounded_too() -> None:
    gate = Gate()
    hosts = [f"10.{n // 256}.{n % 256}.1" for n in range(50_000)]
    assert sum(gate.passes("rate", host, 0.0) for host in hosts) == ALL_LINES.burst


def test_a_flood_that_lasts_is_written_at_a_steady_rate() -> None:
    gate = Gate()
    times = [number / 100 for number in range(100_000)]
    passed = sum(gate.passes("rate", "192.0.2.7", now) for now in times)
    assert passed == NETWORK_LINES.burst + 1_000 - 1


def test_what_was_not_written_is_told_once() -> None:
    gate = Gate()
    for number in range(1_050):
        gate.passes("rate", "192.0.2.7", number / 1e6)
    summaries = gate.take_summaries(5.0)
    assert [(s.reason, s.network, s.count) for s in summaries] == [
        ("rate", "192.0.2.0/24", 50)
    ]
    assert gate.take_summaries(6.0) == []


def test_a_summary_tells_in_how_long() -> None:
    gate = Gate()
    for _ in range(1_001):
        gate.passes("rate", "192.0.2.7", 3.0)
    assert gate.take_summaries(10.5) == [Summary("rate", "192.0.2.0/24", 1, 7.5)]


def test_a_summary_is_due_after_a_while() -> None:
    gate = Gate()
    for _ in range(1_001):
        gate.passes("rate", "192.0.2.7", 1.0)
    due = [gate.due_summaries(now) for now in (1.0, 1.0 + SUMMARY_INTERVAL)]
    assert [len(summaries) for summaries in due] == [0, 1]


def test_nothing_is_due_when_all_was_written() -> None:
    gate = Gate()
    gate.passes("rate", "192.0.2.7", 0.0)
    assert gate.due_summaries(1_000.0) == []


def test_networks_beyond_those_named_are_told_together() -> None:
    gate = Gate()
    hosts = [f"10.{n // 256}.{n % 256}.1" for n in range(5_000)]
    refused = [host for host in hosts if not gate.passes("rate", host, 0.0)]
    summaries = gate.take_summaries(0.0)
    assert len(summaries) == KEPT_NETWORKS + 1
    assert sum(summary.count for summary in summaries) == len(refused)
    assert summaries[-1].network is None
