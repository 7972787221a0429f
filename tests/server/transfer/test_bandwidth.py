"""Bandwidth: never faster than the limit, never slower than possible, and fair."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.flows import Line, most_at_once
from tftptui.server.transfer.bandwidth import BURST_TIME, PIECE_TIME, WINDOW_TIME

ROUNDING = 1e-3
"""Bytes; times are floating-point numbers."""

RATES = st.sampled_from([1_000, 64_000, 1_000_000, 40_000_000, 1_000_000_000])
PACKETS = st.sampled_from([12, 516, 1_432, 8_196, 65_468])
FLOWS = st.lists(st.tuples(PACKETS, st.integers(1, 40)), min_size=1, max_size=5)
LATENESS = st.lists(st.floats(0, 0.3), max_size=30)
LIMITS = st.one_of(st.none(), RATES)


def burst(rate: int, packet: int) -> float:
    """Return the bytes that may be sent at once."""
    return max(rate * BURST_TIME, packet) + ROUNDING


@given(RATES, LIMITS, FLOWS, LATENESS)
def test_all_together_never_exceed_their_limit(
    total: int, each: int | None, flows: list[tuple[int, int]], late: list[float]
) -> None:
    line = Line(total=total, each=each)
    for packet, packets in flows:
        line.flow(packet, packets)
    line.run(late)
    largest = max(packet for packet, _ in flows)
    assert most_at_once(line.log, total) <= burst(total, largest)


@given(RATES, LIMITS, FLOWS, LATENESS)
def test_none_exceeds_the_limit_of_each(
    each: int, total: int | None, flows: list[tuple[int, int]], late: list[float]
) -> None:
    line = Line(total=total, each=each)
    for packet, packets in flows:
        line.flow(packet, packets)
    line.run(late)
    excess = [
        most_at_once(flow.own, each) - burst(each, flow.packet) for flow in line.flows
    ]
    assert max(excess) <= 0


@given(RATES, FLOWS)
def test_everything_leaves_and_no_time_is_wasted(
    total: int, flows: list[tuple[int, int]]
) -> None:
    line = Line(total=total)
    for packet, packets in flows:
        line.flow(packet, packets)
    line.run()
    wanted = sum(packet * packets for packet, packets in flows)
    assert sum(nbytes for _, nbytes in line.log) == wanted
    assert line.clock.now() <= wanted / total + ROUNDING


def test_a_late_alarm_is_made_up_for_within_a_burst() -> None:
    line = Line(total=1_000_000)
    line.flow(1_000, 2_000)
    line.run([0.01] * 10_000)
    # Each wait for a piece of 5 ms lasts 15 ms, but a burst of 20 ms is allowed.
    assert line.clock.now() == pytest.approx(2.0, abs=0.05)


def test_bytes_leave_in_small_pieces() -> None:
    line = Line(total=1_000_000)
    line.flow(1_000, 200)
    line.run()
    gaps = [
        late - early
        for (early, _), (late, _) in zip(line.log, line.log[1:], strict=False)
    ]
    assert max(nbytes for _, nbytes in line.log) == 1_000_000 * PIECE_TIME
    assert max(gaps) == pytest.approx(PIECE_TIME)


def test_the_more_wait_the_smaller_are_the_pieces() -> None:
    line = Line(total=1_000_000)
    flows = [line.flow(100, 500) for _ in range(11)]
    line.run()
    pieces = [nbytes for flow in flows for _, nbytes in flow.own[5:50]]
    assert max(pieces) == 1_000_000 * PIECE_TIME / 10


def test_flows_take_turns() -> None:
    line = Line(total=100_000)
    one, other = line.flow(1_000, 10), line.flow(1_000, 10)
    line.run()
    ends = [flow.own[-1][0] for flow in (one, other)]
    # The first had a burst of two before the other came.
    assert abs(ends[0] - ends[1]) <= 3 * 1_000 / 100_000 + ROUNDING


def test_a_flow_at_its_own_limit_holds_nobody_up() -> None:
    line = Line(total=1_000_000, each=10_000)
    slow = line.flow(1_000, 10)
    line.bandwidth.change(total=1_000_000, each=None)
    fast = line.flow(1_000, 100)
    line.run()
    assert fast.own[-1][0] < 0.2
    assert slow.own[-1][0] > 0.8


def test_without_limits_there_is_no_pacer() -> None:
    line = Line()
    assert line.bandwidth.pacer() is None
    assert line.bandwidth.in_flight(1 << 20) == 1 << 20


def test_a_window_is_no_longer_on_its_way_than_a_client_is_patient() -> None:
    line = Line(total=1_000_000, each=400_000)
    assert line.bandwidth.in_flight(1 << 20) == 400_000 * WINDOW_TIME


def test_who_leaves_the_line_is_not_called() -> None:
    line = Line(total=1_000)
    stays, goes = line.flow(500, 3), line.flow(500, 3)
    before = len(goes.own)
    goes.pacer.stop()
    line.run()
    assert (len(goes.own), stays.packets) == (before, 0)
    assert not goes.pacer.is_waiting


def test_when_nobody_waits_the_alarm_is_off() -> None:
    line = Line(total=1_000)
    flow = line.flow(500, 3)
    assert line.alarm.moment is not None
    flow.pacer.stop()
    assert line.alarm.moment is None


def test_a_limit_that_is_lifted_lets_all_go_at_once() -> None:
    line = Line(total=1_000)
    flow = line.flow(500, 10_000)
    line.bandwidth.change(total=None, each=None)
    assert (flow.packets, line.clock.now()) == (0, 0.0)


def test_another_limit_holds_for_those_who_wait() -> None:
    line = Line(total=1_000)
    line.flow(1_000, 11)
    line.bandwidth.change(total=10_000, each=None)
    line.run()
    assert line.clock.now() == pytest.approx(0.9)


def test_a_debt_is_waited_for() -> None:
    line = Line(each=10_000)
    pacer = line.bandwidth.pacer()
    assert pacer is not None
    called: list[float] = []
    pacer.spend(5_000, line.clock.now())
    pacer.wait(0, called.append)
    line.run()
    # A burst of 20 ms, 200 bytes, was allowed; the other 4,800 take their time.
    assert called == [pytest.approx(0.48)]
