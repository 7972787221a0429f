"""A transfer from the client's side, against our own server in memory."""

from dataclasses import replace
from itertools import pairwise

import pytest

from tests.support.both_ends import Job
from tests.support.builders import BLOCK, sample_bytes
from tests.support.fake_wire import FakeWire
from tests.support.memory_files import FullTarget, MemorySource, MemoryTarget
from tftptui.client.exchange import Exchange
from tftptui.client.get import Getting
from tftptui.client.put import Putting
from tftptui.client.transfer_order import Order
from tftptui.net.addresses import Endpoint
from tftptui.net.icmp import IcmpError
from tftptui.protocol.commands import End, Outcome
from tftptui.protocol.offer import Offer
from tftptui.protocol.packets import Ack, ReadRequest, encode_error
from tftptui.protocol.receiver import DALLY

OFFER = Offer(block_size=BLOCK, window=4)
FETCH = Order(is_write=False, host="host", port=69, file=b"f", local="f")
TID = Endpoint("192.0.2.1", 40_001)
CLOSED = IcmpError(3, 3, "port unreachable", "192.0.2.1", is_port_closed=True)
FILTERED = IcmpError(3, 13, "filtered", "198.51.100.1", is_port_closed=False)


def getting(wire: FakeWire, target: MemoryTarget, order: Order = FETCH) -> Getting:
    return Getting(order, wire.job.offer, target, wire, wire.ctrl, wire.clock.now)


def putting(wire: FakeWire, source: MemorySource) -> Putting:
    order = replace(FETCH, is_write=True)
    return Putting(order, wire.job.offer, source, wire, wire.ctrl, wire.clock.now)


def fetched(wire: FakeWire) -> tuple[End, MemoryTarget, Exchange]:
    """Return the result of a get, and what it has fetched."""
    target = MemoryTarget()
    exchange = getting(wire, target)
    return exchange.run(), target, exchange


@pytest.mark.parametrize("offer", [Offer(), OFFER], ids=["plain", "options"])
class TestWhole:
    @pytest.mark.parametrize("length", [0, 1, 7, 8, 9, 511, 512, 513, 2_000])
    def test_get(self, length: int, offer: Offer) -> None:
        wire = FakeWire(Job(sample_bytes(length), offer))
        end, target, exchange = fetched(wire)
        assert end.outcome is Outcome.COMPLETED
        assert (target.content, target.is_committed) == (sample_bytes(length), True)
        assert exchange.counts.nbytes == length

    @pytest.mark.parametrize("length", [0, 1, 7, 8, 9, 511, 512, 513, 2_000])
    @pytest.mark.parametrize("is_size_known", [False, True])
    def test_put(self, length: int, offer: Offer, *, is_size_known: bool) -> None:
        wire = FakeWire(Job(sample_bytes(length), offer, is_write=True))
        source = MemorySource(sample_bytes(length), is_size_known=is_size_known)
        exchange = putting(wire, source)
        assert exchange.run().outcome is Outcome.COMPLETED
        (side,) = wire.far.sides
        assert side.outcome is Outcome.COMPLETED
        assert exchange.counts.nbytes == length


class TestRequest:
    def test_lost_one_is_repeated(self) -> None:
        wire = FakeWire(Job(sample_bytes(9), OFFER), lost_there=frozenset({0}))
        end, _, exchange = fetched(wire)
        assert (end.outcome, exchange.counts.requests) == (Outcome.COMPLETED, 2)

    def test_refused_options_are_left_out(self) -> None:
        wire = FakeWire(
            Job(sample_bytes(9), OFFER), refuse=encode_error(8, "none here")
        )
        end, target, _ = fetched(wire)
        asked = [packet for packet in wire.sent if isinstance(packet, ReadRequest)]
        assert [bool(request.options) for request in asked] == [True, False]
        assert (end.outcome, target.content) == (Outcome.COMPLETED, sample_bytes(9))

    def test_tid_that_refused_is_left(self) -> None:
        wire = FakeWire(
            Job(sample_bytes(9), OFFER), refuse=encode_error(8, "none here")
        )
        fetched(wire)
        assert wire.left == [TID]

    def test_error_is_told_and_nothing_is_kept(self) -> None:
        wire = FakeWire(Job(b"", OFFER), refuse=encode_error(1, "no such file"))
        end, target, _ = fetched(wire)
        text = "the server refused with ERROR 1: no such file"
        assert end == End(Outcome.FAILED, text)
        assert not target.is_committed

    def test_silence_ends_it(self) -> None:
        wire = FakeWire(Job(b"", OFFER), lost_there=frozenset(range(9)))
        end, _, exchange = fetched(wire)
        assert end.outcome is Outcome.ABANDONED
        assert (exchange.counts.requests, exchange.counts.seconds) == (7, 46.0)


class TestLosses:
    @pytest.mark.parametrize("lost", range(8))
    def test_get_repairs_any(self, lost: int) -> None:
        wire = FakeWire(Job(sample_bytes(70), OFFER), lost_here=frozenset({lost}))
        end, target, _ = fetched(wire)
        assert (end.outcome, target.content) == (Outcome.COMPLETED, sample_bytes(70))

    @pytest.mark.parametrize("lost", range(8))
    def test_put_repairs_any(self, lost: int) -> None:
        job = Job(sample_bytes(70), OFFER, is_write=True)
        wire = FakeWire(job, lost_there=frozenset({lost}))
        end = putting(wire, MemorySource(sample_bytes(70))).run()
        assert (end.outcome, wire.far.content) == (Outcome.COMPLETED, sample_bytes(70))

    def test_lost_ack_0_is_repeated_for_the_repeated_oack(self) -> None:
        wire = FakeWire(Job(sample_bytes(9), OFFER), lost_there=frozenset({1}))
        end, _, exchange = fetched(wire)
        assert end.outcome is Outcome.COMPLETED
        assert exchange.counts.retransmits > 0

    def test_server_that_falls_silent_is_given_up(self) -> None:
        wire = FakeWire(Job(sample_bytes(99), OFFER), lost_here=frozenset(range(4, 99)))
        end, target, _ = fetched(wire)
        assert end == End(Outcome.ABANDONED, "the server stopped replying")
        assert not target.is_committed


class TestDally:
    def test_none_where_nothing_was_lost(self) -> None:
        wire = FakeWire(Job(sample_bytes(9), OFFER))
        fetched(wire)
        assert wire.clock.now() == 0.0

    def test_last_ack_that_is_lost_where_something_was_lost_does_no_harm(self) -> None:
        # Sent are the request and the ACKs of blocks 0, 1 (lost), 1, 1 and 2 (lost).
        lost = frozenset({2, 5})
        wire = FakeWire(Job(sample_bytes(9), Offer(block_size=BLOCK)), lost_there=lost)
        end, _, exchange = fetched(wire)
        (side,) = wire.far.sides
        assert (end.outcome, side.outcome) == (Outcome.COMPLETED, Outcome.COMPLETED)
        assert wire.sent.count(Ack(2)) == 2
        assert wire.clock.now() - exchange.counts.seconds >= DALLY

    def test_ctrl_c_ends_it_with_success(self) -> None:
        # The 5th wait is the first after the last ACK.
        lost = frozenset({2})
        job = Job(sample_bytes(9), Offer(block_size=BLOCK))
        wire = FakeWire(job, lost_there=lost, interrupt_at=5)
        end, target, _ = fetched(wire)
        assert target.is_committed
        assert (end.outcome, wire.errors_sent) == (Outcome.COMPLETED, [])
        assert wire.ctrl.happened
        assert wire.clock.now() < DALLY


class TestInterrupt:
    def test_amid_data_the_server_is_told(self) -> None:
        wire = FakeWire(Job(sample_bytes(999), OFFER), interrupt_at=3)
        end, target, _ = fetched(wire)
        assert end == End(Outcome.ABORTED, "interrupted")
        assert wire.errors_sent == [(0, "interrupted")]
        assert not target.is_committed

    def test_amid_a_put_the_server_is_told(self) -> None:
        wire = FakeWire(Job(sample_bytes(999), OFFER, is_write=True), interrupt_at=3)
        end = putting(wire, MemorySource(sample_bytes(999))).run()
        assert end == End(Outcome.ABORTED, "interrupted")
        assert wire.errors_sent == [(0, "interrupted")]

    def test_before_any_answer_there_is_nobody_to_tell(self) -> None:
        job = Job(sample_bytes(9), OFFER)
        wire = FakeWire(job, lost_there=frozenset({0}), interrupt_at=1)
        end, _, _ = fetched(wire)
        assert end == End(Outcome.ABORTED, "interrupted")
        assert wire.errors_sent == []


class TestIcmp:
    def test_closed_port_ends_the_request_at_once(self) -> None:
        report = replace(CLOSED, target=Endpoint("192.0.2.1", 69))
        wire = FakeWire(Job(b""), lost_there=frozenset({0}), reports=[report])
        end, _, exchange = fetched(wire)
        text = (
            "no program listens on UDP port 69 (ICMP port unreachable, from 192.0.2.1)"
        )
        assert end == End(Outcome.ABANDONED, text)
        assert exchange.is_refused

    def test_one_other_report_does_not(self) -> None:
        wire = FakeWire(Job(b""), lost_there=frozenset({0}), reports=[FILTERED])
        assert fetched(wire)[0].outcome is Outcome.COMPLETED

    def test_two_others_do(self) -> None:
        reports = [FILTERED, FILTERED]
        wire = FakeWire(Job(b""), lost_there=frozenset({0}), reports=reports)
        end, _, exchange = fetched(wire)
        text = "the request was rejected: ICMP filtered, from 198.51.100.1"
        assert end == End(Outcome.ABANDONED, text)
        assert not exchange.is_refused

    def test_closed_port_of_a_stranger_is_none_of_ours(self) -> None:
        elsewhere = replace(CLOSED, target=Endpoint("192.0.2.1", 40_009))
        wire = FakeWire(Job(sample_bytes(9), OFFER), reports=[elsewhere] * 9)
        assert fetched(wire)[0].outcome is Outcome.COMPLETED


class TestFiles:
    def test_full_disk_is_told_to_both(self) -> None:
        wire = FakeWire(Job(sample_bytes(99), OFFER))
        end = getting(wire, FullTarget()).run()
        text = "no room left on the client's disk"
        assert end == End(Outcome.FAILED, text)
        assert wire.errors_sent == [(3, text)]

    def test_disk_full_at_the_very_end_leaves_the_last_block_unacknowledged(
        self,
    ) -> None:
        wire = FakeWire(Job(sample_bytes(5), OFFER))
        end = getting(wire, FullTarget(room=5)).run()
        assert end.outcome is Outcome.FAILED
        assert [code for code, _ in wire.errors_sent] == [3]

    def test_original_that_changes_is_told_to_both(self) -> None:
        wire = FakeWire(Job(sample_bytes(99), OFFER, is_write=True))
        end = putting(wire, MemorySource(sample_bytes(99), breaks_at=40)).run()
        text = "the file was cut short while it was read"
        assert end == End(Outcome.FAILED, text)
        assert wire.errors_sent == [(0, text)]


def test_progress_is_told_at_most_ten_times_a_second() -> None:
    wire = FakeWire(Job(sample_bytes(4_000)), lost_here=frozenset({1, 4, 6}))
    exchange = getting(wire, MemoryTarget())
    told: list[float] = []
    exchange.progress = lambda *_: told.append(wire.clock.now())
    exchange.run()
    assert len(told) > 1
    assert min(later - earlier for earlier, later in pairwise(told)) >= 0.1
