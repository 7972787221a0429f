"""The watcher's store of packet records, against a plain list."""

from dataclasses import astuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.pane_host import record
from tftptui.telemetry.records import watched_ring
from tftptui.telemetry.records.ring import LAYOUT, RECORD, Kind, PacketRecord
from tftptui.telemetry.records.watched_ring import PacketChunks


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watched_ring, "CHUNK", 4)


def packed(first: int, count: int) -> bytes:
    blocks = range(first, first + count)
    return b"".join(LAYOUT.pack(*astuple(record(Kind.ACK, block=n))) for n in blocks)


def blocks(data: bytes) -> list[int]:
    return [PacketRecord(*fields).block for fields in LAYOUT.iter_unpack(data)]


@given(st.integers(1, 30), st.lists(st.integers(0, 13), max_size=12))
def test_it_keeps_the_newest(capacity: int, batches: list[int]) -> None:
    chunks, total = PacketChunks(capacity), 0
    for count in batches:
        chunks.extend(packed(total, count), total)
        total += count
    kept = [*range(max(0, total - capacity), total)]
    assert (chunks.first, chunks.next) == (total - len(kept), total)
    assert blocks(chunks.packed(0)) == kept
    assert [chunks.record(number).block for number in kept] == kept
    middle = total - len(kept) // 2
    assert blocks(chunks.packed(middle - 1, middle + 2)) == [
        number for number in kept if middle - 1 <= number < middle + 2
    ]


def test_what_is_gone_is_an_error() -> None:
    chunks = PacketChunks(3)
    chunks.extend(packed(0, 5), 0)
    for number in (1, 5):
        with pytest.raises(IndexError, match=f"record {number} is not kept"):
            chunks.record(number)
    assert chunks.packed(5) == b""


def test_a_jump_of_the_numbers_drops_what_was_before() -> None:
    chunks = PacketChunks(10)
    chunks.extend(packed(0, 3), 0)
    chunks.extend(packed(100, 2), 100)
    assert (chunks.first, chunks.next) == (100, 102)
    assert blocks(chunks.packed(0)) == [100, 101]


def test_notes_go_with_their_records() -> None:
    chunks = PacketChunks(6)
    for number in range(10):
        chunks.append(record(Kind.OACK, block=number), f"note {number}")
    chunks.annotate(2, "too late")
    chunks.annotate(5, "other")
    assert [chunks.note(number) for number in (2, 3, 5, 9, 10)] == [
        "", "", "other", "note 9", "",
    ]  # fmt: skip
    assert chunks.notes_between(0, 6) == {4: "note 4", 5: "other"}
    assert chunks.notes_between(20, 30) == {}


@given(st.lists(st.integers(1, 9), max_size=10), st.integers(0, 20))
def test_what_is_held_stays_and_grows(batches: list[int], growth: int) -> None:
    chunks = PacketChunks(7)
    chunks.extend(packed(0, 10), 0)
    chunks.annotate(4, "mine")
    held, seen = chunks.held(growth), 10
    for count in batches:
        chunks.extend(packed(chunks.next, count), chunks.next)
        held.grow(chunks)
        assert held.first == 3
        assert held.next >= seen
        seen = held.next
        assert blocks(held.packed(0)) == [*range(3, held.next)]
        assert held.note(4) == "mine"
    assert held.next <= 10 + growth + 4


def test_holding_still_copies_no_records() -> None:
    chunks = PacketChunks(100)
    chunks.extend(packed(0, 40), 0)
    held = chunks.held(0)
    assert all(
        one is other for one, other in zip(held._chunks, chunks._chunks, strict=True)
    )
    assert len(held.packed(0)) == 40 * RECORD


def test_the_oldest_notes_go_first_but_not_for_who_holds_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watched_ring, "MOST_NOTES", 6)
    chunks = PacketChunks(100)
    for number in range(6):
        chunks.append(record(Kind.RRQ), f"note {number}")
    held = chunks.held(0)
    for number in range(6, 10):
        chunks.append(record(Kind.RRQ), f"note {number}")
    assert sorted(chunks.notes_between(0, 10)) == [4, 5, 6, 7, 8, 9]
    assert held.note(0) == "note 0"
    assert chunks.record(0).kind == Kind.RRQ
