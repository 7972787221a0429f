"""The view of a demo for a screen."""

import re

import pytest

from tests.support.staging import Over, on_stage
from tftptui.demo.director import Director
from tftptui.demo.picture import packet_label, picture
from tftptui.demo.simulation.demo_time import Pace
from tftptui.demo.view import PlayView

pytestmark = pytest.mark.net

TEXT = """
title = "Blocked"
about = "What for"
files = [{ name = "x", octets = 3000 }]
[network]
delay = 0.1
to_client.loss = 0.0
[firewall]
policy = "drop"
rules = ["accept client -> server:69"]
[clients.pc]
kind = "tftp-hpa"
at = "4.22"
port = 2072
file = "x"
[[steps]]
caption = "Look"
start = ["pc"]
until = 2.3
[[steps]]
caption = "Open"
start = ["pc"]
network.to_server.faults = ["lose ACK 3"]
firewall.policy = "accept"
"""


def test_before_the_first_step_it_says_what_the_demo_is_about() -> None:
    async def play(director: Director, over: Over) -> None:
        del over
        view = picture(director, Pace())
        assert (view.step, view.steps, view.state) == (0, 2, "ready")
        assert (view.caption, view.lanes) == ("What for", [])

    on_stage(TEXT, play)


def test_lanes_are_the_pairs_of_ports_that_talk() -> None:
    async def play(director: Director, over: Over) -> None:
        director.begin()
        await over.wait()
        view = picture(director, Pace())
        first, second = view.lanes
        assert (first.client_port, first.server_port) == (2_072, 69)
        assert (second.client_port, second.status) == (2_072, "waiting")
        # The first retransmission of DATA 1 has just reached the firewall.
        (stopped,) = second.packets
        assert (stopped.label, stopped.fate, stopped.place) == (
            "DATA 1",
            "dropped",
            0.5,
        )
        assert view.last_stop == "default: drop"
        assert [(rule.text, rule.hits) for rule in view.rules] == [
            ("accept client -> server:69", 1),
            ("default: drop", 2),
        ]

    on_stage(TEXT, play)


def test_the_second_step_shows_what_has_changed() -> None:
    async def play(director: Director, over: Over) -> None:
        director.play(PlayView(loss=False, helper=True))
        director.go_to(1)
        await over.wait()
        view = picture(director, Pace(4.0))
        assert (view.step, view.caption, view.state) == (2, "Open", "over")
        assert (view.rules[-1].action, view.has_helper) == ("accept", True)
        assert view.line == ["100 ms", "lose ACK 3"]
        assert (view.speed, view.play.helper) == (4.0, True)
        assert {lane.status for lane in view.lanes} == {"completed"}
        assert {lane.share for lane in view.lanes} == {1.0}

    on_stage(TEXT, play)


@pytest.mark.parametrize(
    ("payload", "label"),
    [
        (b"\0\1x\0octet\0", "RRQ"),
        (b"\0\3\0\7data", "DATA 7"),
        (b"\0\4\1\0", "ACK 256"),
        (b"\0\5\0\1gone\0", "ERROR 1"),
        (b"\0\6", "OACK"),
        (b"\0\x09", "?"),
        (b"", "?"),
    ],
)
def test_packets_have_a_name(payload: bytes, label: str) -> None:
    assert packet_label(payload) == label


def test_what_stopped_is_told_until_something_passes_that_way() -> None:
    text = TEXT.replace("delay = 0.1", "delay = 0.1\njitter = 0.0")

    async def play(director: Director, over: Over) -> None:
        director.begin()
        await over.wait()
        assert director.stage.last_stop(since=100.0) == "default: drop"
        director.set_rules(["accept"])
        while not director.stage.network.landed[-1].has_arrived:
            director.ask_again()
            director.start("pc")
            await over.wait()
        assert director.stage.last_stop(since=100.0) == ""

    on_stage(text, play)


def test_while_nothing_moves_it_is_told_who_sends_next() -> None:
    async def play(director: Director, over: Over) -> None:
        director.begin()
        await over.wait()
        text = picture(director, Pace(0.01)).waiting
        assert re.fullmatch(r"(the server resends|tftp-hpa retries) in \d s", text)
        # There was a packet a moment ago, by the audience's clock.
        assert picture(director, Pace(100.0)).waiting == ""

    on_stage(TEXT, play)


def test_what_a_client_is_told_that_fails_stands_there() -> None:
    text = TEXT.replace('file = "x"', 'file = "none"').replace("until = 2.3", "")

    async def play(director: Director, over: Over) -> None:
        director.go_to(1)
        await over.wait()
        told = picture(director, Pace(0.01)).waiting
        assert told.startswith("tftp-hpa: refused with ERROR 1: ")

    on_stage(text, play)


def test_an_answer_from_a_stranger_is_seen_to_be_ignored() -> None:
    text = TEXT.replace("[firewall]", '[firewall]\nforward = "254.1"', 1)

    async def play(director: Director, over: Over) -> None:
        director.set_rules(["accept"])
        director.begin()
        director.set_rules(["accept"])
        await over.wait()
        told = director.stage.last_stop(since=0.0)
        assert re.fullmatch(r"tftp-hpa asked [\d.]+: [\d.]+ is a stranger to it", told)
        lanes = picture(director, Pace(100.0)).lanes
        fates = {one.fate for lane in lanes for one in lane.packets}
        assert fates == {"ignored"}

    on_stage(text, play)
