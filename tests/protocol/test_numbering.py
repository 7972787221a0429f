"""Block numbers beyond 65535, which wrap to 0 or, if agreed, to 1."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tftptui.files.staging import Staging
from tftptui.protocol.commands import Commit, End, SendAck, SendBlocks, Store
from tftptui.protocol.packets import Data, Numbering, parse, wire_block
from tftptui.protocol.receiver import ReceiveSession
from tftptui.protocol.sender import SendSession

LAST = 2 * 65_536 + 10
"""Blocks of a file that wraps twice, with either rollover."""

TO_0, TO_1 = Numbering(0), Numbering(1)
NUMBERINGS = st.sampled_from([TO_0, TO_1])
BLOCKS = st.integers(0, 1 << 40)


@pytest.mark.parametrize(
    ("block", "to_0", "to_1"),
    [
        (0, 0, 0),
        (1, 1, 1),
        (65_535, 65_535, 65_535),
        (65_536, 0, 1),
        (65_537, 1, 2),
        (131_070, 65_534, 65_535),
        (131_071, 65_535, 1),
        (131_072, 0, 2),
    ],
)
def test_the_number_on_the_wire(block: int, to_0: int, to_1: int) -> None:
    assert (TO_0.wire(block), TO_1.wire(block)) == (to_0, to_1)
    assert wire_block(block) == to_0


@given(NUMBERINGS, BLOCKS, st.integers(0, 65_000))
def test_the_distance_is_that_of_the_blocks(
    numbering: Numbering, block: int, steps: int
) -> None:
    assert numbering.ahead(numbering.wire(block + steps), block) == steps


@given(NUMBERINGS, BLOCKS, st.integers(0, 65_000))
def test_the_nearest_block_is_the_one_that_was_meant(
    numbering: Numbering, block: int, back: int
) -> None:
    meant = max(block - back, 0)
    assert numbering.nearest(numbering.wire(meant), block) == meant


@pytest.mark.parametrize("block", [1, 65_535, 70_000, 131_070])
def test_a_0_that_can_not_come_is_ahead_of_any_window(block: int) -> None:
    assert TO_1.ahead(0, block) > 65_535


def test_a_number_that_was_never_sent_stays_as_it_is() -> None:
    assert (TO_0.nearest(9, 5), TO_1.nearest(9, 5), TO_1.nearest(0, 70_000)) == (
        9,
        9,
        0,
    )


def test_65535_is_no_second_ack_of_the_beginning() -> None:
    assert TO_1.ahead(65_535, 0) == 65_535


class Silence:
    """A source that has only the right length."""

    size: int | None = None

    def read_into(self, views: Sequence[memoryview], offset: int) -> int:
        assert offset >= 0
        return sum(map(len, views))

    def close(self) -> None:
        """Do nothing."""


@pytest.mark.parametrize("first", [1, 65_530, 65_536, 131_066, 131_071])
@pytest.mark.parametrize("numbering", [TO_0, TO_1])
def test_staged_packets_carry_the_numbers(numbering: Numbering, first: int) -> None:
    staging = Staging(8, 12, numbering)
    staging.fill(Silence(), first, 12)
    packets = [parse(bytes(staging.packet(index, 8))) for index in range(12)]
    numbers = [numbering.wire(block) for block in range(first, first + 12)]
    assert [p.block16 for p in packets if isinstance(p, Data)] == numbers


class Pair:
    """A sender and a receiver with the same numbering, and a perfect path."""

    def __init__(self, numbering: Numbering, window: int) -> None:
        self.sender = SendSession(window=window, last_block=LAST)
        self.receiver = ReceiveSession(block_size=8, window=window)
        self.sender.numbering = self.receiver.numbering = numbering
        self.numbering = numbering
        self.stored = 0

    def run(self) -> None:
        """Deliver packets until the sender has ended, or sends nothing more."""
        self.receiver.start(0.0)
        sent = self.sender.start(0.0)
        while sent and not isinstance(sent[-1], End):
            acks = [ack for command in sent for ack in self.deliver(command)]
            sent = self.sender.receive_ack(acks[-1], 0.0)

    def deliver(self, command: object) -> list[int]:
        """Pass a run of blocks to the receiver; return its ACKs."""
        assert isinstance(command, SendBlocks)
        assert command.attempt == 1
        acks = []
        for block in range(command.first, command.first + command.count):
            number = self.numbering.wire(block)
            assert self.receiver.absolute(number) == block
            acks += self.take(number, 8 if block < LAST else 3)
        return acks

    def take(self, number: int, size: int) -> list[int]:
        commands = self.receiver.receive_data(number, size, 0.0)
        self.stored += commands.count(Store())
        if commands[-1:] == [Commit()]:
            commands = self.receiver.committed(0.0)
        return [
            self.numbering.wire(command.block)
            for command in commands
            if isinstance(command, SendAck)
        ]


@pytest.mark.parametrize(
    ("numbering", "window"), [(TO_0, 8), (TO_0, 64), (TO_1, 1), (TO_1, 64)]
)
def test_a_transfer_goes_on_beyond_each_wrap(numbering: Numbering, window: int) -> None:
    pair = Pair(numbering, window)
    pair.run()
    assert (pair.sender.acked, pair.receiver.received, pair.stored) == (LAST,) * 3


def test_ends_that_do_not_agree_get_stuck_at_the_wrap() -> None:
    """That is why the option exists; it also proves that the transfers above wrap."""
    pair = Pair(TO_1, 1)
    pair.sender.numbering = TO_0
    pair.run()
    assert (pair.sender.acked, pair.receiver.received) == (65_535, 65_536)
