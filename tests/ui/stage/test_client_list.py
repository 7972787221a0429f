"""Changes made by hand to a demo's clients, before and after enter."""

import pytest

from tftptui.demo.simulation.client_kinds import KINDS
from tftptui.demo.view import ClientView, PlayedClient
from tftptui.ui.stage.client_list import Casting, port_words

ROM = ClientView(name="rom", kind="intel-rom", address="127.0.4.37", count=1, port=None)
ATFTP = ClientView(
    name="atftp", kind="atftp", address="127.0.4.22", count=1, port=44_669
)


def casting() -> Casting:
    return Casting({"rom": ROM, "atftp": ATFTP}, {}, {})


def test_nothing_holds_before_enter() -> None:
    made = casting()
    made.turn("rom", 1)
    assert made.client("rom").kind == list(KINDS)[1]
    assert (made.played, made.state("rom")) == ({}, "enter to ask")
    made.settle("rom")
    assert made.played == {"rom": PlayedClient(kind=list(KINDS)[1])}
    assert made.state("rom") == "by hand"


def test_another_kind_chooses_its_own_port_and_the_scenarios_has_it_back() -> None:
    made = casting()
    made.turn("atftp", 1)
    assert made.client("atftp").port is None
    made.turn("atftp", -1)
    made.settle("atftp")
    assert made.played == {}


def test_kinds_go_round() -> None:
    made = casting()
    for _ in KINDS:
        made.turn("rom", 1)
    assert made.client("rom").kind == "intel-rom"


def test_digits_write_a_port() -> None:
    made = casting()
    for digit in (2, 0, 7, 2):
        made.type_digit("atftp", digit)
    assert made.client("atftp").port == 2_072
    made.type_digit("atftp", 9)
    made.type_digit("atftp", 1)
    assert made.client("atftp").port == 1  # 207291 is no port: it starts over
    made.rub_out("atftp")
    assert made.client("atftp").port is None


def test_a_digit_behind_the_highest_port_is_refused() -> None:
    made = casting()
    assert all(made.type_digit("rom", digit) for digit in (7, 0, 0, 0))
    assert not made.type_digit("rom", 0)
    assert made.client("rom").port == 7_000


def test_one_more_is_like_a_client_of_the_scenario() -> None:
    made = casting()
    first = made.more("rom")
    made.settle(first)
    second = made.more(first)
    assert made.names() == ["rom", "atftp", first, second]
    assert made.client(second) == PlayedClient(kind="intel-rom", like="rom")
    made.send_away(first)
    made.take_back(second)
    assert (made.names(), made.played) == (["rom", "atftp"], {})


def test_a_client_of_the_scenario_goes_and_comes_back() -> None:
    made = casting()
    made.send_away("rom")
    assert made.state("rom") == "away"
    made.send_away("rom")
    assert (made.state("rom"), made.played) == ("", {})
    made.send_away("rom")
    made.settle("rom")
    assert made.played == {}


@pytest.mark.parametrize(
    ("client", "words"),
    [
        (PlayedClient(kind="curl", port=2_072), "2072"),
        (PlayedClient(kind="intel-rom"), "2070, +1 a try"),
        (PlayedClient(kind="curl"), "own: 32768–60999"),
    ],
)
def test_a_port_is_told(client: PlayedClient, words: str) -> None:
    assert port_words(client) == words
