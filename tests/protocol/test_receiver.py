"""The receiving session, step by step; the rules of the RFCs are in tests/rfc."""

from collections.abc import Callable

import pytest

from tests.support.builders import receiving_session
from tftptui.protocol.commands import (
    Close,
    Command,
    Commit,
    End,
    Outcome,
    SendAck,
    SendError,
    SendOack,
    Store,
)
from tftptui.protocol.errors import ErrorCode, MisuseError
from tftptui.protocol.receiver import DALLY, ReceiveSession
from tftptui.protocol.session import State
from tftptui.protocol.timing import RetransmitTimer

FULL, SHORT = 8, 3


def _pass_deadline(session: ReceiveSession) -> list[Command]:
    due = session.deadline()
    assert due is not None
    return session.handle_timer(due)


def _dallying() -> ReceiveSession:
    """Return a session whose only block was received and stored at time 0."""
    session = receiving_session()
    session.receive_data(1, SHORT, 0.0)
    session.committed(0.0)
    return session


class TestStart:
    def test_without_options_ack_0_opens_the_transfer(self) -> None:
        assert ReceiveSession(block_size=8).start(0.0) == [SendAck(0, attempt=1)]

    def test_with_options_the_oack_opens_the_transfer(self) -> None:
        session = ReceiveSession(block_size=8, negotiated=True)
        assert session.start(0.0) == [SendOack(attempt=1)]

    def test_deadline_is_set(self) -> None:
        assert receiving_session(timeout=5.0).deadline() == 5.0

    def test_joined_one_sends_nothing_and_waits_for_its_first_block(self) -> None:
        session = ReceiveSession(block_size=8, timer=RetransmitTimer(5.0))
        session.join(1.0)
        assert session.deadline() == 6.0
        assert session.receive_data(1, FULL, 1.0) == [Store(), SendAck(1, attempt=1)]

    def test_joined_one_measures_no_round_trip(self) -> None:
        session = ReceiveSession(block_size=8)
        session.join(1.0)
        session.receive_data(1, FULL, 1.0)
        assert session.timer.smoothed is None


class TestData:
    def test_next_block_is_stored_and_acknowledged(self) -> None:
        session = receiving_session()
        assert session.receive_data(1, FULL, 0.1) == [Store(), SendAck(1, attempt=1)]

    def test_first_block_answers_the_oack(self) -> None:
        session = receiving_session(negotiated=True)
        assert session.receive_data(1, FULL, 0.1) == [Store(), SendAck(1, attempt=1)]
        assert session.state is State.RECEIVING

    def test_block_0_is_never_stored(self) -> None:
        assert receiving_session(window=4).receive_data(0, FULL, 0.1) == []

    def test_block_of_the_past_is_ignored(self) -> None:
        session = receiving_session(blocks=3)
        assert session.receive_data(1, FULL, 0.1) == []

    def test_block_from_beyond_the_window_is_ignored(self) -> None:
        session = receiving_session(window=4)
        assert session.receive_data(5, FULL, 0.1) == []

    def test_last_block_is_not_acknowledged_before_it_is_safe(self) -> None:
        session = receiving_session()
        assert session.receive_data(1, SHORT, 0.1) == [Store(), Commit()]
        assert (session.state, session.deadline()) == (State.COMMITTING, None)

    def test_last_block_of_a_window_not_full_is_acknowledged_too(self) -> None:
        session = receiving_session(window=4)
        session.receive_data(1, FULL, 0.1)
        session.receive_data(2, SHORT, 0.1)
        lingering = End(Outcome.COMPLETED, lingers=True)
        assert session.committed(0.2) == [SendAck(2, attempt=1), lingering]

    @pytest.mark.parametrize("number", [1, 2])
    def test_nothing_is_answered_while_it_is_made_safe(self, number: int) -> None:
        session = receiving_session()
        session.receive_data(1, SHORT, 0.1)
        assert session.receive_data(number, SHORT, 0.2) == []

    def test_repeated_block_is_acknowledged_again(self) -> None:
        session = receiving_session(blocks=2)
        assert session.receive_data(2, FULL, 1.0) == [SendAck(2, attempt=2)]

    def test_block_longer_than_agreed_ends_it(self) -> None:
        session = receiving_session()
        text = "a block of 9 bytes, but 8 were agreed"
        assert session.receive_data(1, 9, 0.1) == [
            SendError(ErrorCode.ILLEGAL_OPERATION, text),
            End(Outcome.FAILED, text),
        ]

    def test_long_block_after_the_end_is_ignored(self) -> None:
        assert _dallying().receive_data(2, 9, 0.1) == []

    def test_round_trip_is_measured_from_ack_to_data(self) -> None:
        session = receiving_session()
        session.receive_data(1, FULL, 0.25)
        assert session.timer.smoothed == 0.25

    def test_repeated_ack_measures_nothing(self) -> None:
        session = receiving_session(timeout=1.0)
        _pass_deadline(session)
        session.receive_data(1, FULL, 1.1)
        assert session.timer.smoothed is None

    def test_peer_that_only_repeats_does_not_put_off_the_deadline(self) -> None:
        session = receiving_session(blocks=1, timeout=2.0)
        due = session.deadline()
        session.receive_data(1, FULL, 1.9)
        assert session.deadline() == due


class TestWindow:
    def test_ack_is_due_once_a_window(self) -> None:
        session = receiving_session(window=3)
        answers = [session.receive_data(number, FULL, 0.1) for number in (1, 2, 3)]
        assert answers == [[Store()], [Store()], [Store(), SendAck(3, attempt=1)]]

    def test_gap_is_reported_at_once(self) -> None:
        session = receiving_session(window=4)
        session.receive_data(1, FULL, 0.1)
        assert session.receive_data(3, FULL, 0.1) == [SendAck(1, attempt=1)]

    def test_gap_is_reported_once(self) -> None:
        session = receiving_session(window=4)
        session.receive_data(2, FULL, 0.1)
        assert session.receive_data(3, FULL, 0.1) == []

    def test_gap_at_another_place_is_reported_again(self) -> None:
        session = receiving_session(window=4)
        session.receive_data(2, FULL, 0.1)
        session.receive_data(1, FULL, 0.2)
        assert session.receive_data(3, FULL, 0.2) == [SendAck(1, attempt=1)]

    def test_gap_is_reported_again_after_a_timeout(self) -> None:
        session = receiving_session(window=4)
        session.receive_data(2, FULL, 0.1)
        _pass_deadline(session)
        assert session.receive_data(2, FULL, 3.0) == [SendAck(0, attempt=4)]

    def test_window_counts_from_the_reported_gap(self) -> None:
        session = receiving_session(window=2)
        session.receive_data(1, FULL, 0.1)
        session.receive_data(3, FULL, 0.1)
        assert session.receive_data(2, FULL, 0.2) == [Store()]
        assert session.receive_data(3, FULL, 0.2) == [Store(), SendAck(3, attempt=1)]

    def test_repeat_in_the_middle_of_a_window_is_ignored(self) -> None:
        session = receiving_session(window=4)
        session.receive_data(1, FULL, 0.1)
        assert session.receive_data(1, FULL, 0.2) == []

    def test_each_block_puts_off_the_deadline(self) -> None:
        session = receiving_session(window=4, timeout=2.0)
        session.receive_data(1, FULL, 1.5)
        assert session.deadline() == 3.5

    @pytest.mark.parametrize(
        ("before", "block16", "after"),
        [
            pytest.param(65_534, 65_535, 65_535, id="last-before-the-wrap"),
            pytest.param(65_535, 0, 65_536, id="at-the-wrap"),
            pytest.param(65_535, 1, 65_535, id="ahead-across-the-wrap"),
            pytest.param(65_536, 65_535, 65_536, id="of-the-past-across-the-wrap"),
        ],
    )
    def test_numbers_wrap(self, before: int, block16: int, after: int) -> None:
        session = receiving_session(window=8)
        session.received = session.acked = before
        session.receive_data(block16, FULL, 0.1)
        assert session.received == after


class TestOack:
    def test_repeated_one_is_acknowledged_again(self) -> None:
        assert receiving_session().receive_oack(1.0) == [SendAck(0, attempt=2)]

    def test_after_the_first_block_it_is_ignored(self) -> None:
        assert receiving_session(blocks=1).receive_oack(1.0) == []


class TestTimer:
    @pytest.mark.parametrize(
        ("session", "repeated"),
        [
            (receiving_session(negotiated=True), SendOack(attempt=2)),
            (receiving_session(), SendAck(0, attempt=2)),
            (receiving_session(blocks=2), SendAck(2, attempt=2)),
        ],
        ids=["oack", "ack-0", "ack"],
    )
    def test_last_answer_is_sent_again(
        self, session: ReceiveSession, repeated: Command
    ) -> None:
        assert _pass_deadline(session) == [repeated]

    def test_part_of_a_window_is_acknowledged(self) -> None:
        session = receiving_session(window=4)
        session.receive_data(1, FULL, 0.1)
        assert _pass_deadline(session) == [SendAck(1, attempt=1)]

    def test_too_early_does_nothing(self) -> None:
        assert receiving_session(timeout=2.0).handle_timer(1.9) == []

    def test_wait_grows(self) -> None:
        session = receiving_session()
        _pass_deadline(session)
        assert session.deadline() == 6.0  # 2, then 4 more

    @pytest.mark.parametrize(
        ("blocks", "text"),
        [(0, "the client never replied"), (1, "the client stopped replying")],
    )
    def test_silent_peer_is_given_up(self, blocks: int, text: str) -> None:
        session = receiving_session(blocks=blocks, retries=2)
        _pass_deadline(session)
        _pass_deadline(session)
        assert _pass_deadline(session) == [End(Outcome.ABANDONED, text)]

    def test_server_has_answered_before(self) -> None:
        timer = RetransmitTimer(retries=0)
        session = ReceiveSession(block_size=8, timer=timer, peer="server")
        session.start(0.0)
        text = "the server stopped replying"
        assert _pass_deadline(session) == [End(Outcome.ABANDONED, text)]

    def test_progress_forgets_the_timeouts(self) -> None:
        session = receiving_session(retries=1)
        _pass_deadline(session)
        session.receive_data(1, FULL, 3.0)
        assert _pass_deadline(session) == [SendAck(1, attempt=2)]

    def test_dallying_ends_by_itself(self) -> None:
        session = _dallying()
        assert _pass_deadline(session) == [Close()]
        assert session.state is State.DONE


class TestDally:
    def test_repeated_last_block_is_acknowledged_again(self) -> None:
        assert _dallying().receive_data(1, SHORT, 0.1) == [SendAck(1, attempt=2)]

    @pytest.mark.parametrize(("timeout", "due"), [(1.0, DALLY), (4.0, 8.0)])
    def test_lasts_two_waits_and_long_enough_for_most(
        self, timeout: float, due: float
    ) -> None:
        session = receiving_session(timeout=timeout)
        session.receive_data(1, SHORT, 0.0)
        session.committed(0.0)
        assert session.deadline() == due

    def test_repeats_do_not_prolong_it(self) -> None:
        session = _dallying()
        due = session.deadline()
        session.receive_data(1, SHORT, 0.1)
        assert session.deadline() == due

    def test_error_changes_nothing_any_more(self) -> None:
        assert _dallying().receive_error(0, "too late") == [Close()]

    def test_new_request_makes_it_go_at_once(self) -> None:
        assert _dallying().receive_request(1.0) is None


class TestRequest:
    @pytest.mark.parametrize(
        ("negotiated", "repeated"),
        [(True, SendOack(attempt=2)), (False, SendAck(0, attempt=2))],
    )
    def test_repeated_one_gets_the_first_answer_again(
        self, repeated: Command, *, negotiated: bool
    ) -> None:
        session = receiving_session(negotiated=negotiated)
        assert session.receive_request(1.0) == [repeated]

    def test_one_doubled_by_the_path_gets_nothing(self) -> None:
        assert receiving_session().receive_request(0.01) == []

    def test_late_one_does_not_disturb_a_moving_transfer(self) -> None:
        assert receiving_session(blocks=1).receive_request(1.0) == []

    def test_one_amid_silence_makes_this_session_go(self) -> None:
        session = receiving_session(blocks=1)
        _pass_deadline(session)
        assert session.receive_request(10.0) is None

    def test_one_after_progress_makes_this_session_go(self) -> None:
        session = receiving_session(blocks=1, timeout=6.0)
        assert session.receive_request(1.1) is None

    def test_one_amid_progress_is_ignored(self) -> None:
        session = receiving_session(blocks=1)
        session.receive_data(2, FULL, 1.2)
        assert session.receive_request(1.204) == []

    def test_one_while_the_file_is_stored_is_ignored(self) -> None:
        session = receiving_session(blocks=1)
        session.receive_data(2, SHORT, 0.1)
        assert session.receive_request(9.0) == []

    def test_client_that_only_asks_is_given_up(self) -> None:
        session = receiving_session(timeout=2.0)
        session.receive_request(1.9)
        assert session.deadline() == 2.0


def test_error_of_the_peer_ends_it() -> None:
    text = "the client ended it with ERROR 0: changed my mind"
    ended = receiving_session().receive_error(0, "changed my mind")
    assert ended == [End(Outcome.FAILED, text)]


def test_sink_that_fails_ends_it() -> None:
    session = receiving_session()
    session.receive_data(1, SHORT, 0.1)
    full = SendError(ErrorCode.DISK_FULL, "no room")
    assert session.fail(full) == [full, End(Outcome.FAILED, "no room")]


@pytest.mark.parametrize(
    ("received", "block16", "block"),
    [(0, 1, 1), (65_535, 0, 65_536), (65_540, 65_535, 65_535), (65_540, 5, 65_541)],
)
def test_absolute_is_the_nearest_up_to_the_window(
    received: int, block16: int, block: int
) -> None:
    session = receiving_session(window=8)
    session.received = received
    assert session.absolute(block16) == block


@pytest.mark.parametrize(
    "call",
    [
        lambda session: session.start(0.0),
        lambda session: session.join(0.0),
        lambda session: session.committed(0.0),
    ],
    ids=["start", "join", "committed"],
)
def test_misuse_is_told(call: Callable[[ReceiveSession], object]) -> None:
    with pytest.raises(MisuseError):
        call(receiving_session())
