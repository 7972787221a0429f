"""The sending session, step by step; the rules of the RFCs are in tests/rfc."""

from collections.abc import Callable

import pytest

from tests.support.builders import running_session
from tftptui.protocol.commands import End, Outcome, SendBlocks, SendError, SendOack
from tftptui.protocol.errors import ErrorCode, MisuseError
from tftptui.protocol.sender import SendSession
from tftptui.protocol.session import State
from tftptui.protocol.timing import RetransmitTimer


def _negotiating(*, wants_size: bool = False, retries: int = 6) -> SendSession:
    """Return a session that has sent its first OACK at time 0."""
    session = SendSession(
        last_block=10,
        negotiated=True,
        wants_size=wants_size,
        timer=RetransmitTimer(retries=retries),
    )
    session.start(0.0)
    return session


def _pass_deadline(session: SendSession) -> list[object]:
    due = session.deadline()
    assert due is not None
    return list(session.handle_timer(due))


class TestStart:
    def test_without_options_data_opens_the_transfer(self) -> None:
        session = SendSession(window=1, last_block=3)
        assert session.start(0.0) == [SendBlocks(1, 1, attempt=1)]

    def test_with_options_the_oack_opens_the_transfer(self) -> None:
        session = SendSession(last_block=3, negotiated=True)
        assert session.start(0.0) == [SendOack(attempt=1)]

    def test_window_is_no_longer_than_the_file(self) -> None:
        _, sent = running_session(window=8, last_block=3)
        assert sent == [SendBlocks(1, 3, attempt=1)]

    def test_deadline_is_set(self) -> None:
        session = SendSession(last_block=3, timer=RetransmitTimer(5.0))
        session.start(10.0)
        assert session.deadline() == 15.0


class TestAck:
    def test_next_window_follows_the_last_ack_of_a_window(self) -> None:
        session, _ = running_session(window=4)
        assert session.receive_ack(4, 0.1) == [SendBlocks(5, 4, attempt=1)]

    def test_ack_of_the_last_block_completes(self) -> None:
        session, _ = running_session(last_block=1)
        assert session.receive_ack(1, 0.1) == [End(Outcome.COMPLETED)]
        assert (session.state, session.deadline()) == (State.DONE, None)

    @pytest.mark.parametrize("block16", [2, 3, 65_535, 32_768])
    def test_ack_of_what_was_not_sent_sets_off_nothing(self, block16: int) -> None:
        session, _ = running_session()
        assert session.receive_ack(block16, 0.1) == []
        assert session.acked == 0

    def test_old_ack_sets_off_nothing(self) -> None:
        session, _ = running_session()
        session.receive_ack(1, 0.1)
        session.receive_ack(2, 0.2)
        assert session.receive_ack(1, 0.3) == []

    def test_ignored_ack_does_not_move_the_deadline(self) -> None:
        session, _ = running_session()
        due = session.deadline()
        session.receive_ack(5, 1.0)
        assert session.deadline() == due

    def test_progress_moves_the_deadline(self) -> None:
        session, _ = running_session(timeout=3.0)
        session.receive_ack(1, 2.5)
        assert session.deadline() == 5.5

    def test_only_ack_0_answers_an_oack(self) -> None:
        session = _negotiating()
        assert session.receive_ack(1, 0.1) == []
        assert session.state is State.NEGOTIATING


class TestGapReport:
    """An ACK in the window, or of the block before, requests to continue there."""

    def test_inside_the_window_sends_the_rest_again_and_fills_up(self) -> None:
        session, _ = running_session(window=4)
        commands = session.receive_ack(1, 0.1)
        assert commands == [SendBlocks(2, 3, attempt=2), SendBlocks(5, 1, attempt=1)]

    def test_at_the_foot_sends_the_window_again(self) -> None:
        session, _ = running_session(window=4, round_trip=0.1)
        assert session.receive_ack(0, 0.1) == [SendBlocks(1, 4, attempt=2)]

    def test_sooner_than_an_answer_could_come_is_a_duplicate(self) -> None:
        session, _ = running_session(window=4, round_trip=0.1)
        assert session.receive_ack(0, 0.04) == []

    def test_is_answered_once_for_each_place(self) -> None:
        session, _ = running_session(window=4, round_trip=0.1)
        session.receive_ack(0, 0.1)
        assert session.receive_ack(0, 0.2) == []

    def test_is_answered_again_at_the_next_place(self) -> None:
        session, _ = running_session(window=4, round_trip=0.1)
        session.receive_ack(0, 0.1)
        session.receive_ack(4, 0.2)
        assert session.receive_ack(4, 0.4) == [SendBlocks(5, 4, attempt=2)]

    def test_of_what_was_sent_once_counts_however_soon(self) -> None:
        session, _ = running_session(window=4, round_trip=1.0)
        commands = session.receive_ack(2, 0.1)
        assert commands == [SendBlocks(3, 2, attempt=2), SendBlocks(5, 2, attempt=1)]

    def test_is_answered_once_more_after_a_timeout(self) -> None:
        session, _ = running_session(window=4, round_trip=0.1)
        session.receive_ack(0, 0.1)
        due = session.deadline()
        assert due is not None
        session.handle_timer(due)
        assert session.receive_ack(0, due + 0.1) == [SendBlocks(1, 4, attempt=4)]

    def test_second_ack_0_after_a_repeated_oack_is_no_report(self) -> None:
        session, _ = running_session(window=4, round_trip=None)
        assert session.receive_ack(0, 5.0) == []

    def test_report_of_what_was_just_sent_again_only_fills_up(self) -> None:
        session, _ = running_session(window=4, round_trip=0.1)
        session.receive_ack(1, 0.1)
        assert session.receive_ack(3, 0.101) == [SendBlocks(6, 2, attempt=1)]

    def test_blocks_keep_count_of_their_attempts(self) -> None:
        session, _ = running_session(window=4, round_trip=0.1)
        session.receive_ack(1, 0.1)
        assert session.receive_ack(2, 0.3) == [
            SendBlocks(3, 2, attempt=3),
            SendBlocks(5, 1, attempt=2),
            SendBlocks(6, 1, attempt=1),
        ]

    def test_never_with_a_window_of_one(self) -> None:
        session, _ = running_session(window=1)
        session.receive_ack(1, 0.1)
        assert session.receive_ack(1, 0.3) == []


class TestTimer:
    def test_before_the_deadline_nothing_is_sent(self) -> None:
        session, _ = running_session(timeout=3.0)
        assert session.handle_timer(2.9) == []
        assert session.timeouts == 0

    def test_open_window_is_sent_again(self) -> None:
        session, _ = running_session(window=4, timeout=3.0)
        assert session.handle_timer(3.0) == [SendBlocks(1, 4, attempt=2)]

    def test_oack_is_sent_again(self) -> None:
        assert _pass_deadline(_negotiating()) == [SendOack(attempt=2)]

    def test_first_repeat_of_the_oack_waits_two_seconds(self) -> None:
        assert _negotiating().deadline() == 2.0

    def test_waits_grow(self) -> None:
        session = _negotiating()
        _pass_deadline(session)
        _pass_deadline(session)
        assert session.deadline() == 2.0 + 4.0 + 8.0

    def test_two_timeouts_are_a_stall(self) -> None:
        session = _negotiating()
        before = _pass_deadline(session) and session.stalled
        after = _pass_deadline(session) and session.stalled
        assert (before, after) == (False, True)

    def test_progress_ends_a_stall(self) -> None:
        session = _negotiating()
        _pass_deadline(session)
        _pass_deadline(session)
        session.receive_ack(0, 8.0)
        assert (session.stalled, session.timeouts) == (False, 0)


class TestGivingUp:
    def test_number_of_retries_is_exact(self) -> None:
        session = _negotiating(retries=2)
        sent = [_pass_deadline(session), _pass_deadline(session)]
        assert sent == [[SendOack(2)], [SendOack(3)]]
        end = End(Outcome.ABANDONED, "the client never replied")
        assert _pass_deadline(session) == [end]

    def test_nobody_gets_more_than_four_repeats_before_an_answer(self) -> None:
        session = _negotiating(retries=100)
        for attempt in range(2, 6):
            assert _pass_deadline(session) == [SendOack(attempt)]
        end = End(Outcome.ABANDONED, "the client never replied")
        assert _pass_deadline(session) == [end]

    @pytest.mark.parametrize("fixed", [None, 1.0])
    def test_who_has_answered_is_waited_for_with_few_packets(
        self, fixed: float | None
    ) -> None:
        timer = RetransmitTimer(fixed, patience=60.0)
        session = SendSession(window=8, last_block=100, timer=timer)
        session.start(0.0)
        session.receive_ack(8, 0.001)
        sent: list[object] = []
        now = 0.0
        while (due := session.deadline()) is not None:
            now = due
            sent += session.handle_timer(now)
        assert 60.0 <= now <= 70.0
        whole, single = SendBlocks(9, 8, 2), SendBlocks(9, 1, 8)
        assert (sent[0], sent[6]) == (whole, single)
        assert len(sent) < 16

    def test_for_the_last_ack_alone_the_retries_are_enough(self) -> None:
        timer = RetransmitTimer(retries=0, patience=60.0)
        session = SendSession(last_block=2, timer=timer)
        session.start(0.0)
        session.receive_ack(1, 0.1)
        end = End(Outcome.UNCONFIRMED, "everything was sent; the last ACK is missing")
        assert _pass_deadline(session) == [end]

    def test_after_the_probes_a_client_gets_the_rest_of_its_window(self) -> None:
        timer = RetransmitTimer(retries=1, patience=60.0)
        session = SendSession(window=4, last_block=100, timer=timer)
        session.start(0.0)
        session.receive_ack(4, 0.001)
        for _ in range(4):
            _pass_deadline(session)
        rest = [SendBlocks(6, 3, 3), SendBlocks(9, 1, 1)]
        assert session.receive_ack(5, 30.0) == rest

    def test_after_the_probes_a_gap_brings_no_empty_run(self) -> None:
        timer = RetransmitTimer(retries=1, patience=60.0)
        session = SendSession(window=4, last_block=100, timer=timer)
        session.start(0.0)
        session.receive_ack(4, 0.001)
        session.receive_ack(7, 0.002)
        for _ in range(4):
            _pass_deadline(session)
        again = [SendBlocks(8, 1, 7), SendBlocks(9, 3, 3)]
        assert session.receive_ack(7, 30.0) == again

    def test_silence_in_the_middle_is_abandoned(self) -> None:
        session = _negotiating(retries=0)
        session.receive_ack(0, 0.1)
        end = End(Outcome.ABANDONED, "the client stopped replying")
        assert _pass_deadline(session) == [end]

    def test_missing_last_ack_is_unconfirmed_and_not_completed(self) -> None:
        session = SendSession(last_block=2, timer=RetransmitTimer(retries=0))
        session.start(0.0)
        session.receive_ack(1, 0.1)
        end = End(Outcome.UNCONFIRMED, "everything was sent; the last ACK is missing")
        assert _pass_deadline(session) == [end]

    def test_single_block_that_nobody_answered_is_abandoned(self) -> None:
        session = SendSession(last_block=1, timer=RetransmitTimer(retries=0))
        session.start(0.0)
        end = End(Outcome.ABANDONED, "the client never replied")
        assert _pass_deadline(session) == [end]


class TestError:
    @pytest.mark.parametrize("code", [0, 8])
    def test_after_the_size_was_told_is_a_probe(self, code: int) -> None:
        session = _negotiating(wants_size=True)
        text = f"the client ended it with ERROR {code}: bye"
        assert session.receive_error(code, "bye") == [End(Outcome.PROBED, text)]

    def test_with_another_code_is_a_failure(self) -> None:
        session = _negotiating(wants_size=True)
        text = "the client ended it with ERROR 3: full"
        assert session.receive_error(3, "full") == [End(Outcome.FAILED, text)]

    def test_when_no_size_was_asked_is_a_failure(self) -> None:
        text = "the client ended it with ERROR 8"
        assert _negotiating().receive_error(8, "") == [End(Outcome.FAILED, text)]

    def test_after_a_repeated_oack_is_a_failure(self) -> None:
        session = _negotiating(wants_size=True)
        _pass_deadline(session)
        text = "the client ended it with ERROR 0"
        assert session.receive_error(0, "") == [End(Outcome.FAILED, text)]

    def test_among_data_is_a_failure(self) -> None:
        session, _ = running_session()
        text = "the client ended it with ERROR 0: reset"
        assert session.receive_error(0, "reset") == [End(Outcome.FAILED, text)]


class TestRepeatedRequest:
    def test_doubled_by_the_path_is_ignored(self) -> None:
        assert _negotiating().receive_request(0.04) == []

    def test_gets_the_oack_again(self) -> None:
        assert _negotiating().receive_request(1.0) == [SendOack(attempt=2)]

    def test_gets_the_first_block_again(self) -> None:
        session, _ = running_session()
        assert session.receive_request(1.0) == [SendBlocks(1, 1, attempt=2)]

    def test_does_not_put_the_deadline_off(self) -> None:
        session = _negotiating()
        session.receive_request(1.0)
        assert session.deadline() == 2.0

    def test_of_a_moving_transfer_is_ignored(self) -> None:
        session, _ = running_session()
        session.receive_ack(1, 0.1)
        assert session.receive_request(1.0) == []

    def test_after_progress_makes_it_give_way(self) -> None:
        session, _ = running_session(timeout=6.0)
        session.receive_ack(1, 0.1)
        assert session.receive_request(1.2) is None

    def test_amid_progress_is_ignored(self) -> None:
        session, _ = running_session()
        session.receive_ack(1, 0.1)
        session.receive_ack(2, 1.2)
        assert session.receive_request(1.204) == []

    def test_after_ack_0_never_gets_data(self) -> None:
        session, _ = running_session(window=4)
        assert session.receive_request(1.0) == []

    def test_of_a_transfer_that_waits_makes_it_give_way(self) -> None:
        session, _ = running_session(timeout=3.0)
        session.receive_ack(1, 0.1)
        _pass_deadline(session)
        assert session.receive_request(4.0) is None

    def test_makes_a_round_trip_unknowable(self) -> None:
        session = _negotiating()
        session.receive_request(1.0)
        session.receive_ack(0, 1.01)
        assert session.timer.smoothed is None


class TestEnding:
    def test_abort_tells_the_client(self) -> None:
        session, _ = running_session()
        assert session.abort("stopped by the operator") == [
            SendError(ErrorCode.UNDEFINED, "stopped by the operator"),
            End(Outcome.ABORTED, "stopped by the operator"),
        ]

    def test_failing_tells_the_client(self) -> None:
        session, _ = running_session()
        error = SendError(ErrorCode.UNDEFINED, "the file was cut short")
        assert session.fail(error) == [error, End(Outcome.FAILED, error.text)]

    def test_lost_peer_is_told_nothing(self) -> None:
        session, _ = running_session()
        text = "the client's port is closed"
        assert session.lose_peer(text) == [End(Outcome.ABANDONED, text)]


class TestLengthFoundOnTheWay:
    def test_window_ends_at_the_block_found_last(self) -> None:
        session, _ = running_session(window=8, last_block=None)
        session.end_at(3)
        assert session.sent_to == 3
        assert session.receive_ack(3, 0.1) == [End(Outcome.COMPLETED)]

    def test_nothing_beyond_it_is_sent_again(self) -> None:
        session, _ = running_session(window=8, last_block=None)
        session.end_at(3)
        assert session.receive_ack(1, 0.1) == [SendBlocks(2, 2, attempt=2)]

    def test_ack_beyond_it_is_ignored(self) -> None:
        session, _ = running_session(window=8, last_block=None)
        session.end_at(3)
        assert session.receive_ack(4, 0.1) == []
        assert session.acked == 0

    def test_block_that_was_acknowledged_as_full_cannot_be_the_last(self) -> None:
        session, _ = running_session(last_block=None)
        session.receive_ack(1, 0.1)
        with pytest.raises(MisuseError):
            session.end_at(1)


class TestAbsoluteBlock:
    @pytest.mark.parametrize(
        ("sent_to", "block16", "block"),
        [
            pytest.param(5, 5, 5, id="plain"),
            pytest.param(5, 0, 0, id="zero"),
            pytest.param(65_536, 0, 65_536, id="at-the-wrap"),
            pytest.param(65_538, 65_535, 65_535, id="before-the-wrap"),
            pytest.param(65_538, 2, 65_538, id="after-the-wrap"),
            pytest.param(200_000, 200_000 % 65_536, 200_000, id="far-on"),
            pytest.param(5, 9, 9, id="never-sent"),
        ],
    )
    def test_is_the_nearest_one_sent(
        self, sent_to: int, block16: int, block: int
    ) -> None:
        session, _ = running_session()
        session.sent_to = sent_to
        assert session.absolute(block16) == block


CALLS: list[Callable[[SendSession], object]] = [
    lambda session: session.receive_ack(1, 0.0),
    lambda session: session.receive_error(0, ""),
    lambda session: session.receive_request(0.0),
    lambda session: session.handle_timer(0.0),
    lambda session: session.abort(""),
    lambda session: session.fail(SendError(ErrorCode.UNDEFINED, "")),
    lambda session: session.lose_peer(""),
]


class TestMisuse:
    @pytest.mark.parametrize("call", CALLS)
    def test_before_start(self, call: Callable[[SendSession], object]) -> None:
        with pytest.raises(MisuseError, match="new"):
            call(SendSession(last_block=1))

    @pytest.mark.parametrize("call", CALLS)
    def test_after_the_end(self, call: Callable[[SendSession], object]) -> None:
        session, _ = running_session()
        session.abort("")
        with pytest.raises(MisuseError, match="done"):
            call(session)

    def test_second_start(self) -> None:
        session, _ = running_session()
        with pytest.raises(MisuseError, match="started"):
            session.start(1.0)
