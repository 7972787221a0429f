"""The ring of packet records: a fixed number of packed bytes for each packet.

A record is numbered by its sequence number, which only grows. Who reads keeps
a cursor; what fell out of the ring before it was read is counted, not hidden.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from itertools import takewhile
from struct import Struct
from struct import error as StructError  # noqa: N812 - it is one

from tftptui.telemetry.records.pending_exchanges import Exchanges

LAYOUT = Struct("<dIIHHHHBBH")
"""A PacketRecord, its fields in order."""

_pack_into = LAYOUT.pack_into
_TAIL = Struct("<HHHHBBH")
"""What follows the block in a record: all that never changes in a transfer."""

_HALF = Struct(f"<dII{_TAIL.size}s")

_FLAGS = Struct("<H")
"""What a record ends with."""

_TRANSFER = Struct("<d").size
"""Where in a record the number of its transfer begins."""

RECORD = LAYOUT.size
"""Bytes of one record."""

FIRST_ROOM = 4_096
"""Records that a ring has room for at first, if it is that large."""

MAX_ATTEMPT = 255
NO_TRANSFER = 0
"""Transfer number of records that belong to none: refused or malformed requests."""


class Kind(IntEnum):
    """What a record tells; those from SENT on left this server."""

    LOST = 0
    """A watcher's own: ``block`` records never came here."""
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
    """Received again, and not answered."""
    LAST = 2
    """Holds the last block of the file."""
    LOST_TO_CLIENT = 4
    """It shows that something was lost between the place of a capture and the client,
    which is none of ours then."""
    LOST_TO_SERVER = 8
    """The same of the way between there and the server."""


@dataclass(frozen=True, slots=True)
class PacketRecord:
    """One packet, or one run of DATA blocks sent at once.

    Attributes:
        time: wall clock, seconds since the epoch.
        transfer: number of the transfer, or NO_TRANSFER.
        block: absolute number of the (first) block, from 1; 0 for others.
        count: blocks in the run; 1 for a single packet.
        client_tid: UDP port of the client.
        server_tid: UDP port of the server, the listener's for requests.
        octets: payload bytes of all blocks together, modulo 65536 for a run;
            packet bytes for other kinds.
        kind: what it is.
        attempt: 1 for the first transmission.
        flags: bits of Flag.
    """

    time: float
    transfer: int
    block: int
    count: int
    client_tid: int
    server_tid: int
    octets: int
    kind: int
    attempt: int = 1
    flags: int = 0


Fields = tuple[float, int, int, int, int, int, int, int, int, int]
"""A PacketRecord's, in order."""

Ends = tuple[int, int, int]
"""Transfer number, client TID and server TID, the same in all its records."""

HEADER_OCTETS = 4
"""Of an ACK, as its record has it."""


def fields_of(record: PacketRecord) -> Fields:
    """Return the fields of a record, in order."""
    return (
        record.time,
        record.transfer,
        record.block,
        record.count,
        record.client_tid,
        record.server_tid,
        record.octets,
        record.kind,
        record.attempt,
        record.flags,
    )


def template_of(ends: Ends, count: int, octets: int) -> bytes:
    """Return what Exchanges wants of an ACK and the COUNT blocks that it sets off.

    They hold OCTETS together.
    """
    transfer, *tids = ends
    of_ack = _TAIL.pack(1, *tids, HEADER_OCTETS, Kind.ACK, 1, 0)
    of_data = _TAIL.pack(count, *tids, octets & 0xFFFF, Kind.DATA, 1, 0)
    return b"".join(_HALF.pack(0.0, transfer, 0, tail) for tail in (of_ack, of_data))


class PacketRing:
    """A bounded, numbered store of packet records, and notes to some of them.

    Attributes:
        exchanges: what is added to it quickly; it comes before all that follows.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.exchanges = Exchanges()
        self._next = 0
        self._start = 0
        self._octets = bytearray()  # grows to its capacity, and is never exchanged
        self._room = 0
        self._notes: dict[int, str] = {}  # in the order of their numbers
        self._purged = 0

    @property
    def next(self) -> int:
        """Sequence number of the next record."""
        if self.exchanges.times:
            self.settle()
        return self._next

    @property
    def first(self) -> int:
        """Sequence number of the oldest record still kept."""
        return max(self._start, self.next - self.capacity)

    def settle(self) -> None:
        """Write down all exchanges that wait; reading does it, too."""
        octets = self.exchanges.packed()
        count = len(octets) // RECORD
        kept = min(count, self.capacity)
        self._write(octets[(count - kept) * RECORD :], self._next + count - kept)

    def append(self, record: PacketRecord, note: str = "") -> None:
        """Keep one record; a note says what numbers can't: a name, an error text."""
        self.put(fields_of(record), note)

    def put(self, fields: Fields, note: str) -> None:
        """Keep what append() makes of a record, for those who make none."""
        if self.exchanges.times:
            self.settle()
        number = self._next
        place = number % self.capacity
        if place >= self._room:
            self._make_room(place + 1)
        try:
            _pack_into(self._octets, place * RECORD, *fields)
        except StructError:  # a number is too large
            self._put_cut(place * RECORD, fields)
        if note:
            self._notes[number] = note
        self._next = number + 1
        if number - self._purged >= self.capacity:
            self._purge()

    def _put_cut(self, place: int, fields: Fields) -> None:
        """Keep numbers that are too large as far as they fit."""
        time, transfer, block, count, *tids, octets, kind, attempt, flags = fields
        _pack_into(
            self._octets, place,
            time, transfer, block & 0xFFFF_FFFF, count, *tids,
            octets & 0xFFFF, kind, min(attempt, MAX_ATTEMPT), flags,
        )  # fmt: skip

    def singles(
        self, ends: Ends, kind: Kind, octets: int
    ) -> Callable[[float, int], None]:
        """Return what keeps one packet of a block; it takes the time and the block."""
        self._make_room(self.capacity)
        transfer, *tids = ends
        tail = _TAIL.pack(1, *tids, octets & 0xFFFF, kind, 1, 0)
        room, capacity, pack_into = self._octets, self.capacity, _HALF.pack_into

        def keep(time: float, block: int) -> None:
            number = self.next
            place = number % capacity * RECORD
            pack_into(room, place, time, transfer, block & 0xFFFF_FFFF, tail)
            self._next = number + 1

        return keep

    def runs(
        self, ends: Ends, kind: Kind, octets: int
    ) -> Callable[[float, int, int], None]:
        """Return what keeps a run of blocks that hold OCTETS each.

        It takes the time, the first block, and how many there are.
        """
        keep_one = self.singles(ends, kind, octets)
        transfer, theirs, ours = ends

        def keep(time: float, block: int, count: int) -> None:
            if count == 1:
                keep_one(time, block)
                return
            total = count * octets & 0xFFFF
            self.put(
                (time, transfer, block, count, theirs, ours, total, kind, 1, 0), ""
            )

        return keep

    def extend(self, octets: bytes, first: int) -> None:
        """Take over packed records numbered from FIRST on.

        Unless they follow on what is kept, that is dropped: a ring has no holes.
        """
        if first != self.next:
            self._start = self._purged = first
            self._notes.clear()
        count = len(octets) // RECORD
        kept = min(count, self.capacity)
        self._write(octets[(count - kept) * RECORD :], first + count - kept)

    def _write(self, octets: bytes | bytearray, first: int) -> None:
        """Keep packed records numbered from FIRST on, not more than there is room."""
        count = len(octets) // RECORD
        place = first % self.capacity
        self._make_room(min(place + count, self.capacity))
        place *= RECORD
        room = min(len(octets), self.capacity * RECORD - place)
        self._octets[place : place + room] = octets[:room]
        self._octets[: len(octets) - room] = octets[room:]
        self._next = first + count
        if self._next - self._purged > self.capacity:
            self._purge()

    def _make_room(self, records: int) -> None:
        """Have room for so many records at least, or twice as many as before."""
        if records > self._room:
            self._room = min(self.capacity, max(records, 2 * self._room, FIRST_ROOM))
            self._octets.extend(bytes(self._room * RECORD - len(self._octets)))

    def annotate(self, sequence: int, note: str) -> None:
        """Add a note to a record that came without one."""
        disordered = bool(self._notes) and sequence < next(reversed(self._notes))
        self._notes[sequence] = note
        if disordered:
            self._notes = dict(sorted(self._notes.items()))

    def disown(self, sequence: int, note: str) -> None:
        """Let a kept record belong to no transfer after all, with another note."""
        if self.first <= sequence < self.next:
            place = sequence % self.capacity * RECORD + _TRANSFER
            self._octets[place : place + 4] = NO_TRANSFER.to_bytes(4)
            self.annotate(sequence, note)

    def clear(self, sequence: int, flag: Flag) -> None:
        """Take a flag off a kept record after all, and the note that explains it."""
        if self.first <= sequence < self.next:
            place = (sequence % self.capacity + 1) * RECORD - _FLAGS.size
            (flags,) = _FLAGS.unpack_from(self._octets, place)
            _FLAGS.pack_into(self._octets, place, flags & ~flag)
            self._notes.pop(sequence, None)

    def note(self, sequence: int) -> str:
        """Return the note of a record, or nothing."""
        return self._notes.get(sequence, "") if sequence >= self.first else ""

    def notes(self, first: int) -> dict[int, str]:
        """Return the notes of all kept records from FIRST on, in order."""
        oldest = max(first, self.first)
        numbers = [*takewhile(lambda number: number >= oldest, reversed(self._notes))]
        return {number: self._notes[number] for number in reversed(numbers)}

    def notes_between(self, first: int, end: int) -> dict[int, str]:
        """Return the notes of kept records from FIRST on to before END."""
        wanted = range(max(first, self.first), end)
        if len(wanted) < len(self._notes):
            return {n: self._notes[n] for n in wanted if n in self._notes}
        return {n: note for n, note in self._notes.items() if n in wanted}

    def record(self, sequence: int) -> PacketRecord:
        """Return one record.

        Raises:
            IndexError: it is not kept (any more), or not there yet.
        """
        if not self.first <= sequence < self.next:
            raise IndexError(f"record {sequence} is not kept")
        return PacketRecord(
            *LAYOUT.unpack_from(self._octets, sequence % self.capacity * RECORD)
        )

    def packed(self, first: int, end: int | None = None) -> bytes:
        """Return all kept records from FIRST on, or up to END, packed in order."""
        start = max(first, self.first)
        count = (self.next if end is None else min(end, self.next)) - start
        if count <= 0:
            return b""
        place = start % self.capacity * RECORD
        stop = place + count * RECORD
        whole = self.capacity * RECORD
        if stop <= whole:
            return bytes(self._octets[place:stop])
        return bytes(self._octets[place:]) + bytes(self._octets[: stop - whole])

    def _purge(self) -> None:
        """Drop notes of forgotten records, now and then, so that it costs nothing."""
        self._purged = self._next
        self._notes = {
            number: text for number, text in self._notes.items() if number >= self.first
        }
