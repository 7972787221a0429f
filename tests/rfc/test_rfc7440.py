"""RFC 7440, TFTP Windowsize Option."""

import pytest

from tests.support.builders import (
    BLOCK,
    last_block,
    receiving_session,
    running_session,
    sample_bytes,
    wire_for,
)
from tests.support.wire import LOST, Direction, Path
from tftptui.protocol.commands import End, Outcome, SendAck, SendBlocks, Store
from tftptui.protocol.errors import ErrorCode, PeerError
from tftptui.protocol.offer import Offer
from tftptui.protocol.options import Limits, negotiate


@pytest.mark.parametrize(
    ("asked", "granted"),
    [
        pytest.param(1, 1, id="smallest"),
        pytest.param(4, 4, id="edk2"),
        pytest.param(64, 64, id="our-limit"),
        pytest.param(65_535, 64, id="largest-is-lowered"),
    ],
)
def test_s3_windowsize_from_1_to_65535(asked: int, granted: int) -> None:
    agreed = negotiate(((b"windowsize", str(asked).encode()),), Limits(), 100)
    assert agreed.window == granted
    assert agreed.oack == ((b"windowsize", str(granted).encode()),)


@pytest.mark.parametrize("asked", [b"0", b"65536", b"-1", b"many"])
def test_s3_windowsize_out_of_range_is_left_out(asked: bytes) -> None:
    agreed = negotiate(((b"windowsize", asked),), Limits(), 100)
    assert (agreed.window, agreed.oack) == (1, ())


def test_s3_without_the_option_the_window_is_one_block() -> None:
    assert negotiate(((b"blksize", b"1024"),), Limits(), 100).window == 1


def test_s4_window_is_sent_without_waiting() -> None:
    _, sent = running_session(window=4)
    assert sent == [SendBlocks(1, 4, attempt=1)]


def test_s4_ack_of_the_window_brings_the_next() -> None:
    session, _ = running_session(window=4)
    assert session.receive_ack(4, 0.1) == [SendBlocks(5, 4, attempt=1)]


def test_s4_last_window_may_be_short() -> None:
    session, _ = running_session(window=4, last_block=6)
    assert session.receive_ack(4, 0.1) == [SendBlocks(5, 2, attempt=1)]


def test_s4_transfer_ends_with_the_ack_of_the_last_block() -> None:
    session, _ = running_session(window=4, last_block=3)
    assert session.receive_ack(3, 0.1) == [End(Outcome.COMPLETED)]


def test_s4_ack_inside_the_window_restarts_it_after_that_block() -> None:
    session, _ = running_session(window=4)
    commands = session.receive_ack(2, 0.1)
    assert commands == [SendBlocks(3, 2, attempt=2), SendBlocks(5, 2, attempt=1)]


def test_s4_lost_window_is_sent_again_by_the_timer() -> None:
    session, _ = running_session(window=4, timeout=2.0)
    assert session.handle_timer(2.0) == [SendBlocks(1, 4, attempt=2)]


@pytest.mark.parametrize("lost", range(9))
def test_s4_any_single_loss_is_repaired(lost: int) -> None:
    path = Path(to_client=Direction({lost: LOST}))
    wire, client = wire_for(sample_bytes(60), window=4, eager=False, path=path)
    wire.run()
    assert (wire.outcome, client.content) == (Outcome.COMPLETED, sample_bytes(60))


def test_s4_gap_inside_a_window_costs_no_timeout() -> None:
    path = Path(to_client=Direction({2: LOST}))
    wire, _ = wire_for(sample_bytes(60), window=4, eager=False, path=path)
    wire.run()
    assert wire.timeouts == 0


def test_s4_one_ack_a_window() -> None:
    wire, _ = wire_for(sample_bytes(63 * 8), window=8)
    wire.run()
    assert wire.heard == 1 + last_block(63 * 8) / 8  # and one for the OACK


@pytest.mark.parametrize(
    ("block16", "acked"),
    [
        pytest.param(65_531, 65_532, id="older-than-the-window"),
        pytest.param(65_535, 65_535, id="last-before-the-wrap"),
        pytest.param(0, 65_536, id="at-the-wrap"),
        pytest.param(4, 65_540, id="whole-window"),
        pytest.param(5, 65_532, id="not-yet-sent"),
    ],
)
def test_s4_block_numbers_wrap_inside_a_window(block16: int, acked: int) -> None:
    session, _ = running_session(window=8, last_block=70_000)
    session.acked, session.sent_to = 65_532, 65_540
    session.receive_ack(block16, 0.1)
    assert session.acked == acked


class TestReceiving:
    """The same rules for the receiver."""

    def test_s3_windowsize_above_the_one_asked_is_refused(self) -> None:
        with pytest.raises(PeerError) as raised:
            Offer(window=4).accept(((b"windowsize", b"5"),), is_write=False)
        assert raised.value.code is ErrorCode.OPTION_REFUSED

    @pytest.mark.parametrize("window", [1, 4])
    def test_s3_windowsize_up_to_the_one_asked_holds(self, window: int) -> None:
        answer = ((b"windowsize", str(window).encode()),)
        assert Offer(window=4).accept(answer, is_write=False).window == window

    def test_s4_last_block_of_a_window_is_acknowledged(self) -> None:
        session = receiving_session(window=2)
        answers = [session.receive_data(number, BLOCK, 0.1) for number in (1, 2)]
        assert answers == [[Store()], [Store(), SendAck(2, attempt=1)]]

    def test_s4_missing_block_makes_the_last_in_order_acknowledged(self) -> None:
        session = receiving_session(window=4)
        session.receive_data(1, BLOCK, 0.1)
        assert session.receive_data(3, BLOCK, 0.1) == [SendAck(1, attempt=1)]

    def test_s4_window_begins_after_the_block_so_acknowledged(self) -> None:
        session = receiving_session(window=2)
        session.receive_data(1, BLOCK, 0.1)
        session.receive_data(3, BLOCK, 0.1)
        session.receive_data(2, BLOCK, 0.2)
        assert session.receive_data(3, BLOCK, 0.2) == [Store(), SendAck(3, attempt=1)]
