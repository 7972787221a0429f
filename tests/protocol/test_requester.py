"""The request and its first reply, step by step."""

from collections.abc import Callable

import pytest

from tests.support.builders import requesting_session
from tftptui.protocol.commands import End, Outcome, SendError, SendRequest
from tftptui.protocol.errors import ErrorCode, MisuseError
from tftptui.protocol.offer import Offer, Terms
from tftptui.protocol.packets import Ack, Data, ErrorPacket, Oack, Packet
from tftptui.protocol.requester import Begin, RequestCommand, RequestSession
from tftptui.protocol.timing import RetransmitTimer

OFFER = Offer(block_size=1_428)
OPTIONS = OFFER.options()
REFUSED = ErrorPacket(8, b"no options here")


def _pass_deadline(session: RequestSession) -> list[RequestCommand]:
    due = session.deadline()
    assert due is not None
    return session.handle_timer(due)


class TestAsking:
    def test_request_carries_the_options(self) -> None:
        session = RequestSession(OFFER, is_write=False, timer=RetransmitTimer())
        assert session.start(0.0) == [SendRequest(OPTIONS, attempt=1)]

    def test_request_is_repeated(self) -> None:
        session = requesting_session(OFFER)
        assert _pass_deadline(session) == [SendRequest(OPTIONS, attempt=2)]

    def test_too_early_does_nothing(self) -> None:
        assert requesting_session(OFFER).handle_timer(1.9) == []

    def test_wait_grows(self) -> None:
        session = requesting_session(OFFER)
        _pass_deadline(session)
        assert session.deadline() == 6.0  # 2, then 4 more

    def test_silent_server_is_given_up(self) -> None:
        session = requesting_session(OFFER, retries=1)
        _pass_deadline(session)
        text = "the server never replied"
        assert _pass_deadline(session) == [End(Outcome.ABANDONED, text)]
        assert session.deadline() is None

    def test_giving_up_tells_nobody(self) -> None:
        ended = requesting_session(OFFER).abort("interrupted")
        assert ended == [End(Outcome.ABORTED, "interrupted")]

    def test_unreachable_server_is_given_up_at_once(self) -> None:
        ended = requesting_session(OFFER).lose_server("port 69 is closed")
        assert ended == [End(Outcome.ABANDONED, "port 69 is closed")]


class TestAnswer:
    @pytest.mark.parametrize("is_write", [False, True])
    def test_oack_tells_the_terms(self, *, is_write: bool) -> None:
        session = requesting_session(OFFER, is_write=is_write)
        answer = ((b"blksize", b"1024"),)
        terms = Terms(block_size=1_024, options=answer)
        assert session.receive(Oack(answer), 0.1) == [Begin(terms)]

    def test_data_1_begins_a_read_without_options(self) -> None:
        session = requesting_session(OFFER)
        assert session.receive(Data(1, b"x"), 0.1) == [Begin(Terms(), has_data=True)]

    def test_ack_0_begins_a_write_without_options(self) -> None:
        session = requesting_session(OFFER, is_write=True)
        assert session.receive(Ack(0), 0.1) == [Begin(Terms())]

    @pytest.mark.parametrize(
        ("packet", "is_write"),
        [
            pytest.param(Data(2, b"x"), False, id="data-of-an-earlier-read"),
            pytest.param(Data(1, b"x"), True, id="data-for-a-write"),
            pytest.param(Ack(0), False, id="ack-for-a-read"),
            pytest.param(Ack(7), True, id="ack-of-an-earlier-write"),
        ],
    )
    def test_what_is_no_answer_is_ignored(
        self, packet: Packet, *, is_write: bool
    ) -> None:
        session = requesting_session(OFFER, is_write=is_write)
        assert session.receive(packet, 0.1) == []
        assert session.deadline() == 2.0

    def test_oack_that_makes_no_sense_is_refused(self) -> None:
        text = "the server agreed to blksize 9000, but 1428 was requested"
        ended = requesting_session(OFFER).receive(Oack(((b"blksize", b"9000"),)), 0.1)
        refusal = SendError(ErrorCode.OPTION_REFUSED, text)
        assert ended == [refusal, End(Outcome.FAILED, text)]

    @pytest.mark.parametrize(
        ("packet", "text"),
        [
            (ErrorPacket(1, b"no such file"), "ERROR 1: no such file"),
            (ErrorPacket(0, b""), "ERROR 0"),
            (ErrorPacket(2, b"\xff"), "ERROR 2: \\xff"),
        ],
    )
    def test_error_ends_it(self, packet: ErrorPacket, text: str) -> None:
        ended = requesting_session(OFFER).receive(packet, 0.1)
        assert ended == [End(Outcome.FAILED, f"the server refused with {text}")]

    def test_round_trip_is_measured(self) -> None:
        timer = RetransmitTimer()
        requesting_session(OFFER, timer=timer).receive(Data(1, b""), 0.25)
        assert timer.smoothed == 0.25

    def test_answer_to_a_repeated_request_measures_nothing(self) -> None:
        timer = RetransmitTimer()
        session = requesting_session(OFFER, timer=timer)
        _pass_deadline(session)
        session.receive(Data(1, b""), 2.1)
        assert timer.smoothed is None


class TestRefusedOptions:
    def test_request_is_sent_again_without_options(self) -> None:
        session = requesting_session(OFFER)
        assert session.receive(REFUSED, 0.1) == [SendRequest((), attempt=1)]

    def test_then_no_option_may_come(self) -> None:
        session = requesting_session(OFFER)
        session.receive(REFUSED, 0.1)
        _, end = session.receive(Oack(((b"blksize", b"512"),)), 0.2)
        text = "the server agreed to blksize, which was not requested"
        assert end == End(Outcome.FAILED, text)

    def test_refused_again_is_the_end(self) -> None:
        session = requesting_session(OFFER)
        session.receive(REFUSED, 0.1)
        text = "the server refused with ERROR 8: no options here"
        assert session.receive(REFUSED, 0.2) == [End(Outcome.FAILED, text)]

    def test_retries_count_anew(self) -> None:
        session = requesting_session(OFFER, retries=1)
        _pass_deadline(session)
        session.receive(REFUSED, 2.1)
        assert _pass_deadline(session) == [SendRequest((), attempt=2)]

    def test_refusal_where_nothing_was_asked_is_the_end(self) -> None:
        (end,) = requesting_session(Offer()).receive(REFUSED, 0.1)
        assert isinstance(end, End)


@pytest.mark.parametrize(
    "call",
    [
        lambda session: session.handle_timer(9.0),
        lambda session: session.receive(Ack(0), 9.0),
        lambda session: session.abort("x"),
        lambda session: session.start(9.0),
    ],
    ids=["timer", "receive", "abort", "start"],
)
def test_nothing_may_follow_the_end(call: Callable[[RequestSession], object]) -> None:
    session = requesting_session(OFFER)
    session.receive(Data(1, b""), 0.1)
    with pytest.raises(MisuseError):
        call(session)
