"""Findings of a capture: in the words of an observer."""

import json
import re

import msgspec
import pytest

from tests.support.talk import CLIENT, SERVER, Talk
from tftptui.findings.notes import MOST_NAMED
from tftptui.telemetry.capture.frames import Datagram
from tftptui.telemetry.capture.packets import IcmpSeen
from tftptui.telemetry.events import Found
from tftptui.telemetry.findings import LIKELY, OURS, POSSIBLE


@pytest.fixture
def talk() -> Talk:
    return Talk()


def test_answers_that_never_arrive_are_found_out(talk: Talk) -> None:
    talk.ask()
    talk.move()
    for seconds in (1, 2, 4, 8):
        talk.data(1)
        talk.wait(seconds)
    talk.client = ("10.0.4.38", 2_070)
    talk.wait(30)
    talk.ask()
    talk.over()
    found = talk.rebuilding.findings.take_news()
    assert [one.client for one in found] == [CLIENT]
    assert "40017" in " ".join(one.text for one in found[0].evidence)


def test_request_without_an_answer_blames_no_way_back(talk: Talk) -> None:
    for seconds in (3, 3, 30):
        talk.ask()
        talk.wait(seconds)
    talk.client = ("10.0.4.38", 2_070)
    talk.ask()
    talk.over()
    (found,) = talk.rebuilding.findings.take_news()
    assert (found.code, found.confidence) == ("answers-not-seen", POSSIBLE)
    assert "or the capture misses it" in found.headline


def test_many_troubles_at_the_end_are_all_told(talk: Talk) -> None:
    for port in range(8):
        talk.client = (f"10.0.4.{40 + port}", 2_070)
        talk.ask(f"nosuch{port}".encode())
        talk.error(1, "File not found")
    talk.over()
    found = talk.rebuilding.findings.take_news()
    assert len({one.client for one in found}) == 8


def test_one_missing_file_is_told_once_with_all_who_ask_for_it(talk: Talk) -> None:
    for number in range(40, 48):
        talk.client = (f"10.0.4.{number}", 2_070)
        talk.ask(b"nosuch")
        talk.error(1, "File not found")
    talk.over()
    (found,) = talk.rebuilding.findings.take_news()
    assert found.clients == [f"10.0.4.{number}" for number in range(40, 48)]
    assert found.headline.endswith("Also affected: 7 other clients.")


def test_capture_without_any_answer_is_told_once(talk: Talk) -> None:
    for port in range(8):
        talk.client = (f"10.0.{port}.7", 2_070)
        talk.ask()
    talk.wait(70)
    talk.client = ("10.0.99.7", 2_070)
    talk.ask()
    talk.over()
    (found,) = talk.rebuilding.findings.take_news()
    assert found.code == "answers-not-seen"


def test_where_others_get_answers_silence_tells_more(talk: Talk) -> None:
    talk.small_read()
    talk.client = ("10.0.4.38", 2_070)
    for seconds in (3, 3):
        talk.ask(b"other")
        talk.wait(seconds)
    talk.over()
    (found,) = talk.rebuilding.findings.take_news()
    assert (found.code, found.confidence) == ("no-answer-seen", LIKELY)
    assert found.evidence[0].text.startswith("2 requests for other, from port 2070")


def test_answer_to_a_later_try_takes_it_back(talk: Talk) -> None:
    talk.ask()
    talk.wait(4)
    talk.client = (CLIENT, 2_073)
    talk.small_read()
    talk.over()
    assert talk.rebuilding.findings.take_news() == []


def test_answer_to_a_later_try_counts_whatever_others_have_got_since(
    talk: Talk,
) -> None:
    talk.ask()
    talk.wait(2)
    talk.client = (CLIENT, 2_073)
    talk.small_read()
    for number in range(100):
        talk.client = (f"10.0.4.{100 + number}", 2_070)
        talk.small_read()
    talk.over()
    assert talk.rebuilding.findings.take_news() == []


def test_answer_may_come_after_that_to_a_later_try(talk: Talk) -> None:
    talk.ask()
    talk.wait(2)
    talk.client = (CLIENT, 2_073)
    talk.ask()
    talk.move(40_018)
    talk.data(1)
    talk.client = (CLIENT, 2_072)
    talk.move(40_017)
    talk.data(1)
    talk.ack(1)
    talk.data(2, nbytes=100)
    talk.ack(2)
    assert [view.phase for view in talk.over()] == ["completed", "sending"]


def test_answer_to_an_earlier_try_counts_as_well(talk: Talk) -> None:
    """As if both were lost, and the server resent its own."""
    talk.ask()
    talk.wait(2)
    talk.client = (CLIENT, 2_073)
    talk.ask()
    talk.client = (CLIENT, 2_072)
    talk.move()
    talk.data(1)
    talk.ack(1)
    talk.data(2, nbytes=100)
    talk.ack(2)
    for number in range(100):
        talk.client = (f"10.0.4.{100 + number}", 2_070)
        talk.small_read()
    talk.wait(70)
    talk.small_read()
    talk.over()
    assert talk.rebuilding.findings.take_news() == []


def test_an_error_is_an_answer_to_a_later_try(talk: Talk) -> None:
    """As in a boot that requests optional names, with a lost packet."""
    talk.small_read()
    talk.client = (CLIENT, 49_155)
    talk.ask(b"pxelinux.cfg/0A")
    talk.wait(2)
    talk.client = (CLIENT, 49_156)
    talk.ask(b"pxelinux.cfg/0A")
    talk.error(1, "File not found")
    talk.client = (CLIENT, 49_157)
    talk.ask(b"pxelinux.cfg/default")
    talk.move()
    talk.data(1, nbytes=100)
    talk.ack(1)
    talk.wait(30)
    talk.client = ("10.0.4.38", 2_070)
    talk.small_read()
    talk.over()
    assert talk.rebuilding.findings.take_news() == []


def test_request_that_is_sent_back_names_who_did_it(talk: Talk) -> None:
    for _ in range(2):
        talk.ask()
        about = Datagram(0, talk.client, talk.server, b"", 0, is_sent=False)
        talk.take(IcmpSeen(round(talk.now * 1e9), 4, 3, 3, SERVER, about))
        talk.wait(3)
    talk.over()
    (found,) = talk.rebuilding.findings.take_news()
    assert (found.code, found.stands_at) == ("requests-refused", "server")
    assert "rejected by the server 10.0.0.9 (port unreachable)" in found.headline


def test_nobody_speaks_for_a_server_that_is_not_ours(talk: Talk) -> None:
    for seconds in (3, 3, 30):
        talk.ask()
        talk.move()
        talk.data(1, 1)
        talk.wait(seconds)
    talk.over()
    (found,) = talk.rebuilding.findings.take_news()
    assert found.code == "answers-blocked"
    assert f"Packets from the server {SERVER} to UDP port 2072" in found.headline
    told = json.dumps(msgspec.to_builtins(found))
    assert not re.search(r"\b(our|ours|this (server|host))\b", told)
    assert not [one for one in found.remedies if one.platform == OURS]


def test_acks_that_come_past_in_vain_are_lost_behind(talk: Talk) -> None:
    talk.ask()
    talk.move()
    talk.data(1)
    talk.ack(1)
    for seconds in (1, 2, 4):
        talk.wait(seconds)
        talk.data(1)
        talk.ack(1)
    talk.wait(70)
    talk.client = ("10.0.4.38", 2_070)
    talk.ask()
    talk.over()
    found = {one.code: one for one in talk.rebuilding.findings.take_news()}
    assert "are in this capture, but do not reach" in found["acks-blocked"].headline


def test_a_few_acks_in_a_row_are_lost_by_chance(talk: Talk) -> None:
    """Also for a client that ignores retransmissions, so that there are many."""
    talk.ask()
    talk.move()
    for block in (1, 2):
        talk.data(block)
        talk.ack(block)
        for seconds in (0.2, 0.4, 0.8):
            talk.wait(seconds)
            talk.data(block)
        talk.wait(1)
        talk.ack(block)
        talk.wait(0.6)
        talk.data(block)
        talk.wait(1)
        talk.ack(block)
    talk.data(3, nbytes=100)
    talk.ack(3)
    talk.over()
    assert "acks-blocked" not in {
        event.code for event in talk.events if isinstance(event, Found)
    }


def test_who_takes_the_answer_to_its_first_port_leaves_the_second(talk: Talk) -> None:
    """Although that gets a reply as well, a moment later."""
    asked, sizes = ((b"tsize", b"0"),), (b"tsize", b"9000")
    talk.ask(options=asked)
    talk.wait(2)
    talk.client = (CLIENT, 2_073)
    talk.ask(options=asked)
    talk.client = (CLIENT, 2_072)
    talk.move()
    talk.oack(sizes)
    talk.ack(0)
    talk.data(1)
    talk.ack(1)
    for block in range(2, 15):
        talk.client, at = (CLIENT, 2_073), talk.server
        talk.move(40_018)
        talk.oack(sizes)
        talk.client, talk.server = (CLIENT, 2_072), at
        talk.data(block)
        talk.ack(block)
        talk.wait(1)
    talk.over()
    assert not [one for one in talk.events if isinstance(one, Found) and one.is_alarm]


def test_refusals_are_those_of_the_server_seen(talk: Talk) -> None:
    talk.ask(b"nosuch")
    talk.error(1, "File not found")
    talk.over()
    (found,) = talk.rebuilding.findings.take_news()
    assert found.headline == (
        f"{CLIENT} requested nosuch: not found on the server {SERVER}."
    )
    assert "/nosuch" not in str(found.remedies)


def test_a_server_that_gives_up_on_silence_does_not_hide_what_the_silence_tells(
    talk: Talk,
) -> None:
    """As if a server stops while clients wait: same finding as from the live server."""
    sizes = (b"tsize", b"9")
    for port in (2_070, 2_071, 2_072):
        talk.client = (CLIENT, port)
        talk.ask(options=(sizes,))
        talk.move(port)
        talk.oack(sizes)
    talk.client = (CLIENT, 49_200)
    talk.small_read()
    for _ in range(4):
        talk.wait(2)
        for port in (2_070, 2_071, 2_072):
            talk.client = (CLIENT, port)
            talk.ask(options=(sizes,))
            talk.move(port)
            talk.oack(sizes)
    for port in (2_070, 2_071, 2_072):
        talk.client = (CLIENT, port)
        talk.move(port)
        talk.error(0, "the server is shutting down")
    views = talk.over()
    assert [view.phase for view in views].count("failed") == 3
    (found,) = talk.rebuilding.findings.take_news()[-1:]
    assert (found.code, found.withdrawn) == ("client-port-blocked", "")


def test_a_server_that_breaks_off_without_waiting_is_told(talk: Talk) -> None:
    talk.ask()
    talk.move()
    talk.data(1)
    talk.ack(1)
    talk.error(0, "disk trouble")
    talk.over()
    (found,) = talk.rebuilding.findings.take_news()
    assert found.code == "server-aborted"


def test_one_that_breaks_off_after_a_repeat_is_told_where_nothing_tells_more(
    talk: Talk,
) -> None:
    talk.ask()
    talk.move()
    talk.data(1)
    talk.wait(1)
    talk.data(1)
    talk.error(0, "stopping")
    talk.over()
    (found,) = talk.rebuilding.findings.take_news()
    assert found.code == "server-aborted"


def lossy(talk: Talk, name: bytes) -> None:
    """Send a transfer with four blocks lost after the capture point."""
    talk.ask(name)
    talk.move()
    for block in range(1, 5):
        talk.data(block)
        talk.wait(1)
        talk.data(block)
        talk.ack(block)
    talk.data(5, nbytes=100)
    talk.ack(5)


def test_all_that_lost_packets_on_one_way_are_named_in_one_finding(talk: Talk) -> None:
    for port, name in ((2_070, b"one"), (2_071, b"one"), (2_072, b"two")):
        talk.client = (CLIENT, port)
        lossy(talk, name)
        talk.wait(1)
    talk.over()
    (found,) = talk.rebuilding.findings.take_news()
    assert (found.code, found.transfers) == ("loss", [1, 2, 3])
    assert found.headline.endswith("Also affected: 1 other transfer and 1 other file.")
    assert found.files == ["one", "two"]


def test_a_rack_that_loses_packets_is_named_in_part(talk: Talk) -> None:
    for number in range(1, 13):
        talk.client = (f"10.0.4.{number}", 2_070)
        lossy(talk, b"one")
    talk.over()
    (found,) = talk.rebuilding.findings.take_news()
    assert len(found.clients) == MOST_NAMED
