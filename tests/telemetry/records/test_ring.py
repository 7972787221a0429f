"""The ring of packet records against a plain list."""

import tracemalloc
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tftptui.telemetry.records.ring import (
    LAYOUT,
    MAX_ATTEMPT,
    NO_TRANSFER,
    RECORD,
    SENT,
    Flag,
    Kind,
    PacketRecord,
    PacketRing,
    template_of,
)

SAMPLE = PacketRecord(
    time=1_700_000_000.25,
    transfer=7,
    block=70_000,
    count=8,
    client_tid=2_072,
    server_tid=40_001,
    nbytes=11_424,
    kind=Kind.DATA,
    attempt=2,
    flags=Flag.LAST,
)


def _ring(capacity: int, appended: int) -> PacketRing:
    """Return a ring to which records with blocks 0, 1, 2… were appended."""
    ring = PacketRing(capacity)
    for block in range(appended):
        ring.append(replace(SAMPLE, block=block), f"note {block}")
    return ring


def _blocks(packed: bytes) -> list[int]:
    return [PacketRecord(*fields).block for fields in LAYOUT.iter_unpack(packed)]


def test_record_comes_back_as_it_was() -> None:
    ring = PacketRing(4)
    ring.append(SAMPLE)
    assert ring.record(0) == SAMPLE


def test_million_records_fit_into_100_megabytes() -> None:
    assert 1_000_000 * RECORD < 100_000_000


def test_numbers_too_large_for_the_layout_are_cut() -> None:
    ring = PacketRing(4)
    ring.append(replace(SAMPLE, block=1 << 33, nbytes=65_536 + 5, attempt=900))
    kept = ring.record(0)
    assert (kept.block, kept.nbytes, kept.attempt) == (0, 5, MAX_ATTEMPT)


@pytest.mark.parametrize("kind", Kind)
def test_kinds_above_sent_left_the_server(kind: Kind) -> None:
    sent = {Kind.DATA, Kind.ACK_SENT, Kind.ERROR, Kind.OACK}
    assert (kind > SENT) == (kind in sent)


def test_full_ring_forgets_the_oldest() -> None:
    ring = _ring(capacity=4, appended=6)
    assert (ring.first, ring.next) == (2, 6)
    assert [ring.record(number).block for number in range(2, 6)] == [2, 3, 4, 5]


@pytest.mark.parametrize("number", [-1, 1, 6])
def test_record_that_is_not_kept_is_an_error(number: int) -> None:
    ring = _ring(capacity=4, appended=6)
    with pytest.raises(IndexError, match=str(number)):
        ring.record(number)


def test_packed_from_a_cursor_goes_round_the_end() -> None:
    assert _blocks(_ring(capacity=4, appended=6).packed(3)) == [3, 4, 5]


def test_packed_from_a_late_cursor_begins_at_the_oldest() -> None:
    assert _blocks(_ring(capacity=4, appended=6).packed(0)) == [2, 3, 4, 5]


@pytest.mark.parametrize("cursor", [6, 7])
def test_packed_from_a_cursor_at_the_end_is_empty(cursor: int) -> None:
    assert _ring(capacity=4, appended=6).packed(cursor) == b""


def test_record_can_be_disowned() -> None:
    ring = PacketRing(4)
    ring.append(SAMPLE, "of a transfer")
    ring.append(SAMPLE)
    ring.disown(0, "of none")
    assert ring.record(0) == replace(SAMPLE, transfer=NO_TRANSFER)
    assert (ring.note(0), ring.record(1)) == ("of none", SAMPLE)


def test_forgotten_record_is_not_disowned() -> None:
    ring = _ring(capacity=4, appended=6)
    ring.disown(1, "too late")
    assert [ring.record(number).transfer for number in range(2, 6)] == [7] * 4


class TestNotes:
    def test_stay_with_their_records(self) -> None:
        ring = _ring(capacity=4, appended=3)
        assert [ring.note(number) for number in range(3)] == [
            "note 0",
            "note 1",
            "note 2",
        ]

    def test_go_with_their_records(self) -> None:
        ring = _ring(capacity=4, appended=6)
        assert (ring.note(1), ring.note(2)) == ("", "note 2")

    def test_come_in_order_from_a_cursor(self) -> None:
        notes = _ring(capacity=4, appended=6).notes(4)
        assert list(notes.items()) == [(4, "note 4"), (5, "note 5")]

    def test_from_a_late_cursor_begin_at_the_oldest_record(self) -> None:
        assert list(_ring(capacity=4, appended=6).notes(0)) == [2, 3, 4, 5]

    def test_are_found_although_added_out_of_order(self) -> None:
        ring = PacketRing(4)
        ring.extend(_ring(4, 4).packed(0), 0)
        ring.annotate(3, "late")
        ring.annotate(1, "early")
        assert list(ring.notes(0).items()) == [(1, "early"), (3, "late")]

    def test_of_forgotten_records_are_purged(self) -> None:
        ring = _ring(capacity=4, appended=1_000)
        assert len(ring._notes) <= 2 * ring.capacity

    def test_empty_note_is_none(self) -> None:
        ring = PacketRing(4)
        ring.append(SAMPLE)
        assert ring.notes(0) == {}


class TestExtend:
    """A watcher's ring copies records packed by the server's ring."""

    def test_goes_on_where_it_was(self) -> None:
        server, watcher = _ring(capacity=8, appended=6), PacketRing(8)
        watcher.extend(server.packed(0), 0)
        watcher.extend(server.packed(6), 6)
        assert watcher.packed(0) == server.packed(0)
        assert (watcher.first, watcher.next) == (0, 6)

    def test_more_than_it_can_hold_keeps_the_newest(self) -> None:
        server, watcher = _ring(capacity=8, appended=8), PacketRing(3)
        watcher.extend(server.packed(0), 0)
        assert (watcher.first, watcher.next) == (5, 8)
        assert _blocks(watcher.packed(0)) == [5, 6, 7]

    def test_after_a_loss_nothing_lost_can_be_read(self) -> None:
        server, watcher = _ring(capacity=2, appended=6), PacketRing(8)
        watcher.extend(_ring(8, 3).packed(0), 0)
        watcher.extend(server.packed(3), server.first)
        assert (watcher.first, watcher.next) == (4, 6)
        assert _blocks(watcher.packed(0)) == [4, 5]
        with pytest.raises(IndexError):
            watcher.record(3)

    def test_of_a_server_that_began_anew_starts_over(self) -> None:
        watcher = PacketRing(8)
        watcher.extend(_ring(8, 6).packed(0), 0)
        watcher.annotate(1, "of the old one")
        watcher.extend(_ring(8, 2).packed(0), 0)
        assert (watcher.next, watcher.notes(0)) == (2, {})


@settings(max_examples=200)
@given(
    st.integers(1, 7),
    st.lists(st.one_of(st.just("append"), st.integers(0, 9)), max_size=60),
)
def test_ring_behaves_like_the_end_of_a_list(
    capacity: int, steps: list[str | int]
) -> None:
    """A number N makes a watcher read, and copy into a ring of N + 1."""
    ring, model, cursor = PacketRing(capacity), list[int](), 0
    for step in steps:
        if step == "append":
            ring.append(replace(SAMPLE, block=len(model)), "x" * (len(model) % 2))
            model.append(len(model))
            continue
        kept = model[-capacity:]
        assert (ring.first, ring.next) == (len(model) - len(kept), len(model))
        unread = model[max(cursor, ring.first) :]
        assert _blocks(ring.packed(cursor)) == unread
        assert list(ring.notes(cursor)) == [block for block in unread if block % 2]
        watcher = PacketRing(int(step) + 1)
        watcher.extend(ring.packed(cursor), max(cursor, ring.first))
        assert _blocks(watcher.packed(0)) == unread[-watcher.capacity :]
        cursor = ring.next


@given(
    st.integers(2, 9), st.integers(0, 20), st.lists(st.integers(0, 1 << 33), max_size=9)
)
def test_an_exchange_is_the_same_as_two_records(
    capacity: int, before: int, acked: list[int]
) -> None:
    short, long = _ring(capacity, before), _ring(capacity, before)
    template = template_of((7, 2_072, 40_001), 16, 16 * 1_428)
    for block in acked:
        short.exchanges.times.append(1.5)
        short.exchanges.blocks.append(block)
        short.exchanges.templates.append(template)
        ack = PacketRecord(1.5, 7, block, 1, 2_072, 40_001, 4, Kind.ACK)
        long.append(ack)
        long.append(
            replace(ack, block=block + 1, count=16, nbytes=16 * 1_428, kind=Kind.DATA)
        )
        if block % 3 == 0:  # with others in between
            short.append(ack, "between")
            long.append(ack, "between")
    assert short.notes(0) == long.notes(0)
    assert (short.first, short.next) == (long.first, long.next)
    assert short.packed(0) == long.packed(0)


@given(
    st.integers(1, 5), st.integers(0, 9), st.lists(st.integers(0, 1 << 33), max_size=9)
)
def test_a_single_packet_is_the_same_as_a_record(
    capacity: int, before: int, blocks: list[int]
) -> None:
    short, long = _ring(capacity, before), _ring(capacity, before)
    keep = short.singles((7, 2_072, 40_001), Kind.DATA_RECEIVED, 1_428)
    for block in blocks:
        keep(2.5, block)
        ends = (2_072, 40_001)
        long.append(PacketRecord(2.5, 7, block, 1, *ends, 1_428, Kind.DATA_RECEIVED))
    assert (short.first, short.next) == (long.first, long.next)
    assert short.packed(0) == long.packed(0)


@pytest.mark.parametrize("capacity", [1, 5, 5_000, 9_000])
def test_a_ring_grows_to_its_capacity_and_no_further(capacity: int) -> None:
    ring = _ring(capacity, 2 * capacity + 3)
    newest = [*range(capacity + 3, 2 * capacity + 3)]
    assert _blocks(ring.packed(0)) == newest
    assert ring.record(ring.first).block == newest[0]


def test_a_large_ring_with_little_in_it_is_small() -> None:
    tracemalloc.start()
    ring = PacketRing(1_000_000)
    ring.append(SAMPLE)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken < 1_000_000
    assert ring.record(0) == SAMPLE


def test_flag_may_be_taken_off_with_its_note() -> None:
    ring = PacketRing(8)
    flags = Flag.LAST | Flag.LOST_TO_CLIENT
    ring.append(PacketRecord(1.0, 1, 1, 1, 2, 3, 4, Kind.DATA, 2, flags), "lost")
    ring.clear(0, Flag.LOST_TO_CLIENT)
    assert (ring.record(0).flags, ring.note(0)) == (Flag.LAST, "")
