"""Finding things in a ring of packet records, without an index beside it.

The records are packed, so one field of many of them is a slice with a stride, and
a search in it runs at the speed of C: 200,000 records take a few milliseconds.
Nothing has to be kept up to date while packets pour in.
"""

import re
from array import array
from collections.abc import Iterator
from struct import Struct, calcsize
from typing import Protocol

from tftptui.telemetry.packets import LAYOUT, RECORD, Kind, PacketRecord, PacketRing

CHUNK = 4_096
"""Records looked at in one go."""

HORIZON = 120.0
"""Seconds after which a first transmission is not looked for any more."""

MOST_GROWTH = 200_000
"""Records that come to a held view; later ones are counted only."""

_NUMBER = Struct("<I")
_TRANSFER_AT = calcsize("<d")
_KIND_AT = calcsize("<dIIHHHH")
_ATTEMPT_AT = _KIND_AT + 1

TROUBLE_KINDS = (
    Kind.ERROR,
    Kind.ERROR_RECEIVED,
    Kind.ICMP,
    Kind.LOST,
    Kind.MALFORMED,
    Kind.STRAY,
)
_TROUBLE = re.compile(b"[" + re.escape(bytes(TROUBLE_KINDS)) + b"]")
_SENT_AGAIN = re.compile(rb"[^\x00\x01]")


class PacketSource(Protocol):
    """Records to look at: a ring that goes on, or one that is held still."""

    @property
    def first(self) -> int:
        """Number of the oldest record."""

    @property
    def next(self) -> int:
        """Number after the newest record."""

    def record(self, sequence: int) -> PacketRecord:
        """Return one record."""

    def note(self, sequence: int) -> str:
        """Return the note of a record, or nothing."""

    def packed(self, first: int, end: int | None = None) -> bytes:
        """Return records from FIRST on, or up to END, packed in order."""


class HeldPackets:
    """A copy of a ring in which nothing is ever dropped, for a view that holds still.

    Call grow() when the ring has news.
    """

    def __init__(self, ring: PacketRing) -> None:
        self.first = ring.first
        self._octets = bytearray(ring.packed(self.first))
        self._notes = ring.notes(self.first)
        self._most = len(self._octets) + MOST_GROWTH * RECORD

    @property
    def next(self) -> int:
        """Number after the newest record."""
        return self.first + len(self._octets) // RECORD

    def grow(self, ring: PacketRing) -> None:
        """Take over what is new, unless there is no room or a part was missed."""
        if ring.first > self.next or len(self._octets) >= self._most:
            return
        begin = self.next
        self._octets += ring.packed(begin)
        self._notes |= ring.notes(begin)

    def record(self, sequence: int) -> PacketRecord:
        """Return one record.

        Raises:
            IndexError: it is not kept.
        """
        if not self.first <= sequence < self.next:
            raise IndexError(f"record {sequence} is not kept")
        place = (sequence - self.first) * RECORD
        return PacketRecord(*LAYOUT.unpack_from(self._octets, place))

    def note(self, sequence: int) -> str:
        """Return the note of a record, or nothing."""
        return self._notes.get(sequence, "")

    def packed(self, first: int, end: int | None = None) -> bytes:
        """Return records from FIRST on, or up to END, packed in order."""
        start = max(0, first - self.first) * RECORD
        stop = None if end is None else max(0, end - self.first) * RECORD
        return bytes(self._octets[start:stop])


def of_transfer(
    source: PacketSource, transfer: int, begin: int, end: int
) -> "array[int]":
    """Return the numbers of all records of one transfer in BEGIN to END - 1."""
    begin = max(begin, source.first)
    octets = source.packed(begin, end)
    return array("Q", (begin + index for index in _places(octets, transfer)))


def first_attempt(source: PacketSource, sequence: int) -> float | None:
    """Return when what a record sent again was sent at first.

    None when that is not kept, or is older than HORIZON.
    """
    again = source.record(sequence)
    for high in range(sequence, source.first, -CHUNK):
        octets = source.packed(max(source.first, high - CHUNK), high)
        for place in reversed([*_places(octets, again.transfer)]):
            record = PacketRecord(*LAYOUT.unpack_from(octets, place * RECORD))
            if _is_first_of(record, again):
                return record.time
        if LAYOUT.unpack_from(octets)[0] < again.time - HORIZON:
            break
    return None


def next_trouble(source: PacketSource, sequence: int, step: int) -> int | None:
    """Return the nearest record with trouble after SEQUENCE, or before it if STEP < 0.

    Trouble is what was sent again, errors, strays, what was malformed or lost.
    """
    if step > 0:
        for low in range(max(sequence + 1, source.first), source.next, CHUNK):
            if places := _troubles(source.packed(low, low + CHUNK)):
                return low + places[0]
        return None
    for high in range(min(sequence, source.next), source.first, -CHUNK):
        low = max(source.first, high - CHUNK)
        if places := _troubles(source.packed(low, high)):
            return low + places[-1]
    return None


def is_trouble(record: PacketRecord) -> bool:
    """Tell whether next_trouble() stops at a record."""
    return record.attempt > 1 or record.kind in TROUBLE_KINDS


def _troubles(octets: bytes) -> list[int]:
    kinds, attempts = octets[_KIND_AT::RECORD], octets[_ATTEMPT_AT::RECORD]
    found = {match.start() for match in _TROUBLE.finditer(kinds)}
    return sorted(found | {match.start() for match in _SENT_AGAIN.finditer(attempts)})


def _places(octets: bytes, transfer: int) -> Iterator[int]:
    wanted = _NUMBER.pack(transfer)
    # The lowest octet of the number sorts out most of the others.
    low = re.compile(re.escape(wanted[:1]), re.DOTALL)
    for match in low.finditer(octets[_TRANSFER_AT::RECORD]):
        place = match.start() * RECORD + _TRANSFER_AT
        if octets[place : place + _NUMBER.size] == wanted:
            yield match.start()


def _is_first_of(record: PacketRecord, again: PacketRecord) -> bool:
    return (
        record.attempt == 1
        and record.kind == again.kind
        and record.block <= again.block < record.block + max(1, record.count)
    )
