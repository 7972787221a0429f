"""Finds the packets that match a filter, many at a time."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import reduce
from typing import assert_never

from tftptui.telemetry.records.columns import (
    FLAGGED,
    Columns,
    both,
    either,
    neither,
    table,
    within,
)
from tftptui.telemetry.records.filters.terms import (
    Filter,
    Mark,
    Moment,
    Numbers,
    Term,
    Test,
    Texts,
    Types,
    Word,
)
from tftptui.telemetry.records.filters.texts import test_of, texts_in, texts_of
from tftptui.telemetry.records.ring import SENT, Flag, Kind
from tftptui.telemetry.views import TransferView

_KINDS: Mapping[str, frozenset[Kind]] = {
    "rrq": frozenset({Kind.RRQ}),
    "wrq": frozenset({Kind.WRQ}),
    "data": frozenset({Kind.DATA, Kind.DATA_RECEIVED}),
    "ack": frozenset({Kind.ACK, Kind.ACK_SENT}),
    "oack": frozenset({Kind.OACK, Kind.OACK_RECEIVED}),
    "error": frozenset({Kind.ERROR, Kind.ERROR_RECEIVED}),
    "icmp": frozenset({Kind.ICMP}),
    "stray": frozenset({Kind.STRAY}),
    "bad": frozenset({Kind.MALFORMED}),
    "lost": frozenset({Kind.LOST}),
}
_BLOCK_KINDS = table(
    lambda kind: kind in _KINDS["data"] or kind in _KINDS["ack"],
)
_IS_SENT = table(lambda kind: kind > SENT)
_IS_RECEIVED = table(lambda kind: Kind.LOST < kind < SENT)
_NOT_KEPT = table(lambda kind: kind in _KINDS["lost"])
_HIGHEST = 2**32


def type_of(kind: int) -> str:
    """Return the packet type of a record kind, as written in filters."""
    return next((name for name, kinds in _KINDS.items() if kind in kinds), "bad")


class _Verdicts(dict[int, int]):
    """Cached results of a test on transfers, by number."""

    def __init__(
        self,
        transfers: Mapping[int, TransferView],
        passes: Callable[[TransferView], bool],
    ) -> None:
        super().__init__()
        self._transfers, self._passes = transfers, passes

    def __missing__(self, number: int) -> int:
        view = self._transfers.get(number)
        if view is None:
            return 0
        verdict = self[number] = int(self._passes(view))
        return verdict

    def changed(self) -> bool:
        """Return whether a cached result would be different now."""
        views = self._transfers
        return any(
            number in views and self._passes(views[number]) != bool(verdict)
            for number, verdict in self.items()
        )


class Matcher:
    """Applies filters to packed records.

    Args:
        wanted: the filters; a packet must match all of them.
        transfers: all known transfers, by number; may grow.
        now: wall clock for ``since:5s``.
    """

    def __init__(
        self,
        wanted: Sequence[Filter],
        transfers: Mapping[int, TransferView],
        now: float,
    ) -> None:
        self.wanted, self._transfers, self._now = tuple(wanted), transfers, now
        self._verdicts: dict[Test, _Verdicts] = {}

    def mask(self, columns: Columns) -> bytes:
        """Return the mask with 1 for each record that matches."""
        every = b"\1" * len(columns)
        if not len(columns):
            return every
        masks = [self._filter(one, columns) for one in self.wanted if one]
        return reduce(both, masks, every)

    def copy(self) -> "Matcher":
        """Return a matcher for the same filters without cached results."""
        return Matcher(self.wanted, self._transfers, self._now)

    def changed(self) -> bool:
        """Return whether earlier results would be different now."""
        return any(verdicts.changed() for verdicts in self._verdicts.values())

    def _filter(self, wanted: Filter, columns: Columns) -> bytes:
        choices = [
            reduce(both, [self._term(term, columns) for term in terms])
            for terms in wanted.choices
        ]
        return reduce(either, choices)

    def _term(self, term: Term, columns: Columns) -> bytes:
        mask = self._test(term.test, columns)
        return neither(mask) if term.negated else mask

    def _test(self, test: Test, columns: Columns) -> bytes:
        match test:
            case Mark(name):
                return _MARKED[name](columns)
            case Types(names):
                kinds = frozenset[Kind]().union(*(_KINDS[name] for name in names))
                return columns.kinds.translate(table(kinds.__contains__))
            case Numbers():
                return self._numbers(test, columns)
            case Word() | Texts():
                return self._texts(test, columns)
            case Moment():
                return self._moment(test, columns)
            case _:
                assert_never(test)

    def _numbers(self, test: Numbers, columns: Columns) -> bytes:
        masks = [self._range(test.key, ends, columns) for ends in test.ranges]
        return reduce(either, masks)

    def _range(self, key: str, ends: tuple[int, int | None], columns: Columns) -> bytes:
        first, last = ends
        wanted = range(first, _HIGHEST if last is None else last + 1)
        if key == "attempt":
            return columns.attempts.translate(table(wanted.__contains__))
        if key == "block":
            return _over(wanted, columns)
        if key == "size":
            return within(self._sizes(columns), wanted)
        masks = [within(column(columns), wanted) for column in _COLUMNS[key]]
        return reduce(either, masks)

    def _sizes(self, columns: Columns) -> list[int]:
        """Return sizes in bytes; for a run, those of all its full blocks."""
        views = self._transfers
        lengths = zip(columns.sizes, columns.counts, strict=True)
        owners = zip(columns.transfers, columns.flags, strict=True)
        return [
            count * views[number].block_size
            if count > 1 and number in views and not flags & Flag.LAST
            else nbytes
            for (nbytes, count), (number, flags) in zip(lengths, owners, strict=True)
        ]

    def _texts(self, test: Word | Texts, columns: Columns) -> bytes:
        passes = test_of(test)
        if test not in self._verdicts:
            self._verdicts[test] = _Verdicts(
                self._transfers,
                lambda view: any(map(passes, texts_of(view, test))),
            )
        noted = [
            number
            for number, note in columns.notes.items()
            if any(map(passes, self._noted(number, note, columns, test)))
        ]
        # One lookup per transfer, also for unknown ones.
        verdicts, owners = self._verdicts[test], columns.transfers
        passing = {number: verdicts[number] for number in set(owners)}
        mask = bytes(map(passing.__getitem__, owners))
        if isinstance(test, Word) and (kinds := _KINDS.get(test.text.lower())):
            of_type = columns.kinds.translate(table(kinds.__contains__))
            mask = either(mask, of_type)
        return either(mask, columns.mask_of(noted)) if noted else mask

    @staticmethod
    def _noted(
        number: int, note: str, columns: Columns, test: Word | Texts
    ) -> tuple[str, ...]:
        place = number - columns.first
        return texts_in(note, columns.kinds[place], columns.transfers[place], test)

    def _moment(self, test: Moment, columns: Columns) -> bytes:
        limit = moment_time(test, self._now)
        is_since = test.key == "since"
        begin, end = columns.ends_in_time
        if begin <= end < limit or (begin <= end and begin > limit):
            return bytes([is_since == (begin > limit)]) * len(columns)
        return bytes(
            time >= limit if is_since else time <= limit for time in columns.times
        )


def moment_time(moment: Moment, now: float) -> float:
    """Return the wall clock time of a moment, seen from NOW."""
    if not moment.is_clock:
        return now - moment.milliseconds / 1_000
    here = datetime.fromtimestamp(now).astimezone()
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
    time = midnight + timedelta(milliseconds=moment.milliseconds)
    if moment.key == "since" and time > here:
        time -= timedelta(days=1)
    return time.timestamp()


def _over(wanted: range, columns: Columns) -> bytes:
    """Return the mask of runs that overlap the blocks in WANTED."""
    low, high = wanted.start, wanted.stop
    runs = zip(columns.blocks, columns.counts, strict=True)
    over = (block < high and block + (count or 1) > low for block, count in runs)
    return both(bytes(over), columns.kinds.translate(_BLOCK_KINDS))


_COLUMNS: Mapping[str, Sequence[Callable[[Columns], Iterable[int]]]] = {
    "port": (lambda one: one.client_tids, lambda one: one.server_tids),
    "client-port": (lambda one: one.client_tids,),
    "server-port": (lambda one: one.server_tids,),
    "transfer": (lambda one: one.transfers,),
}

_MARKED: Mapping[str, Callable[[Columns], bytes]] = {
    "retrans": lambda one: one.resent,
    "dup": lambda one: one.flags.translate(FLAGGED[Flag.DUPLICATE]),
    "lost": lambda one: either(one.kinds.translate(_NOT_KEPT), one.losses),
    "last": lambda one: one.flags.translate(FLAGGED[Flag.LAST]),
    "sent": lambda one: one.kinds.translate(_IS_SENT),
    "received": lambda one: one.kinds.translate(_IS_RECEIVED),
    "trouble": lambda one: either(one.resent, one.errors),
}
