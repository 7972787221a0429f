"""Where packets were lost, in a capture between the two ends."""

import pytest

from tests.support.talk import Talk
from tftptui.telemetry.records.ring import Flag, Kind


@pytest.fixture
def talk() -> Talk:
    return Talk()


def begin(talk: Talk) -> None:
    """Send two blocks without loss."""
    talk.ask()
    talk.move()
    for block in (1, 2):
        talk.data(block)
        talk.ack(block)


def notes(talk: Talk) -> list[str]:
    """Return the notes about losses, in order."""
    told = talk.ring.notes(0).values()
    return [note for note in told if "lost between" in note]


def lost(talk: Talk) -> tuple[int, int]:
    """Return the losses on the path to the client, and to the server."""
    view = talk.one()
    return view.lost_to_client, view.lost_to_server


def test_data_without_an_answer_was_lost_on_the_client_s_side(talk: Talk) -> None:
    begin(talk)
    talk.data(3)
    talk.wait(1)
    talk.data(3)
    assert notes(talk) == ["block 3, or its reply, lost between here and the client"]
    assert talk.records(Kind.DATA)[-1].flags & Flag.LOST_TO_CLIENT
    assert lost(talk) == (1, 0)


def test_client_that_asks_for_data_seen_has_not_got_them(talk: Talk) -> None:
    begin(talk)
    talk.data(3)
    talk.wait(1)
    talk.ack(2)
    talk.data(3)
    assert notes(talk) == ["block 3 lost between here and the client"] * 2
    assert lost(talk) == (1, 0)


def test_answer_seen_and_not_heeded_was_lost_on_the_server_s_side(talk: Talk) -> None:
    begin(talk)
    talk.data(3)
    talk.ack(3)
    talk.wait(1)
    talk.data(3)
    talk.ack(3)
    talk.data(4)
    assert notes(talk) == ["ACK 3 lost between here and the server"]
    assert lost(talk) == (0, 1)


def test_client_that_repeats_itself_in_vain_is_not_heard(talk: Talk) -> None:
    begin(talk)
    talk.wait(1)
    talk.ack(2)
    assert notes(talk) == ["ACK 2, or its reply, lost between here and the server"]
    assert lost(talk) == (0, 1)


def test_answers_to_repeats_show_nothing(talk: Talk) -> None:
    begin(talk)
    talk.data(3)
    talk.wait(1)
    talk.data(3)
    talk.ack(3)
    talk.data(4)
    talk.ack(3, 4)
    assert lost(talk) == (1, 0)


def test_answer_that_may_have_crossed_shows_nothing(talk: Talk) -> None:
    begin(talk)
    talk.data(3)
    talk.ack(3)
    talk.data(3)
    assert lost(talk) == (0, 0)


def test_answer_to_a_repeated_ack_says_nothing_about_the_usual_time(talk: Talk) -> None:
    """It may be a reply to either of them (Karn's rule, RFC 6298 §3)."""
    begin(talk)
    talk.wait(1)
    talk.ack(2)
    talk.wait(8)
    for block in (3, 4):
        talk.data(block)
        talk.ack(block)
    talk.wait(1)
    talk.data(4)
    assert notes(talk)[-1] == "ACK 4 lost between here and the server"


def test_apprentice_s_repeats_show_nothing_new(talk: Talk) -> None:
    """A server that replies to each repeated ACK sends each block twice then."""
    begin(talk)
    talk.data(3)
    talk.ack(2)
    talk.ack(3)
    talk.wait(1)
    talk.data(3)
    talk.data(4)
    assert notes(talk) == ["block 3 lost between here and the client"]


def test_block_that_comes_late_was_lost_before(talk: Talk) -> None:
    begin(talk)
    talk.data(3, 5)
    talk.wait(1)
    talk.ack(3)
    talk.data(4)
    assert notes(talk) == ["block 4 lost between here and the server"]
    assert lost(talk) == (0, 1)


def test_block_that_was_overtaken_was_not_lost(talk: Talk) -> None:
    begin(talk)
    talk.step = 0.000_1
    talk.data(3, 5, 4)
    assert lost(talk) == (0, 0)


def test_blocks_that_arrived_unseen_are_the_capture_s_loss(talk: Talk) -> None:
    begin(talk)
    talk.data(5)
    talk.ack(5)
    talk.data(6, nbytes=1)
    talk.ack(6)
    view = talk.one()
    assert (view.unseen, view.lost_to_client, view.lost_to_server) == (2, 0, 0)
    assert view.notes == ["the capture missed 2 blocks that arrived"]


def test_window_begun_anew_is_one_loss(talk: Talk) -> None:
    talk.ask(options=((b"windowsize", b"4"),))
    talk.move()
    talk.oack((b"windowsize", b"4"))
    talk.ack(0)
    talk.data(1, 2, 3, 4)
    talk.ack(2)
    talk.wait(0.1)
    talk.data(3, 4, 5, 6)
    talk.ack(6)
    assert notes(talk) == ["block 3 lost between here and the client"]
    assert lost(talk) == (1, 0)


def test_repeated_request_tells_the_side_too(talk: Talk) -> None:
    talk.ask()
    talk.wait(1)
    talk.ask()
    talk.move()
    talk.data(1)
    talk.wait(1)
    talk.server = (talk.server[0], 69)
    talk.ask()
    flags = [one.flags & ~Flag.DUPLICATE for one in talk.records(Kind.RRQ)]
    assert flags == [0, Flag.LOST_TO_SERVER, Flag.LOST_TO_CLIENT]


def test_upload_has_its_sides_the_other_way_round(talk: Talk) -> None:
    talk.offer()
    talk.move()
    talk.down(b"\0\4\0\0")
    talk.up(b"\0\3\0\1" + bytes(512))
    talk.wait(1)
    talk.up(b"\0\3\0\1" + bytes(512))
    talk.down(b"\0\4\0\1")
    talk.wait(1)
    talk.up(b"\0\3\0\1" + bytes(512))
    assert notes(talk) == [
        "block 1, or its reply, lost between here and the server",
        "ACK 1 lost between here and the client",
    ]
