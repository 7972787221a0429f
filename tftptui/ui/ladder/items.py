"""A transfer's packets as the rungs of a ladder: arrows, pauses, and folds.

Pure: takes records in order, returns items and the first row of each. Windows without
trouble are folded into one row; trouble is never folded.
"""

from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import accumulate

from tftptui.telemetry.records.columns import ERROR_KINDS
from tftptui.telemetry.records.ring import SENT, Flag, Kind, PacketRecord

MOST_ITEMS, MOST_NUMBERS = 50_000, 1_000_000
"""Limits of items and of record numbers; the oldest are dropped first."""

SHORTEST_PAUSE = 0.1
TYPICAL_TIMES, ROUND_TRIPS = 5.0, 3.0
"""A pause is longer than this multiple of the usual gap, and of the round trip."""

PAUSE_STEPS = (1.0, 4.0, 16.0)
"""Seconds from which on a pause is one more row high."""

_WEIGHT = 0.1
_WORTH_FOLDING = 2
"""Minimum windows of a fold."""

_LOOKED_BACK = 64
"""Number of recent items in which the lost packet is searched that a repeat shows."""

_DATA = (Kind.DATA, Kind.DATA_RECEIVED)
_ACKS = (Kind.ACK, Kind.ACK_SENT)
_REPEATS = (Kind.RRQ, Kind.WRQ, Kind.DATA_RECEIVED)

Key = tuple[float, int, int]
"""Number of the (first) record, rank of the item there, row within the item."""


@dataclass(slots=True)
class Arrow:
    """One packet, or one run of blocks.

    ``unanswered`` is set as soon as it is known that there was no reply to what we
    sent, or, in a capture, that it was lost after the point of capture.
    """

    number: int
    record: PacketRecord
    note: str = ""
    unanswered: bool = False
    rank = 1

    @property
    def rows(self) -> int:
        """The number of its rows."""
        return 1


@dataclass(slots=True)
class Pause:
    """No packets for so many SECONDS before record NUMBER.

    ``unheard``: we had sent something and then sent it again.
    """

    number: int
    seconds: float
    unheard: bool
    rank = 0

    @property
    def rows(self) -> int:
        """The number of its rows: more for longer pauses, up to a limit."""
        return 1 + sum(self.seconds >= step for step in PAUSE_STEPS)


@dataclass(slots=True)
class Fold:
    """Windows without trouble, as one row, or unfolded with a row per packet.

    Attributes:
        begin, end: indices of its numbers in Ladder.numbers.
        first, last: blocks.
        acks: the number of windows.
        seconds: from the first packet to the last one.
    """

    number: int
    begin: int
    end: int
    first: int
    last: int
    acks: int
    started: float
    seconds: float
    is_open: bool = False
    rank = 1

    @property
    def rows(self) -> int:
        """The number of its rows."""
        return 1 + (self.end - self.begin if self.is_open else 0)


Item = Arrow | Pause | Fold


class Ladder:
    """The items of one transfer; call add() for each of its records, in order.

    Attributes:
        items: in order of time.
        numbers: of all records, from index ``dropped_numbers`` on.
        forgotten: items dropped because there were too many.
    """

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.numbers = array("Q")
        self.dropped_numbers = self.forgotten = 0
        self.round_trip = 0.0
        self._tops: list[int] = [0]
        self._waiting: list[Arrow] = []
        self._window: list[Arrow] = []
        self._second: list[Arrow] = []
        self._folded: list[Arrow] = []
        self._unfolded = (0, 0.0)
        self._windows = 0
        self._time: float | None = None
        self._typical = 0.0

    # Queries.

    @property
    def rows(self) -> int:
        """The number of rows."""
        return self._all_tops()[-1]

    def find(self, row: int) -> tuple[Item, int]:
        """Return the item of a row, and the row's index in it."""
        tops = self._all_tops()
        place = bisect_right(tops, row) - 1
        return self.items[place], row - tops[place]

    def key(self, row: int) -> Key:
        """Return the key of a row."""
        item, part = self.find(row)
        return (item.number, item.rank, part)

    def row_of(self, key: Key) -> int | None:
        """Return the row with KEY; None if it is folded or dropped."""
        place = bisect_left(self.items, key[:2], key=_order)
        if place == len(self.items) or _order(self.items[place]) != key[:2]:
            return None
        part = key[2]
        return self._all_tops()[place] + part if part < self.items[place].rows else None

    def next_trouble(self, row: int, step: int) -> int | None:
        """Return the row of the next or previous arrow with trouble; wraps around.

        A ROW after the last one belongs to no item.
        """
        tops, most = self._all_tops(), len(self.items)
        here = most if row >= self.rows else bisect_right(tops, row) - 1
        for away in range(1, most + 2):
            place = (here + step * away) % (most + 1)  # one is the place after all
            item = self.items[place] if place < most else None
            if isinstance(item, Arrow) and is_trouble(item):
                return tops[place]
        return None

    # Updates.

    def add(self, number: int, record: PacketRecord, note: str = "") -> None:
        """Add the next record of the transfer."""
        self._add_number(number)
        self._look_for_pause(number, record)
        arrow = Arrow(number, record, note)
        is_ours = record.kind > SENT
        is_again = record.attempt > 1 or bool(record.flags & Flag.DUPLICATE)
        if is_again and record.flags & (Flag.LOST_TO_CLIENT | Flag.LOST_TO_SERVER):
            self._break_lost(record)
        elif is_again and not self._goes_on(record):
            self._give_up()
        self.items.append(arrow)
        if is_ours:
            self._waiting.append(arrow)
        elif record.kind not in (Kind.ICMP, Kind.STRAY):
            self._waiting = [one for one in self._waiting if not _answers(record, one)]
        if _is_clean(arrow):
            self._take_in(arrow)
        else:
            self._break()
        if len(self.items) > MOST_ITEMS:
            self._forget()

    def end_unanswered(self) -> None:
        """Mark what we sent last as unanswered, as the transfer is over."""
        self._give_up()

    def open(self, row: int, *, wide: bool) -> None:
        """Unfold the fold in a row, or fold it."""
        item, _ = self.find(row)
        if isinstance(item, Fold):
            item.is_open = wide
            place = bisect_left(self.items, _order(item), key=_order)
            self._changed_from(place)

    def number_in(self, fold: Fold, part: int) -> int | None:
        """Return the record of row PART of an open fold; None if it was dropped."""
        place = fold.begin + part - 1 - self.dropped_numbers
        return self.numbers[place] if place >= 0 else None

    # Internals.

    def _add_number(self, number: int) -> None:
        self.numbers.append(number)
        if len(self.numbers) > MOST_NUMBERS:
            half = MOST_NUMBERS // 2
            del self.numbers[:half]
            self.dropped_numbers += half

    def _look_for_pause(self, number: int, record: PacketRecord) -> None:
        before, self._time = self._time, record.time
        if before is None:
            return
        gap = record.time - before
        limit = max(
            SHORTEST_PAUSE,
            TYPICAL_TIMES * self._typical,
            ROUND_TRIPS * self.round_trip,
        )
        self._typical += _WEIGHT * (min(max(gap, 0.0), limit) - self._typical)
        if gap > limit:
            unheard = bool(self._waiting) and record.attempt > 1
            self.items.append(Pause(number, gap, unheard))
            self._break()

    def _take_in(self, arrow: Arrow) -> None:
        """Fold the window that this arrow ends, unless it is the first of its kind."""
        self._window.append(arrow)
        if arrow.record.kind not in _ACKS:
            return
        window, self._window = self._window, []
        if len(window) == 1 or _last(window[-2]) != arrow.record.block:
            self._break()
            return
        self._windows += 1
        if self._windows == 2:  # noqa: PLR2004 - one alone is not worth folding
            self._second = window
        elif self._windows > 2:  # noqa: PLR2004 - the first stays as an example
            self._fold(window)

    def _fold(self, window: list[Arrow]) -> None:
        """Fold a window, and the previous one if it is still arrows."""
        place = len(self.items) - len(self._second) - len(window)
        ended = window[-1].record
        before = self.items[place - 1]
        if not self._second and isinstance(before, Fold):
            place, fold, acks = place - 1, before, 1
        else:
            number, begun = self._second[0].number, self._second[0].record
            begin = self.dropped_numbers + len(self.numbers)
            begin -= len(self._second) + len(window)
            fold = Fold(number, begin, 0, begun.block, 0, 0, begun.time, 0.0)
            acks = 2
        fold.end = self.dropped_numbers + len(self.numbers)
        fold.acks += acks
        self._folded, self._unfolded = (
            window,
            (fold.last or window[0].record.block - 1, fold.seconds),
        )
        fold.last, fold.seconds = ended.block, ended.time - fold.started
        self._second = []
        self.items[place:] = [fold]
        self._changed_from(place)

    def _goes_on(self, again: PacketRecord) -> bool:
        """Return whether a repeat only follows an earlier one, or is not about ours."""
        if again.kind < SENT and again.kind not in _REPEATS:
            return True
        if not self._waiting:
            return False
        before = self._waiting[-1]
        is_next = _last(before) + 1 == again.block and again.kind in _DATA
        return is_next and before.record.attempt > 1

    def _break_lost(self, again: PacketRecord) -> None:
        """Break the arrow of the packet whose loss a repeat in a capture shows."""
        for _ in range(2):
            for item in reversed(self.items[-_LOOKED_BACK:]):
                if isinstance(item, Fold):
                    break
                if isinstance(item, Arrow) and _may_be(item, again):
                    item.unanswered = True
                    return
            if not self._unfold_last():
                return

    def _unfold_last(self) -> bool:
        """Take the last window out of its fold; return whether there was one."""
        place = len(self.items) - 1
        while place >= 0 and not isinstance(self.items[place], Fold):
            place -= 1
        fold = self.items[place] if place >= 0 else None
        window, self._folded = self._folded, []
        if not isinstance(fold, Fold) or not window or fold.acks < _WORTH_FOLDING:
            return False
        fold.end -= len(window)
        fold.acks -= 1
        fold.last, fold.seconds = self._unfolded
        self.items[place + 1 : place + 1] = window
        self._changed_from(place)
        self._break()
        return True

    def _break(self) -> None:
        self._window, self._second = [], []
        self._windows = 0

    def _give_up(self) -> None:
        for arrow in self._waiting:
            arrow.unanswered = True
        self._waiting.clear()

    def _forget(self) -> None:
        gone = MOST_ITEMS // 10
        del self.items[:gone]
        self.forgotten += gone
        self._changed_from(0)

    def _changed_from(self, place: int) -> None:
        del self._tops[place + 1 :]

    def _all_tops(self) -> list[int]:
        """Return the first row of each item, followed by the number of rows."""
        known = len(self._tops) - 1
        if known < len(self.items):
            more = accumulate(
                (item.rows for item in self.items[known:]), initial=self._tops[-1]
            )
            self._tops[known:] = more
        return self._tops


def is_trouble(arrow: Arrow) -> bool:
    """Return whether something went wrong with a packet."""
    record = arrow.record
    return (
        arrow.unanswered
        or record.attempt > 1
        or bool(record.flags & Flag.DUPLICATE)
        or record.kind in ERROR_KINDS
    )


def _answers(record: PacketRecord, waiting: Arrow) -> bool:
    """Return whether a received packet shows that a packet of ours arrived.

    An ACK of an earlier block, which a client without data repeats, does not.
    """
    is_earlier = waiting.record.block > record.block
    return not (record.kind == Kind.ACK and waiting.record.kind in _DATA and is_earlier)


def _may_be(arrow: Arrow, again: PacketRecord) -> bool:
    """Return whether it is the packet whose loss a repeat shows."""
    record = arrow.record
    to_client = bool(again.flags & Flag.LOST_TO_CLIENT)
    block = again.block + (again.kind in _ACKS)
    if (record.kind > SENT) != to_client or record.kind in (Kind.ICMP, Kind.STRAY):
        return False
    is_data_lost = (again.kind > SENT) == to_client or again.kind in _ACKS
    if record.kind in _DATA and is_data_lost:
        return record.block <= block <= _last(arrow)
    return True


def _order(item: Item) -> tuple[float, int]:
    return (item.number, item.rank)


def _last(arrow: Arrow) -> int:
    return arrow.record.block + max(1, arrow.record.count) - 1


def _is_clean(arrow: Arrow) -> bool:
    record = arrow.record
    return (
        (record.kind in _DATA or record.kind in _ACKS)
        and record.attempt == 1
        and not record.flags
        and not arrow.note
    )
