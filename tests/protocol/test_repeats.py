"""Lost, late, duplicated and ignored packets are distinguished by the peer's timing."""

import pytest

from tftptui.protocol.sender import SendSession
from tftptui.protocol.timing import RetransmitTimer

TRIP = 0.01
"""Seconds of a usual round trip here."""


def under_way(window: int = 1) -> tuple[SendSession, float]:
    """Return a session that knows its round trip, and the time."""
    session = SendSession(window=window, last_block=400, timer=RetransmitTimer())
    now = 0.0
    session.start(now)
    for _ in range(4):
        now += TRIP
        session.receive_ack(session.sent_to, now)
    return session, now


def resend(session: SendSession) -> float:
    """Let the deadline pass; return its time."""
    due = session.deadline()
    assert due is not None
    session.handle_timer(due)
    return due


def counts(session: SendSession) -> tuple[int, int, int]:
    repeats = session.repeats
    return repeats.lost, repeats.late, repeats.doubled


def test_what_a_repeat_gets_an_answer_for_was_lost() -> None:
    session, _ = under_way()
    now = resend(session)
    session.receive_ack(session.sent_to, now + TRIP)
    assert counts(session) == (1, 0, 0)


def test_an_answer_sooner_than_a_round_trip_was_only_late() -> None:
    session, _ = under_way()
    now = resend(session)
    session.receive_ack(session.sent_to, now + TRIP / 5)
    assert counts(session) == (0, 1, 0)


def test_an_answer_long_after_the_last_repeat_was_a_pause_of_the_client() -> None:
    session, _ = under_way()
    now = max(resend(session) for _ in range(3))
    session.receive_ack(session.sent_to, now + 0.3)
    assert counts(session) == (0, 3, 0)


def test_a_second_ack_shows_that_nothing_was_lost() -> None:
    session, _ = under_way()
    acked = session.sent_to
    now = resend(session)
    session.receive_ack(acked, now + TRIP)
    session.receive_ack(acked, now + 2 * TRIP)
    assert counts(session) == (0, 1, 0)


def test_a_client_that_repeats_its_ack_much_later_makes_no_loss_undone() -> None:
    session, _ = under_way()
    acked = session.sent_to
    now = resend(session)
    session.receive_ack(acked, now + TRIP)
    session.receive_ack(acked, now + 5.0)
    assert counts(session) == (1, 0, 0)


def test_an_ack_that_comes_twice_at_once_was_doubled() -> None:
    session, now = under_way()
    session.receive_ack(session.acked, now + 0.001)
    assert counts(session) == (0, 0, 1)


def test_an_impatient_client_makes_no_loss() -> None:
    session = SendSession(last_block=9, negotiated=True)
    session.start(0.0)
    for number in range(1, 4):
        session.receive_request(0.1 * number)
    session.receive_ack(0, 0.4)
    session.receive_ack(0, 0.401)
    assert counts(session) == (0, 0, 0)


@pytest.mark.parametrize(("after", "told"), [(TRIP, 1), (TRIP / 5, 0)])
def test_a_gap_in_a_window_is_lost_unless_it_closes_by_itself(
    after: float, told: int
) -> None:
    session, now = under_way(window=8)
    first = session.acked
    session.receive_ack(first + 3, now + TRIP)
    session.receive_ack(first + 8, now + TRIP + after)
    assert (session.repeats.lost, session.repeats.gaps) == (told, told)
