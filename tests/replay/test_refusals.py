"""Packets after a refused request."""

import pytest

from tests.support.talk import CLIENT, Talk
from tftptui.telemetry.records.ring import NO_TRANSFER, Kind


@pytest.fixture
def talk() -> Talk:
    talk = Talk()
    talk.ask(b"nosuch")
    talk.move()
    talk.error(1, "File not found")
    return talk


def test_acknowledgement_of_an_error_belongs_to_the_refusal(talk: Talk) -> None:
    talk.ack(1)
    assert (talk.over(), talk.rebuilding.orphans) == ([], 0)
    (ack,) = talk.records(Kind.ACK)
    assert (ack.transfer, ack.block, ack.server_tid) == (NO_TRANSFER, 1, 40_017)
    assert talk.ring.note(2) == f"{CLIENT} of the ERROR"


def test_second_error_for_one_request_is_no_second_refusal(talk: Talk) -> None:
    talk.move(40_018)
    talk.error(1, "File not found")
    talk.error(4, "what?", from_client=True)
    assert len(talk.rebuilding.take_refusals()) == 1
    assert talk.rebuilding.orphans == 0
    ports = [one.server_tid for one in talk.records(Kind.ERROR, Kind.ERROR_RECEIVED)]
    assert ports == [40_017, 40_018, 40_018]


def test_other_port_of_the_server_knows_nothing_of_it(talk: Talk) -> None:
    talk.move(40_018)
    talk.ack(1)
    assert talk.rebuilding.orphans == 1


def test_what_comes_much_later_belongs_to_nothing(talk: Talk) -> None:
    talk.wait(61)
    talk.ack(1)
    assert talk.rebuilding.orphans == 1


def test_next_request_of_that_port_is_a_transfer(talk: Talk) -> None:
    talk.ack(1)
    talk.small_read(40_019)
    assert talk.one().phase == "completed"
