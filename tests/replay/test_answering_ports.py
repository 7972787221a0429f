"""Servers that reply to each repeated request from another port."""

import pytest

from tests.support.talk import CLIENT, SERVER, Talk
from tftptui.protocol.packets import encode_data
from tftptui.telemetry.capture.frames import Datagram
from tftptui.telemetry.capture.packets import IcmpSeen
from tftptui.telemetry.capture.rebuilt import Logged, Rebuilder
from tftptui.telemetry.events import IcmpReceived
from tftptui.telemetry.records.ring import Kind

FIRST, SECOND = 56_760, 53_022
LEFT = "from a port the client no longer uses"


@pytest.fixture
def talk() -> Talk:
    return Talk()


def asked_twice(talk: Talk) -> None:
    """Send a reply that is lost, and the request again."""
    talk.ask()
    talk.move(FIRST)
    talk.data(1)
    talk.wait(1)
    talk.data(1)
    talk.wait(4)
    talk.ask()
    talk.move(SECOND)


def rest(talk: Talk) -> None:
    """Send the rest of the file of 612 bytes."""
    talk.data(1)
    talk.ack(1)
    talk.data(2, nbytes=100)
    talk.ack(2)


def test_transfer_goes_on_where_the_client_does(talk: Talk) -> None:
    asked_twice(talk)
    rest(talk)
    view = talk.one()
    assert (view.phase, view.acked_bytes, view.server_tid) == (
        "completed",
        612,
        SECOND,
    )
    assert (view.other_tids, view.strays, talk.rebuilding.orphans) == ((FIRST,), 0, 0)
    assert view.notes == [
        "replies came from ports 53022 and 56760; the client chose 53022"
    ]


def test_each_answer_is_an_attempt_on_the_port_that_it_left(talk: Talk) -> None:
    asked_twice(talk)
    rest(talk)
    told = [(one.server_tid, one.attempt) for one in talk.records(Kind.DATA)]
    assert told == [(FIRST, 1), (FIRST, 2), (SECOND, 3), (SECOND, 1)]
    assert {one.server_tid for one in talk.records(Kind.ACK)} == {SECOND}


def test_answer_to_the_repeat_shows_no_loss_of_its_own(talk: Talk) -> None:
    asked_twice(talk)
    rest(talk)
    assert talk.one().lost_to_client == 2


def test_client_may_take_the_first_after_all(talk: Talk) -> None:
    asked_twice(talk)
    talk.data(1)
    talk.move(FIRST)
    talk.ack(1)
    talk.data(2, nbytes=100)
    talk.ack(2)
    view = talk.one()
    assert (view.phase, view.server_tid, view.other_tids) == (
        "completed",
        FIRST,
        (SECOND,),
    )
    assert {one.server_tid for one in talk.records(Kind.ACK)} == {FIRST}


def test_port_that_the_client_left_speaks_in_vain(talk: Talk) -> None:
    asked_twice(talk)
    talk.data(1)
    talk.ack(1)
    talk.move(FIRST)
    talk.data(1)
    talk.error(5, "unknown transfer ID", from_client=True)
    talk.move(SECOND)
    talk.data(2, nbytes=100)
    talk.ack(2)
    view = talk.one()
    assert (view.phase, view.retransmits, view.peer_error) == ("completed", 2, None)
    (late,) = [one for one in talk.records(Kind.DATA) if talk.ring.note(6) == LEFT][:1]
    assert late.server_tid == FIRST
    (error,) = talk.records(Kind.ERROR_RECEIVED)
    assert error.server_tid == FIRST
    assert talk.rebuilding.orphans == 0


def test_complaint_about_the_port_that_was_left_is_none(talk: Talk) -> None:
    asked_twice(talk)
    rest(talk)
    talk.move(FIRST)
    talk.data(1)
    about = Datagram(0, talk.server, talk.client, b"", 4, is_sent=False)
    talk.take(IcmpSeen(round(talk.now * 1e9), 4, 3, 3, CLIENT, about))
    assert talk.one().phase == "completed"
    assert [one.server_tid for one in talk.records(Kind.ICMP)] == [FIRST]
    assert not any(isinstance(event, IcmpReceived) for event in talk.events)


def test_options_granted_by_another_port_count_once(talk: Talk) -> None:
    options = ((b"blksize", b"1428"), (b"tsize", b"0"))
    granted = ((b"blksize", b"1428"), (b"tsize", b"100"))
    for port in (FIRST, SECOND):
        talk.ask(options=options)
        talk.move(port)
        talk.oack(*granted)
        talk.wait(1)
    talk.ack(0)
    talk.data(1, nbytes=100)
    talk.ack(1)
    view = talk.one()
    assert (view.phase, view.server_tid, view.total_size) == ("completed", SECOND, 100)
    assert view.lost_to_client == 1


def test_upload_goes_on_where_the_client_does(talk: Talk) -> None:
    for port in (FIRST, SECOND):
        talk.offer()
        talk.move(port)
        talk.down(b"\0\4\0\0")
    talk.up(encode_data(1, bytes(3)))
    talk.down(b"\0\4\0\1")
    view = talk.one()
    assert (view.phase, view.server_tid, view.acked_bytes) == ("completed", SECOND, 3)


def test_client_that_asks_anew_begins_again(talk: Talk) -> None:
    talk.ask()
    talk.move(FIRST)
    talk.data(1)
    talk.ack(1)
    talk.data(2)
    talk.wait(5)
    talk.ask()
    talk.move(SECOND)
    rest(talk)
    view = talk.one()
    assert (view.phase, view.acked_bytes, view.server_tid) == (
        "completed",
        612,
        SECOND,
    )
    assert "the client repeated its request: the transfer restarted" in view.notes


def test_other_port_of_one_request_is_left(talk: Talk) -> None:
    talk.ask()
    talk.move(FIRST)
    talk.data(1)
    talk.ack(1)
    talk.move(SECOND)
    talk.data(1)
    talk.ack(1)
    talk.move(FIRST)
    talk.data(2, nbytes=100)
    talk.ack(2)
    view = talk.one()
    assert (view.phase, view.server_tid) == ("completed", FIRST)


def test_answers_in_vain_are_all_counted(talk: Talk) -> None:
    for port in (FIRST, SECOND, 40_001):
        talk.ask()
        talk.move(port)
        talk.data(1)
        talk.wait(2)
        talk.data(1)
        talk.wait(2)
    talk.client = ("10.0.4.38", 2_070)
    talk.wait(30)
    talk.ask()
    talk.over()
    (found,) = talk.rebuilding.findings.take_news()
    (answers,) = [one.text for one in found.evidence if "replies" in one.text]
    assert answers.startswith("6 replies from ports 40001, 53022 and 56760: all")


def test_answer_of_another_port_is_saved_as_it_was(talk: Talk) -> None:
    asked_twice(talk)
    rest(talk)
    view, rebuilder = talk.one(), Rebuilder()
    saved = [
        datagram
        for record in talk.records()
        for datagram, _ in rebuilder.packets(Logged(record, "", view))
    ]
    sources = [one.source for one in saved if isinstance(one, Datagram)]
    assert (SERVER, FIRST) in sources
    assert (SERVER, SECOND) in sources


def test_answer_to_an_earlier_file_is_none(talk: Talk) -> None:
    talk.ask(b"first")
    talk.move(FIRST)
    talk.data(1)
    talk.wait(1)
    talk.ask(b"second")
    talk.move(SECOND)
    talk.data(1)
    talk.wait(1)
    talk.move(FIRST)
    talk.data(1)
    view = talk.over()[1]
    assert (view.file, view.other_tids, view.retransmits) == ("second", (), 0)
    assert talk.rebuilding.orphans == 0


def test_answer_to_what_was_asked_before_the_capture_is_none(talk: Talk) -> None:
    talk.move(FIRST)
    talk.data(1)
    talk.ask()
    talk.move(SECOND)
    talk.data(1)
    talk.wait(1)
    talk.move(FIRST)
    talk.data(1)
    view = talk.one()
    assert (view.server_tid, view.other_tids, view.retransmits) == (SECOND, (), 0)
    assert talk.rebuilding.orphans == 2


def test_more_answers_than_requests_are_to_earlier_ones(talk: Talk) -> None:
    talk.ask()
    talk.move(FIRST)
    talk.data(1)
    talk.wait(1)
    talk.move(SECOND)
    talk.data(1)
    view = talk.one()
    assert (view.server_tid, view.other_tids, view.retransmits) == (FIRST, (), 0)
    assert [one.server_tid for one in talk.records(Kind.DATA)] == [FIRST, SECOND]
    assert talk.rebuilding.orphans == 0


def test_client_may_take_that_all_the_same(talk: Talk) -> None:
    talk.ask()
    talk.move(FIRST)
    talk.data(1)
    talk.move(SECOND)
    rest(talk)
    view = talk.one()
    assert (view.phase, view.server_tid) == ("completed", SECOND)
