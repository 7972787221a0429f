"""Packet records for watchers: like the ring, with cheap snapshots.

Records are only added at the end and dropped at the start, in whole chunks. So a
snapshot shares the chunks instead of copying megabytes.
"""

from dataclasses import dataclass, field

from tftptui.telemetry.records.ring import LAYOUT, RECORD, PacketRecord, fields_of

CHUNK = 16_384
"""Records per chunk."""

MOST_NOTES = 200_000
"""Maximum number of notes; in a flood of refused requests each record has one."""


@dataclass(slots=True)
class _Chunk:
    data: bytearray = field(default_factory=bytearray)
    notes: dict[int, str] = field(default_factory=dict)


class PacketChunks:
    """A bounded, numbered store of packet records, with notes for some of them."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.next = 0
        self._chunks: list[_Chunk] = []
        # number of the first chunk's first record; of the oldest record kept
        self._base = self._start = 0
        self._noted = 0

    @property
    def first(self) -> int:
        """Sequence number of the oldest record kept."""
        return max(self._start, self.next - self.capacity)

    def append(self, record: PacketRecord, note: str = "") -> None:
        """Add one record and its note."""
        self.extend(LAYOUT.pack(*fields_of(record)), self.next)
        if note:
            self.annotate(self.next - 1, note)

    def extend(self, data: bytes, first: int) -> None:
        """Append packed records numbered from FIRST on.

        If they do not follow the records kept, those are dropped: there are no gaps.
        """
        if first != self.next:
            self._chunks = []
            self._base = self._start = self.next = first
        taken = 0
        while taken < len(data):
            room = (self._base + len(self._chunks) * CHUNK - self.next) * RECORD
            if not room:
                self._chunks.append(_Chunk())
                room = CHUNK * RECORD
            part = data[taken : taken + room]
            self._chunks[-1].data += part
            self.next += len(part) // RECORD
            taken += len(part)
        if gone := (self.first - self._base) // CHUNK:
            del self._chunks[:gone]
            self._base += gone * CHUNK

    def annotate(self, sequence: int, note: str) -> None:
        """Add a note to a record without one."""
        if self.first <= sequence < self.next:
            notes = self._chunk_of(sequence).notes
            self._noted += sequence not in notes
            notes[sequence] = note
            if self._noted > MOST_NOTES:
                self._drop_notes()

    def _drop_notes(self) -> None:
        """Drop the oldest notes, without affecting snapshots."""
        self._noted = sum(len(chunk.notes) for chunk in self._chunks)
        for place, chunk in enumerate(self._chunks[:-1]):
            if self._noted <= MOST_NOTES:
                break
            self._noted -= len(chunk.notes)
            self._chunks[place] = _Chunk(chunk.data)

    def note(self, sequence: int) -> str:
        """Return the note of a record, or ""."""
        if not self.first <= sequence < self.next:
            return ""
        return self._chunk_of(sequence).notes.get(sequence, "")

    def notes_between(self, first: int, end: int) -> dict[int, str]:
        """Return the notes of records kept from FIRST to END - 1."""
        wanted = range(max(first, self.first), min(end, self.next))
        if not wanted:
            return {}
        begin, last = (
            (number - self._base) // CHUNK for number in (wanted[0], wanted[-1])
        )
        return {
            number: note
            for chunk in self._chunks[begin : last + 1]
            for number, note in chunk.notes.items()
            if number in wanted
        }

    def record(self, sequence: int) -> PacketRecord:
        """Return one record.

        Raises:
            IndexError: it is no longer kept, or does not exist yet.
        """
        if not self.first <= sequence < self.next:
            raise IndexError(f"record {sequence} is not kept")
        place = (sequence - self._base) % CHUNK * RECORD
        data = self._chunk_of(sequence).data
        return PacketRecord(*LAYOUT.unpack_from(data, place))

    def packed(self, first: int, end: int | None = None) -> bytes:
        """Return all records kept from FIRST on, or up to END, packed in order."""
        begin = max(first, self.first)
        end = self.next if end is None else min(end, self.next)
        parts = []
        while begin < end:
            place = (begin - self._base) % CHUNK
            count = min(end - begin, CHUNK - place)
            data = self._chunk_of(begin).data
            parts.append(data[place * RECORD : (place + count) * RECORD])
            begin += count
        return bytes(parts[0]) if len(parts) == 1 else b"".join(parts)

    # Snapshots

    def held(self, growth: int) -> "PacketChunks":
        """Return a snapshot, from which nothing is dropped; grow() adds later records.

        It accepts at most GROWTH more records, plus or minus a chunk.
        """
        other = PacketChunks(self.next - self.first + growth + CHUNK)
        other.next, other._start = self.next, self.first
        other._base, other._chunks = self._base, [*self._chunks]
        return other

    def grow(self, source: "PacketChunks") -> None:
        """Add the new records of SOURCE, unless there is no room or a gap."""
        here = len(self._chunks) * CHUNK + self._base
        there, chunks = source._base, source._chunks  # noqa: SLF001 - of the same kind
        if there > here or source.next - self._start > self.capacity:
            return
        self._chunks += chunks[(here - there) // CHUNK :]
        self.next = source.next

    def _chunk_of(self, sequence: int) -> _Chunk:
        return self._chunks[(sequence - self._base) // CHUNK]
