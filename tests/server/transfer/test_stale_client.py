"""A client that retries from another port abandons its earlier transfer."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.office import CLIENT, Office, office
from tftptui.net.addresses import Endpoint
from tftptui.protocol.packets import Oack, Options, encode_error

NEXT = Endpoint(CLIENT.host, CLIENT.port + 1)
OTHER = Endpoint("192.0.2.8", 2_070)
TSIZE: Options = ((b"tsize", b"0"),)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Office]:
    (tmp_path / "file").write_bytes(sample_bytes(5_000))
    with office(tmp_path) as opened:
        yield opened


def ask_twice(desk: Office, after: float, second: Endpoint = NEXT) -> None:
    desk.ask(b"file", options=TSIZE)
    pass_time(desk, after)
    desk.ask(b"file", second, TSIZE)


def pass_time(desk: Office, seconds: float) -> None:
    """Advance the clock in steps, like the server's own."""
    for _ in range(round(seconds / 0.25)):
        desk.clock.advance(0.25)
        desk.tick()


def oacks(desk: Office, client: Endpoint = CLIENT) -> int:
    return sum(isinstance(packet, Oack) for packet in desk.sent(client))


def test_what_nobody_answers_when_it_is_sent_again_is_ended_without_a_word(
    desk: Office,
) -> None:
    ask_twice(desk, 1.5)
    pass_time(desk, 1.0)
    assert (oacks(desk), desk.ended) == (2, [])
    pass_time(desk, 6.0)
    assert [one.client for one in desk.ended] == [CLIENT]
    view = desk.ended[0].view()
    assert view.error == "retried from a new port, 2071"
    assert view.superseded
    assert (oacks(desk), desk.errors()) == (2, [])


def test_a_boot_rom_that_takes_a_port_each_time_leaves_one_after_the_other(
    desk: Office,
) -> None:
    waits = (2.0, 4.0, 6.0, 8.0)
    ports = [Endpoint(CLIENT.host, CLIENT.port + step) for step in range(5)]
    for port, wait in zip(ports, (*waits, 8.0), strict=True):
        desk.ask(b"file", port, TSIZE)
        pass_time(desk, wait)
    assert [one.client for one in desk.ended] == ports[:-1]
    assert all(one.view().superseded for one in desk.ended)
    desk.ack(0, ports[-1])
    assert desk.blocks(ports[-1]) == [1]


def test_another_program_that_answers_what_is_sent_again_gets_its_file(
    desk: Office,
) -> None:
    ask_twice(desk, 1.5)
    pass_time(desk, 1.0)
    assert oacks(desk) == 2  # its first one was lost on the path
    desk.ack(0)
    pass_time(desk, 8.0)
    assert desk.ended == []
    for block in range(1, 11):
        desk.ack(block)
    assert [one.view().phase for one in desk.ended] == ["completed"]


def test_a_program_that_asks_again_from_its_port_is_in_doubt_no_more(
    desk: Office,
) -> None:
    ask_twice(desk, 1.5)
    pass_time(desk, 3.5)
    desk.ask(b"file", CLIENT, TSIZE)
    pass_time(desk, 8.0)
    assert desk.ended == []


def test_an_error_from_the_last_port_ends_it_as_the_client_s_word(
    desk: Office,
) -> None:
    ask_twice(desk, 1.5)
    desk.take(encode_error(0, "aborted"))
    view = desk.ended[0].view()
    assert (view.peer_error, view.superseded) == (0, False)


def test_the_last_one_goes_on(desk: Office) -> None:
    ask_twice(desk, 2.0)
    desk.ack(0, NEXT)
    assert desk.blocks(NEXT) == [1]


def test_who_is_left_behind_may_begin_anew_from_there(desk: Office) -> None:
    ask_twice(desk, 1.5)
    pass_time(desk, 7.0)
    desk.ask(b"file", CLIENT, TSIZE)
    desk.ack(0)
    assert desk.blocks() == [1]


def test_two_machines_behind_one_address_are_not_mixed_up(desk: Office) -> None:
    ask_twice(desk, 0.5)
    desk.ack(0)
    desk.ack(0, NEXT)
    assert (desk.blocks(), desk.blocks(NEXT), desk.ended) == ([1], [1], [])


def test_a_program_that_keeps_its_port_is_not_the_one_on_the_next(
    desk: Office,
) -> None:
    desk.ask(b"file", options=TSIZE)
    pass_time(desk, 2.0)
    desk.ask(b"file", options=TSIZE)
    pass_time(desk, 2.0)
    desk.ask(b"file", NEXT, TSIZE)
    pass_time(desk, 8.0)
    assert desk.ended == []


@pytest.mark.parametrize("step", [-1, 17, 40_000])
def test_a_port_before_or_far_off_is_another_program(desk: Office, step: int) -> None:
    ask_twice(desk, 2.0, Endpoint(CLIENT.host, CLIENT.port + step))
    pass_time(desk, 8.0)
    assert desk.ended == []


def test_a_client_that_has_answered_is_left_alone(desk: Office) -> None:
    desk.ask(b"file", options=TSIZE)
    desk.ack(0)
    desk.clock.advance(5.0)
    desk.ask(b"file", NEXT, TSIZE)
    pass_time(desk, 8.0)
    assert desk.ended == []


@pytest.mark.parametrize("options", [(), ((b"blksize", b"1456"),)])
def test_another_request_leaves_nothing_behind(desk: Office, options: Options) -> None:
    desk.ask(b"file", options=TSIZE)
    pass_time(desk, 5.0)
    desk.ask(b"file", NEXT, options)
    pass_time(desk, 8.0)
    assert desk.ended == []


def test_another_machine_leaves_nothing_behind(desk: Office) -> None:
    ask_twice(desk, 5.0, OTHER)
    pass_time(desk, 8.0)
    assert desk.ended == []


def test_what_is_over_is_forgotten(desk: Office) -> None:
    ask_twice(desk, 2.0)
    assert len(desk.reception._left) > 0
    for client in (NEXT, CLIENT):
        desk.transfer(client).abort("enough")
    assert len(desk.reception._left) == 0


def test_who_answers_is_looked_at_no_more(desk: Office) -> None:
    ask_twice(desk, 1.5)
    desk.ack(0)
    pass_time(desk, 10.0)
    assert desk.reception._left._doubted == {}
    assert CLIENT in desk.reception.transfers
