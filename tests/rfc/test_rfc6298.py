"""RFC 6298, Computing TCP's Retransmission Timer, as far as it applies to TFTP."""

import pytest

from tests.support.builders import running_session
from tftptui.protocol.timing import SHORTEST, RetransmitTimer


def _measured(*round_trips: float) -> RetransmitTimer:
    timer = RetransmitTimer()
    for round_trip in round_trips:
        timer.measure(round_trip)
    return timer


def test_s2_2_first_measurement() -> None:
    timer = _measured(0.8)
    assert timer.smoothed == 0.8
    assert timer.timeout == pytest.approx(0.8 + 4 * 0.4)


def test_s2_3_variation_uses_the_old_average() -> None:
    timer = _measured(0.8, 1.6)
    variation = 3 / 4 * 0.4 + 1 / 4 * abs(0.8 - 1.6)
    average = 7 / 8 * 0.8 + 1 / 8 * 1.6
    assert timer.smoothed == pytest.approx(average)
    assert timer.timeout == pytest.approx(average + 4 * variation)


def test_s2_3_steady_path_shrinks_the_wait() -> None:
    assert _measured(*[0.5] * 50).timeout == pytest.approx(0.5, abs=0.01)


def test_s3_what_was_sent_again_is_not_measured() -> None:
    session, _ = running_session()
    session.handle_timer(2.0)
    session.receive_ack(1, 2.1)
    assert session.timer.smoothed is None


def test_s3_repeated_oack_is_not_measured() -> None:
    session, _ = running_session(window=4, round_trip=None)
    assert session.timer.smoothed is None


def test_s3_what_was_sent_once_is_measured() -> None:
    session, _ = running_session()
    session.receive_ack(1, 0.3)
    assert session.timer.smoothed == 0.3


def test_s3_each_round_trip_counts_though_nobody_looked_at_it() -> None:
    timer, all_at_once = _measured(2.0, *[0.001] * 66), _measured(2.0)
    all_at_once.catch_up(65, 65 * 0.001)
    all_at_once.measure(0.001)
    assert all_at_once.timeout == timer.timeout == SHORTEST
    assert all_at_once.smoothed == pytest.approx(timer.smoothed)


def test_s3_what_nobody_looked_at_is_no_steadier_for_it() -> None:
    timer, all_at_once = _measured(0.1, 0.3, 0.1), _measured(0.1, 0.3, 0.1)
    all_at_once.catch_up(5, 1.0)
    all_at_once.measure(0.1)
    assert all_at_once.timeout > timer.timeout


def test_s5_5_back_off_doubles_the_wait() -> None:
    timer = _measured(0.4)
    before = timer.timeout
    timer.back_off()
    assert timer.timeout == 2 * before


def test_s5_back_off_outlives_the_ack_of_a_repeated_block() -> None:
    session, _ = running_session()
    session.handle_timer(2.0)
    session.receive_ack(1, 3.0)
    assert session.deadline() == 3.0 + 4.0


def test_s5_measurement_ends_a_back_off() -> None:
    session, _ = running_session()
    session.handle_timer(2.0)
    session.receive_ack(1, 3.0)
    session.receive_ack(2, 3.5)
    assert session.deadline() == pytest.approx(3.5 + 0.5 + 4 * 0.25)
