"""Which packets are in view: all or one transfer's, going on or held still."""

from array import array
from bisect import bisect_left

from tftptui.telemetry.packets import NO_TRANSFER, Kind
from tftptui.ui.formats import count, endpoint
from tftptui.ui.store import Store
from tftptui.ui.widgets.packet_search import (
    HeldPackets,
    PacketSource,
    first_attempt,
    is_trouble,
    next_trouble,
    of_transfer,
)
from tftptui.ui.widgets.packet_words import Line


class PacketView:
    """The rows of the packet log, by the sequence numbers of their records.

    Call read() when the store has news: until then the rows stay as they are.
    While the view is held it looks at a copy, in which nothing is dropped; rows
    only come at the end.

    Attributes:
        transfer: the one whose packets are shown; None for all.
    """

    def __init__(self, store: Store) -> None:
        self.transfer: int | None = None
        self._store = store
        self._held: HeldPackets | None = None
        self._held_rows = self._held_next = 0
        self._first = self._next = 0
        self._matches = array("Q")
        self._matched_to = 0

    # What is shown.

    @property
    def source(self) -> PacketSource:
        """Where the records are."""
        return self._held or self._store.packets

    @property
    def is_held(self) -> bool:
        """Whether it is held still."""
        return self._held is not None

    @property
    def rows(self) -> int:
        """How many rows there are, the one about records not kept among them."""
        if self.transfer is None:
            return self._next - self._first + self.heading
        return bisect_left(self._matches, self._next)

    @property
    def heading(self) -> int:
        """1 if the first row says how many records are not kept, else 0."""
        return int(self.transfer is None and self._first > 0)

    @property
    def dropped(self) -> int:
        """How many records are not kept any more."""
        return self._first

    @property
    def shown(self) -> int:
        """How many packets there are to scroll through."""
        return self.rows - self.heading

    @property
    def fresh(self) -> int:
        """How many rows have come since the view was held."""
        if self._held is None:
            return 0
        if self.transfer is None:
            return self._store.packets.next - self._held_next
        return len(self._matches) - self._held_rows

    def sequence_at(self, row: int) -> int | None:
        """Return which record is in a row; None where there is none."""
        if not self.heading <= row < self.rows:
            return None
        if self.transfer is None:
            return self._first + row - self.heading
        return self._matches[row]

    def row_of(self, sequence: int) -> int:
        """Return the row of a record, or the nearest there is."""
        if self.transfer is None:
            row = sequence - self._first + self.heading
        else:
            row = bisect_left(self._matches, sequence)
        return max(self.heading, min(row, self.rows - 1))

    def line(self, sequence: int) -> Line | None:
        """Return all that a record's row is drawn from; None when it is gone."""
        try:
            record = self.source.record(sequence)
        except IndexError:
            return None
        since = None
        if record.attempt > 1 and record.kind != Kind.LOST:
            begin = first_attempt(self.source, sequence)
            since = None if begin is None else record.time - begin
        transfer = self._store.transfers.get(record.transfer)
        return Line(record, self.source.note(sequence), transfer, since)

    def trouble(self, sequence: int, step: int) -> int | None:
        """Return the nearest shown record with trouble after one, or before it."""
        if self.transfer is None:
            return next_trouble(self.source, sequence, step)
        if step > 0:
            candidates = iter(self._matches[bisect_left(self._matches, sequence + 1) :])
        else:
            candidates = reversed(self._matches[: bisect_left(self._matches, sequence)])
        return next((one for one in candidates if self._has_trouble(one)), None)

    def transfer_of(self, sequence: int) -> int | None:
        """Return the transfer that a record belongs to, if any."""
        line = self.line(sequence)
        if line is None or line.record.transfer == NO_TRANSFER:
            return None
        return line.record.transfer

    # What changes it.

    def read(self) -> bool:
        """Take in what the store has got; tell whether a row came or went."""
        before = self._ends()
        ring = self._store.packets
        if self._held is not None:
            self._held.grow(ring)
        self._first, self._next = self.source.first, self.source.next
        if self.transfer is not None:
            self._match(self.transfer)
        return self._ends() != before

    def hold(self) -> None:
        """Keep the rows that there are; nothing is dropped from now on."""
        if self._held is None:
            self._held = HeldPackets(self._store.packets)
            self.read()
            self._held_next, self._held_rows = self._held.next, len(self._matches)

    def release(self) -> None:
        """Go on with what comes."""
        self._held = None
        self.read()

    def show(self, transfer: int | None) -> None:
        """Show one transfer's packets only, or all."""
        self.transfer = transfer
        self._matches, self._matched_to = array("Q"), 0
        self.read()
        if self._held is not None:
            self._held_rows = bisect_left(self._matches, self._held_next)

    # What it says about itself.

    def state(self) -> str:
        """Return what the title says."""
        following = f"paused · {count(self.fresh)} new" if self.fresh else "paused"
        following = following if self.is_held else "following"
        if self.transfer is None:
            return following
        known = self._store.transfers.get(self.transfer)
        name = f"transfer {self.transfer}"
        if known:
            name = endpoint(known.client, known.client_tid)
        return f"{name} · {following}"

    def summary(self) -> str:
        """Return what the foot says."""
        kept = f"{count(self._next - self._first)} kept"
        return kept if self.transfer is None else f"{count(self.shown)} shown · {kept}"

    def _ends(self) -> tuple[int | None, ...]:
        first, last = self.sequence_at(self.heading), self.sequence_at(self.rows - 1)
        return self.rows, first, last, len(self._matches)

    def _has_trouble(self, sequence: int) -> bool:
        try:
            return is_trouble(self.source.record(sequence))
        except IndexError:
            return False

    def _match(self, transfer: int) -> None:
        ring = self._store.packets
        begin, end = max(self._matched_to, self._first), ring.next
        # A held copy has more of the past than the ring, the ring more of the present.
        middle = max(begin, min(self._next, end))
        self._matches.extend(of_transfer(self.source, transfer, begin, middle))
        self._matches.extend(of_transfer(ring, transfer, middle, end))
        self._matched_to = end
        if gone := bisect_left(self._matches, self._first):
            del self._matches[:gone]
