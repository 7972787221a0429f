"""Which packets are in view: all or some, going on or held still, runs open or not."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from tftptui.telemetry.records.filters.matching import Matcher
from tftptui.telemetry.records.filters.terms import Filter, Numbers, Term
from tftptui.telemetry.records.ring import NO_TRANSFER, Kind
from tftptui.telemetry.records.watched_ring import PacketChunks
from tftptui.telemetry.views import TransferView
from tftptui.ui.panes.packets.index import PacketIndex
from tftptui.ui.panes.packets.search import (
    PacketSource,
    answered,
    before,
    first_attempt,
)
from tftptui.ui.panes.packets.words import Line, block_of_run, has_run
from tftptui.ui.store import Store


class Stops(NamedTuple):
    """Sequence numbers in order, in one array for each reason to stop.

    Attributes:
        numbers: the arrays; they may go on behind the view.
        end: the first number that the view does not show yet.
    """

    numbers: list["array[int]"]
    end: int

    def nearest(self, sequence: int, step: int) -> int | None:
        """Return the nearest stop after a record, or before it if STEP < 0."""
        nearest: list[int] = []
        for numbers in self.numbers:
            until = bisect_left(numbers, self.end)
            if step > 0:
                place = bisect_right(numbers, sequence)
                nearest += numbers[place : min(place + 1, until)]
            elif place := min(bisect_left(numbers, sequence), until):
                nearest.append(numbers[place - 1])
        return (min if step > 0 else max)(nearest, default=None)

    def rank(self, sequence: int | None) -> tuple[int, int]:
        """Return the how manieth stop a record is, or 0, and how many there are."""
        total = sum(bisect_left(numbers, self.end) for numbers in self.numbers)
        if sequence is None or not any(
            has_number(numbers, sequence) for numbers in self.numbers
        ):
            return 0, total
        return sum(bisect_right(one, sequence) for one in self.numbers), total


def has_number(numbers: "array[int]", number: int) -> bool:
    """Tell whether a number is among those of an array in order."""
    place = bisect_left(numbers, number)
    return place < len(numbers) and numbers[place] == number


MOST = 1_000
"""Transfers whose request is remembered."""

SLACK, CLOSE = 0.05, 1e-6
"""Seconds by which records may be out of order, and what is the same moment."""


class Requests:
    """Finds requests in records, each of them once."""

    def __init__(self) -> None:
        self._times: dict[tuple[int, float], float] = {}

    def time_of(self, source: PacketSource, view: TransferView | None) -> float | None:
        """Return when it came: a transfer begins a moment later, when all is agreed.

        Where it is not kept, the beginning of the transfer has to do.
        """
        if view is None:
            return None
        key = view.number, view.started
        found = self._times.get(key)
        if found is None:
            found = _found(source, view)
            if found is None and not source.first:
                return view.started  # it may come yet
            if len(self._times) >= MOST:
                self._times.clear()
            found = self._times[key] = view.started if found is None else found
        return found


def _found(source: PacketSource, view: TransferView) -> float | None:
    numbers = range(source.first, source.next)
    end = bisect_right(
        numbers, view.started + SLACK, key=lambda number: source.record(number).time
    )
    for record in before(source, source.first + end, view.number):
        is_request = record.kind in (Kind.RRQ, Kind.WRQ)
        if is_request and record.time <= view.started + CLOSE:
            return record.time
    return None


MOST_GROWTH = 200_000
"""Records that come to a held view; later ones are counted only."""


class Place(NamedTuple):
    """A row: a record, or one BLOCK of its run, counted from 1; 0 is the record."""

    sequence: int
    block: int = 0


class PacketView:
    """The rows of the packet log, by the sequence numbers of their records.

    Call read() when the store has news: until then the rows stay as they are. While
    search() returns True there is more to find; call it again soon. While the view is
    held it looks at a copy, in which nothing is dropped; rows only come at its end
    (and, while it is searched, at its beginning).

    Attributes:
        transfer: the one whose packets are shown; None for all.
        wanted: the filter for what is shown.
        found: index of what was looked for with look_for(), or None.
        mark: number of the record that times may be counted from.
    """

    def __init__(self, store: Store) -> None:
        self.transfer: int | None = None
        self.wanted = Filter()
        self.sought = Filter()
        self.found: PacketIndex | None = None
        self.mark: int | None = None
        self._store = store
        self._held: PacketChunks | None = None
        self._held_next = 0
        self._first = self._next = 0
        self._index = PacketIndex()
        self._open: dict[int, int] = {}
        self._requests = Requests()

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
    def shows_all(self) -> bool:
        """Whether no packet is left out."""
        return self._index.matcher is None

    @property
    def is_searching(self) -> bool:
        """Whether there are records that were not looked at yet."""
        indexes = (self._index, self.found)
        return any(one.low > self._first for one in indexes if one is not None)

    @property
    def rows(self) -> int:
        """How many rows there are, the one about records not kept among them."""
        return self.shown + self.heading + sum(self._opened().values())

    @property
    def heading(self) -> int:
        """1 if the first row says how many records are not kept, else 0."""
        return int(self.shows_all and self._first > 0)

    @property
    def dropped(self) -> int:
        """How many records are not kept any more."""
        return self._first

    @property
    def shown(self) -> int:
        """How many packets there are to scroll through."""
        if self.shows_all:
            return self._next - self._first
        return bisect_left(self._index.rows, self._next)

    @property
    def kept(self) -> int:
        """How many packets there are to choose from."""
        return self._next - self._first

    @property
    def fresh(self) -> int:
        """How many rows have come since the view was held."""
        if self._held is None:
            return 0
        if self.shows_all:
            return self._store.packets.next - self._held_next
        rows = self._index.rows
        return len(rows) - bisect_left(rows, self._held_next)

    def place_at(self, row: int) -> Place | None:
        """Return what is in a row; None where there is nothing."""
        base = row - self.heading
        if base < 0 or row >= self.rows:
            return None
        for sequence, blocks in self._opened().items():
            opened = self._base_row(sequence)
            if base <= opened:
                break
            if base <= opened + blocks:
                return Place(sequence, base - opened)
            base -= blocks
        return Place(self._first + base if self.shows_all else self._index.rows[base])

    def row_of(self, place: Place) -> int:
        """Return the row of something, or the nearest there is."""
        row, sequence = self._base_row(place.sequence) + self.heading, place.sequence
        for opened, blocks in self._opened().items():
            if opened < sequence:
                row += blocks
            elif opened == sequence:
                row += min(place.block, blocks)
        return max(self.heading, min(row, self.rows - 1))

    def line(self, place: Place, *, with_answer: bool = False) -> Line | None:
        """Return all that a row is drawn from; None when it is gone."""
        source, sequence = self.source, place.sequence
        try:
            record = source.record(sequence)
        except IndexError:
            return None
        since = None
        if record.attempt > 1 and record.kind != Kind.LOST:
            begin = first_attempt(source, sequence)
            since = None if begin is None else record.time - begin
        answer = answered(source, sequence) if with_answer else None
        transfer = self._store.transfers.get(record.transfer)
        line = Line(record, source.note(sequence), transfer, since, answer)
        line = replace(line, requested=self._requests.time_of(source, transfer))
        if place.block:
            return replace(block_of_run(line, place.block), before=record.time)
        return replace(line, before=self._time_before(sequence))

    def numbers(self, first: int = 0, last: int | None = None) -> Sequence[int]:
        """Return which of records FIRST to LAST are shown; without LAST to the end."""
        end = self._next if last is None else min(self._next, last + 1)
        if self.shows_all:
            return range(max(first, self._first), end)
        rows = self._index.rows
        return rows[bisect_left(rows, first) : bisect_left(rows, end)]

    def copied_source(self) -> PacketSource:
        """Return the records as they are now, whatever comes."""
        return self._held or self._store.packets.held(0)

    def marked_time(self) -> float | None:
        """Return when the marked packet was, if there is one."""
        try:
            return None if self.mark is None else self.source.record(self.mark).time
        except IndexError:
            return None

    def transfer_of(self, sequence: int) -> int | None:
        """Return the transfer that a record belongs to, if any."""
        line = self.line(Place(sequence))
        if line is None or line.record.transfer == NO_TRANSFER:
            return None
        return line.record.transfer

    # Trouble, and what was looked for.

    @property
    def resent(self) -> "array[int]":
        """Numbers of shown records that we sent again."""
        return self._index.resent

    @property
    def errors(self) -> "array[int]":
        """Numbers of shown records that show trouble."""
        return self._index.errors

    def stops(self, *, only_errors: bool = False) -> Stops:
        """Return what is worth a stop: what was looked for, or else trouble."""
        if only_errors:
            return Stops([self._index.errors], self._next)
        if self.found is not None:
            return Stops([self.found.rows], self._next)
        return Stops([self._index.resent, self._index.errors], self._next)

    def is_found(self, sequence: int) -> bool:
        """Tell whether a record is one that was looked for."""
        return self.found is not None and has_number(self.found.rows, sequence)

    def at_time(self, time: float) -> int | None:
        """Return the first shown record that is not before a wall clock time."""
        low, high = self.heading, self.rows
        while low < high:
            middle = (low + high) // 2
            place = self.place_at(middle)
            if place and self.source.record(place.sequence).time < time:
                low = middle + 1
            else:
                high = middle
        place = self.place_at(min(low, self.rows - 1))
        return place.sequence if place else None

    # What changes it.

    def read(self) -> bool:
        """Take in what the store has got; tell whether a row came or went."""
        before = self._ends()
        if self._held is not None:
            self._held.grow(self._store.packets)
        self._first, self._next = self.source.first, self.source.next
        for index in (self._index, self.found):
            if index is not None:
                self._bring_up_to_date(index)
        return self._ends() != before

    def search(self) -> bool:
        """Look at some more of what was there before; tell whether there is more."""
        for index in (self._index, self.found):
            if index is not None and index.low > self._first:
                index.backward(self.source)
                return self.is_searching
        return False

    def hold(self) -> None:
        """Keep the rows that there are; nothing is dropped from now on."""
        if self._held is None:
            self._held = self._store.packets.held(MOST_GROWTH)
            self.read()
            self._held_next = self._held.next

    def release(self) -> None:
        """Go on with what comes."""
        self._held = None
        self.read()

    def show(self, transfer: int | None) -> None:
        """Show one transfer's packets only, or all."""
        self.transfer = transfer
        self._start_over()

    def filter(self, wanted: Filter) -> None:
        """Show only what a filter means."""
        self.wanted = wanted
        self._start_over()

    def look_for(self, sought: Filter) -> None:
        """Have what a filter means found among what is shown; nothing if empty."""
        self.sought = sought
        self.found = None
        if sought:
            self.found = PacketIndex(self._matcher(sought))
            self.found.begin(self._next)
            self.found.backward(self.source)
        self.read()

    def open(self, sequence: int, *, wide: bool) -> None:
        """Show the blocks of a run one by one, or the run as one row."""
        self._open.pop(sequence, None)
        line = self.line(Place(sequence)) if wide else None
        if line is not None and has_run(line.record):
            self._open[sequence] = line.record.count
            self._open = dict(sorted(self._open.items()))

    def is_open(self, sequence: int) -> bool:
        """Tell whether the blocks of a run are shown one by one."""
        return sequence in self._open

    # How it does that.

    def _bring_up_to_date(self, index: PacketIndex) -> None:
        ring = self._store.packets
        if index.matcher is not None and not self.is_held and index.matcher.changed():
            index.matcher = index.matcher.copy()
            index.begin(ring.next)
            index.backward(self.source)
        index.trim(self._first)
        # A held copy has more of the past than the ring, the ring more of the present.
        index.forward(self.source, max(index.high, min(self._next, ring.next)))
        index.forward(ring, ring.next)
        if index.low == index.high > self._first:  # too much came at once
            index.backward(self.source)

    def _start_over(self) -> None:
        self._index = PacketIndex(self._matcher())
        self._index.begin(self._next)
        self._index.backward(self.source)
        self.look_for(self.sought)

    def _matcher(self, *more: Filter) -> Matcher | None:
        """Return what finds the packets that are shown, or None for all."""
        filters = [one for one in (self.wanted, *more) if one]
        if self.transfer is not None:
            number = self.transfer
            alone = Term(Numbers("transfer", ((number, number),)))
            filters.append(Filter(((alone,),)))
        store = self._store
        return Matcher(filters, store.transfers, store.now) if filters else None

    def _opened(self) -> dict[int, int]:
        """Return the shown runs that are open, and how many blocks each has."""
        if not self._open:
            return self._open
        return {
            sequence: blocks
            for sequence, blocks in self._open.items()
            if self._first <= sequence < self._next
            and (self.shows_all or has_number(self._index.rows, sequence))
        }

    def _base_row(self, sequence: int) -> int:
        if self.shows_all:
            return sequence - self._first
        return bisect_left(self._index.rows, sequence)

    def _time_before(self, sequence: int) -> float | None:
        """Return when the packet in the row before was."""
        base = self._base_row(sequence) - 1
        if base < 0:
            return None
        number = self._first + base if self.shows_all else self._index.rows[base]
        try:
            return self.source.record(number).time
        except IndexError:
            return None

    def _ends(self) -> tuple[object, ...]:
        first, last = self.place_at(self.heading), self.place_at(self.rows - 1)
        return self.rows, first, last, len(self._index.rows)
