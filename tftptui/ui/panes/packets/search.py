"""Searches back in packet records: first attempts, and what a packet replies to."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from struct import Struct, calcsize
from typing import Protocol

from tftptui.telemetry.records.ring import (
    LAYOUT,
    RECORD,
    SENT,
    Flag,
    Kind,
    PacketRecord,
)

FIRST_CHUNK, CHUNK = 256, 4_096
"""Records per chunk, at first and later."""

MOST_BACK = 131_072
"""Limit of records of a search."""

HORIZON = 120.0
"""Limit in seconds of the search for a first transmission."""

_NUMBER = Struct("<I")
_TRANSFER_AT = calcsize("<d")
_REQUESTS = (Kind.RRQ, Kind.WRQ)
_RECEIVED = tuple(kind for kind in Kind if Kind.LOST < kind < SENT)
_ANSWERED: Mapping[int, Sequence[Kind]] = {
    Kind.ACK: (Kind.DATA, Kind.OACK),
    Kind.ACK_SENT: (Kind.DATA_RECEIVED, Kind.WRQ),
    Kind.DATA: (Kind.RRQ, Kind.ACK),
    Kind.DATA_RECEIVED: (Kind.ACK_SENT, Kind.OACK),
    Kind.OACK: _REQUESTS,
    Kind.ERROR: _RECEIVED,
    Kind.ERROR_RECEIVED: (Kind.DATA, Kind.OACK, Kind.ACK_SENT),
}
"""The kinds of packets that each kind may reply to."""


class PacketSource(Protocol):
    """Records to search: a live ring, or a paused copy."""

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

    def notes_between(self, first: int, end: int) -> Mapping[int, str]:
        """Return the notes of records from FIRST on to before END."""

    def packed(self, first: int, end: int | None = None) -> bytes:
        """Return records from FIRST on, or up to END, packed in order."""


def first_attempt(source: PacketSource, sequence: int) -> float | None:
    """Return the time of the first transmission of a retransmitted record.

    None if it is not kept, or is older than HORIZON.
    """
    again = source.record(sequence)
    for record in before(source, sequence, again.transfer):
        if record.attempt == 1 and record.kind == again.kind:
            if covers(record, again.block):
                return record.time
        elif record.time < again.time - HORIZON:
            break
    return None


def answered(source: PacketSource, sequence: int) -> PacketRecord | None:
    """Return what a record replies to.

    DATA for an ACK, an ACK for DATA, a request for an OACK. None if it replies to
    nothing, such as a retransmission after a timeout, or if that is not kept.
    """
    answer = source.record(sequence)
    fits = _answers(answer)
    if fits is None:
        return None
    return next(
        (one for one in before(source, sequence, answer.transfer) if fits(one)), None
    )


def covers(record: PacketRecord, block: int) -> bool:
    """Return whether a run contains a block; an OACK counts as block 0."""
    return record.block <= block < record.block + max(1, record.count)


def _answers(answer: PacketRecord) -> Callable[[PacketRecord], bool] | None:
    """Return a test for the records it may reply to, or None if it replies to none."""
    if answer.attempt > 1 or answer.flags & Flag.DUPLICATE:
        return None
    wanted = _ANSWERED.get(answer.kind)
    if wanted is None:
        return None
    if answer.kind in (Kind.ACK, Kind.ACK_SENT):
        return lambda one: one.kind in wanted and covers(one, answer.block)
    return lambda one: one.kind in wanted


def before(
    source: PacketSource, sequence: int, transfer: int
) -> Iterator[PacketRecord]:
    """Yield the records of a transfer before SEQUENCE, newest first, up to a limit."""
    end, chunk = sequence, FIRST_CHUNK
    stop = max(source.first, sequence - MOST_BACK)
    while end > stop:
        begin = max(stop, end - chunk)
        data = source.packed(begin, end)
        for place in reversed([*_places(data, transfer)]):
            yield PacketRecord(*LAYOUT.unpack_from(data, place * RECORD))
        end, chunk = begin, CHUNK


def _places(data: bytes, transfer: int) -> Iterator[int]:
    wanted = _NUMBER.pack(transfer)
    # Searching for the lowest byte of the number excludes most of the others.
    low = re.compile(re.escape(wanted[:1]), re.DOTALL)
    for match in low.finditer(data[_TRANSFER_AT::RECORD]):
        place = match.start() * RECORD + _TRANSFER_AT
        if data[place : place + _NUMBER.size] == wanted:
            yield match.start()
