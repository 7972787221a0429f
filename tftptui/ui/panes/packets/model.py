"""The packets in view: all or some, live or paused, runs folded or not."""

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
        numbers: the arrays; they may extend beyond the view.
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
        """Return a record's place among the stops from 1, or 0, and their number."""
        total = sum(bisect_left(numbers, self.end) for numbers in self.numbers)
        if sequence is None or not any(
            has_number(numbers, sequence) for numbers in self.numbers
        ):
            return 0, total
        return sum(bisect_right(one, sequence) for one in self.numbers), total


def has_number(numbers: "array[int]", number: int) -> bool:
    """Return whether a sorted array contains a number."""
    place = bisect_left(numbers, number)
    return place < len(numbers) and numbers[place] == number


MOST = 1_000
"""Limit of transfers whose request is remembered."""

SLACK, CLOSE = 0.05, 1e-6
"""Seconds by which records may be out of order, and within which times are equal."""


class Requests:
    """Finds the requests of transfers, and caches their times."""

    def __init__(self) -> None:
        self._times: dict[tuple[int, float], float] = {}

    def time_of(self, source: PacketSource, view: TransferView | None) -> float | None:
        """Return when the request came: the transfer starts only after negotiation.

        If the request is no longer kept, return the start of the transfer.
        """
        if view is None:
            return None
        key = view.number, view.started
        found = self._times.get(key)
        if found is None:
            found = _found(source, view)
            if found is None and not source.first:
                return view.started  # the request may still come
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
"""Limit of records added to a paused view; later ones are only counted."""


class Place(NamedTuple):
    """A row: a record, or one BLOCK of its run, counted from 1; 0 is the record."""

    sequence: int
    block: int = 0


class PacketView:
    """The rows of the packet log, by the sequence numbers of their records.

    Call read() after the store has changed: until then the rows stay the same. While
    search() returns True there is more to find; call it again soon. A paused view reads
    from a copy in which nothing is dropped; rows are only added at its end (and, during
    a search, at its beginning).

    Attributes:
        transfer: the one whose packets are shown; None for all.
        wanted: the filter.
        found: index of the matches of look_for(), or None.
        mark: number of the record that times may be relative to.
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

    # Contents.

    @property
    def source(self) -> PacketSource:
        """The records, live or paused."""
        return self._held or self._store.packets

    @property
    def is_held(self) -> bool:
        """Whether the view is paused."""
        return self._held is not None

    @property
    def shows_all(self) -> bool:
        """Whether no packet is filtered out."""
        return self._index.matcher is None

    @property
    def is_searching(self) -> bool:
        """Whether there are records that have not been searched yet."""
        indexes = (self._index, self.found)
        return any(one.low > self._first for one in indexes if one is not None)

    @property
    def rows(self) -> int:
        """The number of rows, including the one about records not kept."""
        return self.shown + self.heading + sum(self._opened().values())

    @property
    def heading(self) -> int:
        """1 if the first row is about records not kept, else 0."""
        return int(self.shows_all and self._first > 0)

    @property
    def dropped(self) -> int:
        """The number of records no longer kept."""
        return self._first

    @property
    def shown(self) -> int:
        """The number of packets that pass the filter."""
        if self.shows_all:
            return self._next - self._first
        return bisect_left(self._index.rows, self._next)

    @property
    def kept(self) -> int:
        """The number of packets kept."""
        return self._next - self._first

    @property
    def fresh(self) -> int:
        """The number of rows added since the view was paused."""
        if self._held is None:
            return 0
        if self.shows_all:
            return self._store.packets.next - self._held_next
        rows = self._index.rows
        return len(rows) - bisect_left(rows, self._held_next)

    def place_at(self, row: int) -> Place | None:
        """Return the place at a row; None if there is none."""
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
        """Return the row of a place, or the nearest row."""
        row, sequence = self._base_row(place.sequence) + self.heading, place.sequence
        for opened, blocks in self._opened().items():
            if opened < sequence:
                row += blocks
            elif opened == sequence:
                row += min(place.block, blocks)
        return max(self.heading, min(row, self.rows - 1))

    def line(self, place: Place, *, with_answer: bool = False) -> Line | None:
        """Return the data that a row is drawn from; None if it is no longer kept."""
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
        """Return the shown records from FIRST to LAST; without LAST to the end."""
        end = self._next if last is None else min(self._next, last + 1)
        if self.shows_all:
            return range(max(first, self._first), end)
        rows = self._index.rows
        return rows[bisect_left(rows, first) : bisect_left(rows, end)]

    def copied_source(self) -> PacketSource:
        """Return a snapshot of the records."""
        return self._held or self._store.packets.held(0)

    def marked_time(self) -> float | None:
        """Return the time of the marked packet, if there is one."""
        try:
            return None if self.mark is None else self.source.record(self.mark).time
        except IndexError:
            return None

    def transfer_of(self, sequence: int) -> int | None:
        """Return the transfer of a record, if any."""
        line = self.line(Place(sequence))
        if line is None or line.record.transfer == NO_TRANSFER:
            return None
        return line.record.transfer

    # Trouble, and matches of the search.

    @property
    def resent(self) -> "array[int]":
        """Numbers of the shown retransmissions by this server."""
        return self._index.resent

    @property
    def errors(self) -> "array[int]":
        """Numbers of the shown records that are errors."""
        return self._index.errors

    def stops(self, *, only_errors: bool = False) -> Stops:
        """Return where n and N stop: at matches of the search, or else at trouble."""
        if only_errors:
            return Stops([self._index.errors], self._next)
        if self.found is not None:
            return Stops([self.found.rows], self._next)
        return Stops([self._index.resent, self._index.errors], self._next)

    def is_found(self, sequence: int) -> bool:
        """Return whether a record matches the search."""
        return self.found is not None and has_number(self.found.rows, sequence)

    def at_time(self, time: float) -> int | None:
        """Return the first shown record at or after a wall-clock time."""
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

    # Updates.

    def read(self) -> bool:
        """Update from the store; return whether a row was added or removed."""
        before = self._ends()
        if self._held is not None:
            self._held.grow(self._store.packets)
        self._first, self._next = self.source.first, self.source.next
        for index in (self._index, self.found):
            if index is not None:
                self._bring_up_to_date(index)
        return self._ends() != before

    def search(self) -> bool:
        """Search another slice of older records; return whether there are more."""
        for index in (self._index, self.found):
            if index is not None and index.low > self._first:
                index.backward(self.source)
                return self.is_searching
        return False

    def hold(self) -> None:
        """Pause: keep the rows of now; nothing is dropped."""
        if self._held is None:
            self._held = self._store.packets.held(MOST_GROWTH)
            self.read()
            self._held_next = self._held.next

    def release(self) -> None:
        """Resume."""
        self._held = None
        self.read()

    def show(self, transfer: int | None) -> None:
        """Show only one transfer's packets, or all."""
        self.transfer = transfer
        self._start_over()

    def filter(self, wanted: Filter) -> None:
        """Show only packets that match a filter."""
        self.wanted = wanted
        self._start_over()

    def look_for(self, sought: Filter) -> None:
        """Search the shown packets for a filter; an empty one ends the search."""
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
        """Return whether the blocks of a run are shown one by one."""
        return sequence in self._open

    # Internals.

    def _bring_up_to_date(self, index: PacketIndex) -> None:
        ring = self._store.packets
        if index.matcher is not None and not self.is_held and index.matcher.changed():
            index.matcher = index.matcher.copy()
            index.begin(ring.next)
            index.backward(self.source)
        index.trim(self._first)
        # A paused copy has older records than the ring, the ring has newer ones.
        index.forward(self.source, max(index.high, min(self._next, ring.next)))
        index.forward(ring, ring.next)
        if index.low == index.high > self._first:  # too many came at once
            index.backward(self.source)

    def _start_over(self) -> None:
        self._index = PacketIndex(self._matcher())
        self._index.begin(self._next)
        self._index.backward(self.source)
        self.look_for(self.sought)

    def _matcher(self, *more: Filter) -> Matcher | None:
        """Return a matcher for the shown packets, or None for all."""
        filters = [one for one in (self.wanted, *more) if one]
        if self.transfer is not None:
            number = self.transfer
            alone = Term(Numbers("transfer", ((number, number),)))
            filters.append(Filter(((alone,),)))
        store = self._store
        return Matcher(filters, store.transfers, store.now) if filters else None

    def _opened(self) -> dict[int, int]:
        """Return the shown runs that are unfolded, with their number of blocks."""
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
        """Return the time of the packet in the row above."""
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
