"""A client that asks again from another port leaves the transfer before behind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.builders import octets
from tests.support.office import CLIENT, Office, office
from tftptui.net.addresses import Endpoint
from tftptui.protocol.packets import Options

NEXT = Endpoint(CLIENT.host, CLIENT.port + 1)
OTHER = Endpoint("192.0.2.8", 2_070)
TSIZE: Options = ((b"tsize", b"0"),)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Office]:
    (tmp_path / "file").write_bytes(octets(5_000))
    with office(tmp_path) as opened:
        yield opened


def ask_twice(desk: Office, after: float, second: Endpoint = NEXT) -> None:
    desk.ask(b"file", options=TSIZE)
    desk.clock.advance(after)
    desk.ask(b"file", second, TSIZE)


def test_what_nobody_answered_is_ended_without_a_word(desk: Office) -> None:
    ask_twice(desk, 2.0)
    (ended,) = desk.ended
    assert ended.client == CLIENT
    assert ended.view().error == "the client most likely asked again, from port 2071"
    assert desk.errors() == []


def test_the_last_one_goes_on(desk: Office) -> None:
    ask_twice(desk, 2.0)
    desk.ack(0, NEXT)
    assert desk.blocks(NEXT) == [1]


def test_two_machines_behind_one_address_are_not_mixed_up(desk: Office) -> None:
    ask_twice(desk, 0.5)
    desk.ack(0)
    desk.ack(0, NEXT)
    assert (desk.blocks(), desk.blocks(NEXT), desk.ended) == ([1], [1], [])


def test_a_program_that_keeps_its_port_is_not_the_one_on_the_next(
    desk: Office,
) -> None:
    desk.ask(b"file", options=TSIZE)
    desk.clock.advance(2.0)
    desk.ask(b"file", options=TSIZE)
    desk.clock.advance(2.0)
    desk.ask(b"file", NEXT, TSIZE)
    assert desk.ended == []


@pytest.mark.parametrize("step", [-1, 17, 40_000])
def test_a_port_before_or_far_off_is_another_program(desk: Office, step: int) -> None:
    ask_twice(desk, 2.0, Endpoint(CLIENT.host, CLIENT.port + step))
    assert desk.ended == []


def test_a_client_that_has_answered_is_left_alone(desk: Office) -> None:
    desk.ask(b"file", options=TSIZE)
    desk.ack(0)
    desk.clock.advance(5.0)
    desk.ask(b"file", NEXT, TSIZE)
    assert desk.ended == []


@pytest.mark.parametrize("options", [(), ((b"blksize", b"1456"),)])
def test_another_request_leaves_nothing_behind(desk: Office, options: Options) -> None:
    desk.ask(b"file", options=TSIZE)
    desk.clock.advance(5.0)
    desk.ask(b"file", NEXT, options)
    assert desk.ended == []


def test_another_machine_leaves_nothing_behind(desk: Office) -> None:
    ask_twice(desk, 5.0, OTHER)
    assert desk.ended == []


def test_what_is_over_is_forgotten(desk: Office) -> None:
    ask_twice(desk, 2.0)
    desk.transfer(NEXT).abort("enough")
    assert desk.reception._unanswered == {}
