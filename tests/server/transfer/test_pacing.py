"""Reads and writes that wait for bandwidth."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders import sample_bytes
from tests.support.flows import most_at_once
from tests.support.office import CLIENT, Office, office
from tftptui.net.addresses import Endpoint
from tftptui.protocol.packets import Ack, Data, Oack
from tftptui.server.transfer.bandwidth import BURST_TIME
from tftptui.server.transfer.receive import Receiver
from tftptui.server.transfer.send import Sender
from tftptui.telemetry.events import TransferEnded
from tftptui.telemetry.records.ring import Flag, Kind

RATE = 10_000
"""Bytes/s: a block of 512 takes 51.6 ms."""

BLOCK_TIME = 516 / RATE
WINDOW = ((b"windowsize", b"4"),)
FILE = sample_bytes(20_000)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "file").write_bytes(FILE)
    return tmp_path


@pytest.fixture
def desk(folder: Path) -> Iterator[Office]:
    with office(folder, transfer_bandwidth=RATE, write="new") as opened:
        yield opened


def data_log(desk: Office) -> list[tuple[float, int]]:
    """Return the times and sizes of sent DATA."""
    return [
        (now, len(packet))
        for now, _, packet in desk.listener.sent
        if packet[:2] == b"\0\3"
    ]


def read_whole(desk: Office, client: Endpoint = CLIENT, window: int = 1) -> bytes:
    """Read the file to its end, acknowledging each window at once."""
    content, acked = b"", 0
    while desk.written.recorder.counters.completed == 0:
        desk.alarm.run_until(desk.clock.now() + 0.01)
        data = [p for p in desk.sent(client) if isinstance(p, Data)]
        new = data[acked:]
        if len(new) == window or (new and len(new[-1].payload) < 512):
            content += b"".join(packet.payload for packet in new)
            acked += len(new)
            desk.ack(acked, client)
    return content


def paced(desk: Office) -> list[bool]:
    """Return for each transfer whether it waits for bandwidth, before it sends."""
    sides = [one.whole().side for one in desk.reception.transfers.values()]
    assert [type(side) for side in sides] == [Sender, Receiver]
    return [
        side._paced is not None for side in sides if isinstance(side, Sender | Receiver)
    ]


def test_without_a_limit_nothing_is_paced(folder: Path) -> None:
    with office(folder, write="new") as desk:
        desk.ask(b"file")
        desk.offer(b"new", Endpoint("192.0.2.8", 2_070))
        assert paced(desk) == [False, False]


def test_with_a_limit_everything_is(desk: Office) -> None:
    desk.ask(b"file")
    desk.offer(b"new", Endpoint("192.0.2.8", 2_070))
    assert paced(desk) == [True, True]


def test_a_block_waits_until_the_one_before_is_paid_for(desk: Office) -> None:
    desk.ask(b"file")
    desk.ack(1)
    desk.wait(BLOCK_TIME - 0.001)
    assert desk.blocks() == [1]
    desk.wait(0.002)
    assert desk.blocks() == [1, 2]


@pytest.mark.parametrize("window", [1, 4])
def test_the_file_arrives_whole_and_in_time(desk: Office, window: int) -> None:
    desk.ask(b"file", options=WINDOW if window > 1 else ())
    if window > 1:
        desk.ack(0)
    assert read_whole(desk, window=window) == FILE
    # Here ACKs are only sent every 10 ms.
    assert desk.clock.now() == pytest.approx(len(FILE) / RATE, rel=0.3)


@given(
    st.sampled_from([2_000, 10_000, 300_000]),
    st.sampled_from([1, 4, 16]),
    st.lists(st.floats(0, 1.5), min_size=1, max_size=60),
)
def test_no_interval_holds_more_than_its_share_and_one_burst(
    rate: int, window: int, waits: list[float]
) -> None:
    # The client is late, or early, with ACKs of whatever it has.
    root = Path(__file__).parent
    with office(root, transfer_bandwidth=rate) as desk:
        options = ((b"windowsize", str(window).encode()),)
        desk.ask(b"test_pacing.py", options=options)
        desk.ack(0)
        for pause in waits:
            desk.wait(pause)
            if CLIENT in desk.reception.transfers:
                desk.ack(max(desk.blocks(), default=0))
        most = most_at_once(data_log(desk), rate)
        assert most <= max(516, rate * BURST_TIME) + 1e-3


def test_two_transfers_share_what_all_may_have(folder: Path) -> None:
    with office(folder, bandwidth=RATE) as desk:
        other = Endpoint("192.0.2.8", 2_070)
        for client in (CLIENT, other):
            desk.ask(b"file", client)
        for block in range(1, 20):
            for client in (CLIENT, other):
                desk.wait(BLOCK_TIME)
                desk.ack(block, client)
        assert abs(len(desk.blocks()) - len(desk.blocks(other))) <= 1
        assert most_at_once(data_log(desk), RATE) <= 516 + 1e-3


def test_a_window_is_made_small_enough_for_the_limit(desk: Office) -> None:
    desk.ask(b"file", options=((b"blksize", b"65464"), (b"windowsize", b"64")))
    (oack,) = desk.sent()
    assert oack == Oack(((b"blksize", b"2500"), (b"windowsize", b"1")))


def test_waiting_is_no_loss(folder: Path) -> None:
    with office(folder, bandwidth=1_000) as desk:
        desk.ask(b"file")
        desk.reception.opener.bandwidth.spend(10_000, desk.clock.now())
        desk.ack(1)
        for _ in range(100):  # longer than any retransmission timeout
            desk.wait(0.1)
        assert desk.blocks() == [1]
        assert desk.transfer().view().timeouts == 0
        desk.wait(1.0)
        assert desk.blocks() == [1, 2]


def test_after_the_last_of_it_has_left_the_time_out_runs(desk: Office) -> None:
    desk.ask(b"file")
    desk.ack(1)
    desk.wait(BLOCK_TIME)
    assert desk.blocks() == [1, 2]
    desk.wait(8.0)
    desk.wait(BLOCK_TIME)
    assert desk.blocks() == [1, 2, 2]


def test_waiting_is_no_part_of_the_round_trip(desk: Office) -> None:
    desk.ask(b"file")
    for block in range(1, 20):
        while max(desk.blocks()) < block:
            desk.alarm.ring()
        desk.wait(0.002)
        desk.ack(block)
    assert desk.clock.now() > 18 * BLOCK_TIME
    assert desk.transfer().view().round_trip == pytest.approx(0.002)


def test_what_waits_is_not_yet_sent(folder: Path) -> None:
    with office(folder, bandwidth=RATE) as desk:
        desk.ask(b"file", options=WINDOW)
        desk.ack(0)
        seen = []
        for _ in range(4):
            seen.append((desk.transfer().view().sent_blocks, len(desk.blocks())))
            desk.wait(BLOCK_TIME)
        assert seen == [(1, 1), (2, 2), (3, 3), (4, 4)]


def test_a_gap_report_is_answered_when_the_window_is_out(folder: Path) -> None:
    with office(folder, bandwidth=RATE) as desk:
        desk.ask(b"file", options=WINDOW)
        desk.ack(0)
        desk.wait(BLOCK_TIME)
        assert desk.blocks() == [1, 2]
        desk.ack(1)
        assert desk.blocks() == [1, 2]
        for _ in range(10):
            desk.wait(BLOCK_TIME)
        assert desk.blocks()[:8] == [1, 2, 3, 4, 2, 3, 4, 5]


def test_an_ack_of_what_has_not_left_is_ignored(folder: Path) -> None:
    with office(folder, bandwidth=RATE) as desk:
        desk.ask(b"file", options=WINDOW)
        desk.ack(0)
        assert desk.blocks() == [1]
        desk.ack(4)
        for _ in range(4):
            desk.wait(BLOCK_TIME)
        assert desk.blocks() == [1, 2, 3, 4]
        flags = [r.flags for r in desk.written.packets() if r.kind == Kind.ACK]
        assert flags[-1] == Flag.DUPLICATE


def test_a_doubled_ack_does_not_double_the_data(desk: Office) -> None:
    desk.ask(b"file")
    for block in range(1, 10):
        desk.ack(block)
        desk.ack(block)
        desk.wait(BLOCK_TIME)
        desk.ack(block)
    assert desk.blocks() == list(range(1, 11))


def test_a_repeated_request_is_taken_while_its_answer_waits(desk: Office) -> None:
    desk.ask(b"file")
    desk.ack(1)
    desk.ask(b"file")
    desk.wait(BLOCK_TIME)
    assert desk.blocks() == [1, 2]
    assert len(desk.reception.transfers) == 1


def test_who_leaves_gets_nothing_more(desk: Office) -> None:
    desk.ask(b"file")
    desk.ack(1)
    desk.take(b"\0\5\0\0goodbye\0")
    assert desk.alarm.moment is None
    desk.wait(10.0)
    assert desk.blocks() == [1]


def test_a_transfer_that_waits_does_not_stand_still(folder: Path) -> None:
    with office(folder, bandwidth=1_000, max_idle_time=1.0) as desk:
        desk.ask(b"file", options=WINDOW)
        desk.ack(0)
        for _ in range(20):
            desk.wait(0.1)
        assert desk.written.of(TransferEnded) == []


def test_an_upload_is_acknowledged_no_faster_than_told(desk: Office) -> None:
    desk.offer(b"new")
    for block in range(1, 11):
        desk.data(block, bytes(512))
        while Ack(block) not in desk.sent():
            desk.wait(0.001)
    times = [now for now, _, packet in desk.listener.sent if packet[:2] == b"\0\4"]
    gaps = [late - early for early, late in pairwise(times)]
    assert times[0] == 0.0
    assert min(gaps[1:]) >= BLOCK_TIME - 0.0011
    # Received bytes are paid for before more are requested; a burst is free.
    assert desk.clock.now() == pytest.approx(10 * BLOCK_TIME - BURST_TIME, abs=0.002)


def test_a_block_that_comes_again_while_its_ack_waits_is_a_duplicate(
    desk: Office,
) -> None:
    desk.offer(b"new")
    desk.data(1, bytes(512))
    desk.data(1, bytes(512))
    desk.wait(BLOCK_TIME)
    assert desk.sent() == [Ack(0), Ack(1)]
    assert desk.written.recorder.counters.duplicates == 1


def test_a_repeated_upload_request_is_taken_while_an_ack_waits(desk: Office) -> None:
    desk.offer(b"new")
    desk.data(1, bytes(512))
    desk.offer(b"new")
    desk.wait(BLOCK_TIME)
    assert desk.sent() == [Ack(0), Ack(1)]


def test_an_upload_that_ends_while_an_ack_waits_is_let_go(desk: Office) -> None:
    desk.offer(b"new")
    desk.data(1, bytes(512))
    desk.take(b"\0\5\0\0goodbye\0")
    assert desk.alarm.moment is None
    desk.wait(10.0)
    assert desk.sent() == [Ack(0)]
