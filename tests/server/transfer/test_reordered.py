"""Reordered blocks of an upload are distinguished from retransmitted ones."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.office import CLIENT, Office, office
from tftptui.protocol.packets import Options

WINDOW: Options = ((b"windowsize", b"4"), (b"blksize", b"8"))
TRIP = 0.1
BLOCK = b"12345678"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Office]:
    """Yield an upload in windows whose round trip is known."""
    with office(tmp_path, write="new") as opened:
        opened.offer(b"new", options=WINDOW)
        opened.clock.advance(TRIP)
        for number in range(1, 5):
            opened.data(number, BLOCK)
        opened.clock.advance(TRIP)
        yield opened


def reordered(desk: Office) -> int:
    return desk.transfer(CLIENT).view().reordered


def test_in_order_there_is_none(desk: Office) -> None:
    for number in range(5, 9):
        desk.data(number, BLOCK)
    assert reordered(desk) == 0


def test_a_block_that_comes_just_after_a_later_one_was_overtaken(desk: Office) -> None:
    desk.data(6, BLOCK)
    desk.clock.advance(0.01)
    desk.data(5, BLOCK)
    assert reordered(desk) == 1


def test_one_that_comes_a_round_trip_later_was_sent_again(desk: Office) -> None:
    desk.data(6, BLOCK)
    desk.clock.advance(TRIP)
    desk.data(5, BLOCK)
    assert reordered(desk) == 0
