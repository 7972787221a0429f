"""Clients that quit midway, with an ICMP error for their closed port."""

import pytest

from tests.support.talk import CLIENT, Talk
from tftptui.telemetry.capture.frames import Datagram
from tftptui.telemetry.capture.packets import IcmpSeen
from tftptui.telemetry.records.ring import Flag, Kind

FIREWALL = "10.0.4.1"


@pytest.fixture
def talk() -> Talk:
    return Talk()


def complain(talk: Talk, sender: str = CLIENT) -> None:
    """Send an ICMP error that the client's port is closed."""
    about = Datagram(0, talk.server, talk.client, b"", 4, is_sent=False)
    talk.take(IcmpSeen(round(talk.now * 1e9), 4, 3, 3, sender, about))


def leave(talk: Talk) -> None:
    """Send a transfer that the client quits."""
    talk.ask()
    talk.move()
    talk.data(1)
    talk.ack(1)
    talk.data(2)
    talk.wait(1)
    talk.data(2)
    complain(talk)


def test_capture_that_ends_there_tells_the_end(talk: Talk) -> None:
    leave(talk)
    view = talk.one()
    assert (view.phase, view.error) == ("abandoned", "the client closed its port")
    (found,) = talk.rebuilding.findings.take_news()
    assert found.code == "client-port-closed"


def test_what_came_to_a_client_that_had_left_was_not_lost(talk: Talk) -> None:
    leave(talk)
    assert talk.one().lost_to_client == 0
    again = talk.records(Kind.DATA)[-1]
    assert (again.attempt, again.flags & Flag.LOST_TO_CLIENT) == (2, 0)
    assert not any("lost" in note for note in talk.ring.notes(0).values())


def test_what_came_back_in_an_error_was_not_lost(talk: Talk) -> None:
    talk.ask()
    talk.move()
    talk.data(1)
    complain(talk, FIREWALL)
    talk.wait(1)
    talk.data(1)
    view = talk.one()
    assert (view.retransmits, view.lost_to_client) == (1, 0)


def test_loss_before_the_client_moved_on_stays_one(talk: Talk) -> None:
    talk.ask()
    talk.move()
    talk.data(1)
    talk.wait(1)
    talk.data(1)
    talk.ack(1)
    talk.data(2)
    complain(talk)
    assert talk.one().lost_to_client == 1


def test_client_that_goes_on_has_not_left(talk: Talk) -> None:
    leave(talk)
    talk.ack(2)
    talk.data(3)
    assert talk.one().running


def test_error_of_another_machine_ends_nothing(talk: Talk) -> None:
    talk.ask()
    talk.move()
    talk.data(1)
    talk.ack(1)
    talk.data(2)
    complain(talk, FIREWALL)
    assert talk.one().running


def test_client_that_was_never_heard_may_ask_again(talk: Talk) -> None:
    talk.ask()
    talk.move()
    talk.data(1)
    complain(talk)
    assert talk.one().running
