"""The ring buffer of packet records, each packed into a fixed number of bytes.

Records have a sequence number, which only grows. Readers keep a cursor; records
overwritten before they were read are counted, not hidden.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from itertools import takewhile
from struct import Struct
from struct import error as StructError  # noqa: N812 - it is one

from tftptui.telemetry.records.pending_exchanges import Exchanges

LAYOUT = Struct("<dIIHHHHBBH")
"""The fields of a PacketRecord, in order."""

_pack_into = LAYOUT.pack_into
_TAIL = Struct("<HHHHBBH")
"""The fields after the block, which are constant within a transfer."""

_HALF = Struct(f"<dII{_TAIL.size}s")

_FLAGS = Struct("<H")
"""The last field of a record."""

_TRANSFER = Struct("<d").size
"""Offset of the transfer number in a record."""

RECORD = LAYOUT.size
"""Bytes of one record."""

FIRST_ROOM = 4_096
"""Initial size of a ring in records, unless its capacity is smaller."""

MAX_ATTEMPT = 255
NO_TRANSFER = 0
"""Transfer number of records without one: refused or malformed requests."""


class Kind(IntEnum):
    """Type of a record; those after SENT were sent by this server."""

    LOST = 0
    """For watchers only: ``block`` records did not arrive."""
    RRQ = 1
    WRQ = 2
    DATA_RECEIVED = 3
    ACK = 4
    ERROR_RECEIVED = 5
    OACK_RECEIVED = 6
    MALFORMED = 7
    STRAY = 8
    ICMP = 9
    DATA = 19
    ACK_SENT = 20
    ERROR = 21
    OACK = 22


SENT = 16
"""Kinds above this were sent by the server."""


class Flag(IntEnum):
    """Bits that qualify a record."""

    DUPLICATE = 1
    """Received again, and not replied to."""
    LAST = 2
    """Contains the last block of the file."""
    LOST_TO_CLIENT = 4
    """Shows a loss between the point of capture and the client. For captures of other
    servers only."""
    LOST_TO_SERVER = 8
    """The same between the point of capture and the server."""


@dataclass(frozen=True, slots=True)
class PacketRecord:
    """One packet, or one run of DATA blocks sent at once.

    Attributes:
        time: wall clock, seconds since the epoch.
        transfer: number of the transfer, or NO_TRANSFER.
        block: absolute number of the (first) block, from 1; 0 for other packets.
        count: blocks in the run; 1 for a single packet.
        client_tid: UDP port of the client.
        server_tid: UDP port of the server; the listener's for requests.
        nbytes: payload bytes of all blocks, modulo 65536 for a run; packet bytes for
            other kinds.
        kind: a Kind.
        attempt: 1 for the first transmission.
        flags: bits of Flag.
    """

    time: float
    transfer: int
    block: int
    count: int
    client_tid: int
    server_tid: int
    nbytes: int
    kind: int
    attempt: int = 1
    flags: int = 0


Fields = tuple[float, int, int, int, int, int, int, int, int, int]
"""The fields of a PacketRecord, in order."""

Ends = tuple[int, int, int]
"""Transfer number, client TID and server TID: constant within a transfer."""

HEADER_BYTES = 4
"""Bytes of an ACK in its record."""


def fields_of(record: PacketRecord) -> Fields:
    """Return the fields of a record, in order."""
    return (
        record.time,
        record.transfer,
        record.block,
        record.count,
        record.client_tid,
        record.server_tid,
        record.nbytes,
        record.kind,
        record.attempt,
        record.flags,
    )


def template_of(ends: Ends, count: int, nbytes: int) -> bytes:
    """Return the template for Exchanges: an ACK and COUNT blocks sent in reply.

    The blocks have NBYTES bytes together.
    """
    transfer, *tids = ends
    of_ack = _TAIL.pack(1, *tids, HEADER_BYTES, Kind.ACK, 1, 0)
    of_data = _TAIL.pack(count, *tids, nbytes & 0xFFFF, Kind.DATA, 1, 0)
    return b"".join(_HALF.pack(0.0, transfer, 0, tail) for tail in (of_ack, of_data))


class PacketRing:
    """A bounded, numbered store of packet records, with notes for some of them.

    Attributes:
        exchanges: pending exchanges; they come before all records added later.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.exchanges = Exchanges()
        self._next = 0
        self._start = 0
        self._data = bytearray()  # grows up to the capacity, and is never replaced
        self._room = 0
        self._notes: dict[int, str] = {}  # ordered by number
        self._purged = 0

    @property
    def next(self) -> int:
        """Sequence number of the next record."""
        if self.exchanges.times:
            self.settle()
        return self._next

    @property
    def first(self) -> int:
        """Sequence number of the oldest record kept."""
        return max(self._start, self.next - self.capacity)

    def settle(self) -> None:
        """Write all pending exchanges; reading does that, too."""
        data = self.exchanges.packed()
        count = len(data) // RECORD
        kept = min(count, self.capacity)
        self._write(data[(count - kept) * RECORD :], self._next + count - kept)

    def append(self, record: PacketRecord, note: str = "") -> None:
        """Add a record; the note has what numbers can't: a name, an error text."""
        self.put(fields_of(record), note)

    def put(self, fields: Fields, note: str) -> None:
        """Do the same with the fields of a record."""
        if self.exchanges.times:
            self.settle()
        number = self._next
        place = number % self.capacity
        if place >= self._room:
            self._make_room(place + 1)
        try:
            _pack_into(self._data, place * RECORD, *fields)
        except StructError:  # a number is too large
            self._put_cut(place * RECORD, fields)
        if note:
            self._notes[number] = note
        self._next = number + 1
        if number - self._purged >= self.capacity:
            self._purge()

    def _put_cut(self, place: int, fields: Fields) -> None:
        """Add a record, truncating numbers that are too large."""
        time, transfer, block, count, *tids, nbytes, kind, attempt, flags = fields
        _pack_into(
            self._data, place,
            time, transfer, block & 0xFFFF_FFFF, count, *tids,
            nbytes & 0xFFFF, kind, min(attempt, MAX_ATTEMPT), flags,
        )  # fmt: skip

    def singles(
        self, ends: Ends, kind: Kind, nbytes: int
    ) -> Callable[[float, int], None]:
        """Return a function that adds one packet, given time and block."""
        self._make_room(self.capacity)
        transfer, *tids = ends
        tail = _TAIL.pack(1, *tids, nbytes & 0xFFFF, kind, 1, 0)
        room, capacity, pack_into = self._data, self.capacity, _HALF.pack_into

        def keep(time: float, block: int) -> None:
            number = self.next
            place = number % capacity * RECORD
            pack_into(room, place, time, transfer, block & 0xFFFF_FFFF, tail)
            self._next = number + 1

        return keep

    def runs(
        self, ends: Ends, kind: Kind, nbytes: int
    ) -> Callable[[float, int, int], None]:
        """Return a function that adds a run of blocks of NBYTES bytes each.

        It takes the time, the first block, and the number of blocks.
        """
        keep_one = self.singles(ends, kind, nbytes)
        transfer, theirs, ours = ends

        def keep(time: float, block: int, count: int) -> None:
            if count == 1:
                keep_one(time, block)
                return
            total = count * nbytes & 0xFFFF
            self.put(
                (time, transfer, block, count, theirs, ours, total, kind, 1, 0), ""
            )

        return keep

    def extend(self, data: bytes, first: int) -> None:
        """Append packed records numbered from FIRST on.

        If they do not follow the records kept, those are dropped: a ring has no gaps.
        """
        if first != self.next:
            self._start = self._purged = first
            self._notes.clear()
        count = len(data) // RECORD
        kept = min(count, self.capacity)
        self._write(data[(count - kept) * RECORD :], first + count - kept)

    def _write(self, data: bytes | bytearray, first: int) -> None:
        """Write packed records numbered from FIRST on, at most the capacity."""
        count = len(data) // RECORD
        place = first % self.capacity
        self._make_room(min(place + count, self.capacity))
        place *= RECORD
        room = min(len(data), self.capacity * RECORD - place)
        self._data[place : place + room] = data[:room]
        self._data[: len(data) - room] = data[room:]
        self._next = first + count
        if self._next - self._purged > self.capacity:
            self._purge()

    def _make_room(self, records: int) -> None:
        """Grow to at least this many records, and at least double the size."""
        if records > self._room:
            self._room = min(self.capacity, max(records, 2 * self._room, FIRST_ROOM))
            self._data.extend(bytes(self._room * RECORD - len(self._data)))

    def annotate(self, sequence: int, note: str) -> None:
        """Add a note to a record without one."""
        disordered = bool(self._notes) and sequence < next(reversed(self._notes))
        self._notes[sequence] = note
        if disordered:
            self._notes = dict(sorted(self._notes.items()))

    def disown(self, sequence: int, note: str) -> None:
        """Detach a record from its transfer, and set another note."""
        if self.first <= sequence < self.next:
            place = sequence % self.capacity * RECORD + _TRANSFER
            self._data[place : place + 4] = NO_TRANSFER.to_bytes(4)
            self.annotate(sequence, note)

    def clear(self, sequence: int, flag: Flag) -> None:
        """Clear a flag of a record, and drop the note that explains it."""
        if self.first <= sequence < self.next:
            place = (sequence % self.capacity + 1) * RECORD - _FLAGS.size
            (flags,) = _FLAGS.unpack_from(self._data, place)
            _FLAGS.pack_into(self._data, place, flags & ~flag)
            self._notes.pop(sequence, None)

    def note(self, sequence: int) -> str:
        """Return the note of a record, or ""."""
        return self._notes.get(sequence, "") if sequence >= self.first else ""

    def notes(self, first: int) -> dict[int, str]:
        """Return the notes of all records kept from FIRST on, in order."""
        oldest = max(first, self.first)
        numbers = [*takewhile(lambda number: number >= oldest, reversed(self._notes))]
        return {number: self._notes[number] for number in reversed(numbers)}

    def notes_between(self, first: int, end: int) -> dict[int, str]:
        """Return the notes of records kept from FIRST to END - 1."""
        wanted = range(max(first, self.first), end)
        if len(wanted) < len(self._notes):
            return {n: self._notes[n] for n in wanted if n in self._notes}
        return {n: note for n, note in self._notes.items() if n in wanted}

    def record(self, sequence: int) -> PacketRecord:
        """Return one record.

        Raises:
            IndexError: it is no longer kept, or does not exist yet.
        """
        if not self.first <= sequence < self.next:
            raise IndexError(f"record {sequence} is not kept")
        return PacketRecord(
            *LAYOUT.unpack_from(self._data, sequence % self.capacity * RECORD)
        )

    def packed(self, first: int, end: int | None = None) -> bytes:
        """Return all records kept from FIRST on, or up to END, packed in order."""
        start = max(first, self.first)
        count = (self.next if end is None else min(end, self.next)) - start
        if count <= 0:
            return b""
        place = start % self.capacity * RECORD
        stop = place + count * RECORD
        whole = self.capacity * RECORD
        if stop <= whole:
            return bytes(self._data[place:stop])
        return bytes(self._data[place:]) + bytes(self._data[: stop - whole])

    def _purge(self) -> None:
        """Drop notes of dropped records, rarely, so that the cost is negligible."""
        self._purged = self._next
        self._notes = {
            number: text for number, text in self._notes.items() if number >= self.first
        }
