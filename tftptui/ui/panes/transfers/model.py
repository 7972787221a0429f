"""The rows of the Transfers pane: filtered, sorted, the tries of a boot as one row."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from ipaddress import ip_address
from typing import NamedTuple

from tftptui.engine.messages import Refusal
from tftptui.telemetry.probe_trials import SELF_TEST
from tftptui.telemetry.records.filters.terms import Filter
from tftptui.telemetry.records.filters.transfers import Filtered, passes
from tftptui.telemetry.views import TransferView
from tftptui.ui.kit.columns import Value
from tftptui.ui.store import Store


class ClientKey(NamedTuple):
    """Key of a client's row, when grouped."""

    client: str
    kind: str = "client"


class RefusedKey(NamedTuple):
    """Key of a client's refused requests for one file and reason."""

    client: str
    file: str
    reason: str
    direction: str
    kind: str = "refused"


Key = int | ClientKey | RefusedKey
"""Key of a row: the number of a transfer, the negative number for the alarm below it, a
client, or refused requests."""


@dataclass(frozen=True, slots=True)
class Row:
    """A transfer, or refused requests.

    Attributes:
        view: the transfer, the newest of several tries; for a refused request its
            client, file, port and time, and the ERROR as ``error``.
        tries: numbers of the transfers it stands for, the oldest first.
        times: how many tries or refused requests it stands for.
        depth: levels of indentation.
        is_open: whether its tries are shown below it; None if there are none.
    """

    key: Key
    view: TransferView
    tries: tuple[int, ...] = ()
    times: int = 1
    is_refused: bool = False
    depth: int = 0
    is_open: bool | None = None

    @property
    def is_trouble(self) -> bool:
        """Whether it failed, was refused or is stalled."""
        return Filtered(self.view, self.is_refused).is_trouble


@dataclass(frozen=True, slots=True)
class ClientRow:
    """One client; ROWS are its transfers, shown or not."""

    key: ClientKey
    rows: tuple[Row, ...]
    is_open: bool = False

    @property
    def is_trouble(self) -> bool:
        """Whether the latest try for one of its files is in trouble."""
        return self.worst.is_trouble

    @property
    def newest(self) -> Row:
        """Its latest transfer or refused request."""
        return max(self.rows, key=lambda row: row.view.started)

    @property
    def worst(self) -> Row:
        """The row whose state is shown: the latest in trouble, or else the latest.

        A failed try for a file that the client got later is no trouble.
        """
        latest: dict[tuple[str, str], Row] = {}
        for row in sorted(self.rows, key=lambda row: row.view.started):
            latest[row.view.direction, row.view.file] = row
        in_trouble = [row for row in latest.values() if row.is_trouble]
        return max(in_trouble or latest.values(), key=lambda row: row.view.started)


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """The alarm about a transfer, in the row below it."""

    number: int

    @property
    def key(self) -> Key:
        """The negative number of the transfer."""
        return -self.number


AnyRow = Row | ClientRow | AlarmRow


class TransferModel:
    """The rows. Call look() after any change.

    Attributes:
        wanted: the filter.
        sought: the search for n and N; they go through trouble if it is empty.
        order: sort value, and whether it descends; None: running ones first, then the
            newest.
        by_client: whether transfers are grouped below a row per client.
        rows: in display order.
        shown, total: how many rows of transfers and refused requests pass the filter,
            and how many there are.
        running: how many of these run.
    """

    def __init__(self, store: Store) -> None:
        self.wanted, self.sought = Filter(), Filter()
        self.order: tuple[Callable[[Row], Value], bool] | None = None
        self.by_client = False
        self.rows: Sequence[AnyRow] = ()
        self.shown = self.total = self.running = 0
        self._store = store
        self._open: set[Key] = set()
        self._places: dict[Key, int] = {}
        self._refused: tuple[object, list[Row]] = (None, [])

    def look(self) -> None:
        """Rebuild the rows from the store."""
        every = [*self._transfers(), *self._refusals()]
        kept = [row for row in every if self._passes(self.wanted, row)]
        self.total, self.shown = len(every), len(kept)
        self.running = sum(row.view.running for row in every)
        kept.sort(key=_rank)
        if self.order is not None:
            value, is_reverse = self.order
            kept = _sorted(kept, value, is_reverse=is_reverse)
        groups: Sequence[Row | ClientRow] = kept
        if self.by_client:
            groups = self._clients(kept)
        self.rows = [one for row in groups for one in self._with_parts(row)]
        self._places = {}
        for place, row in enumerate(self.rows):
            self._places[row.key] = place
            if isinstance(row, Row):
                for number in row.tries:
                    self._places.setdefault(number, place)

    def place_of(self, key: Key) -> int | None:
        """Return the row of KEY; for a folded try, the row that contains it."""
        return self._places.get(key)

    def row_of(self, key: Key | None) -> AnyRow | None:
        """Return the row of KEY."""
        place = None if key is None else self._places.get(key)
        return None if place is None else self.rows[place]

    def is_found(self, row: AnyRow) -> bool:
        """Return whether a row matches the search."""
        return bool(self.sought) and self._is_stop(row)

    def next_stop(self, place: int, step: int) -> int | None:
        """Return the next row that matches the search, or is in trouble; or None."""
        end = len(self.rows) if step > 0 else -1
        rows = range(place + step, end, step)
        return next((one for one in rows if self._is_stop(self.rows[one])), None)

    def stops(self) -> int:
        """Return how many rows n and N stop at."""
        return sum(map(self._is_stop, self.rows))

    def can_open(self, key: Key | None) -> bool | None:
        """Return whether a row is open; None if it can't be opened."""
        row = self.row_of(key)
        return None if row is None or isinstance(row, AlarmRow) else row.is_open

    def open(self, key: Key, *, wide: bool) -> None:
        """Show the tries of a boot or the transfers of a client, or one row again."""
        row = self.row_of(key)
        if row is not None:
            self._open -= {*self._keys(row)}
            self._open |= {*self._keys(row)} if wide else set()
        self.look()

    def parent(self, key: Key | None) -> Key | None:
        """Return the row that an indented one belongs to."""
        place = None if key is None else self._places.get(key)
        if place is None:
            return None
        depth = _depth(self.rows[place])
        above = (row for row in reversed(self.rows[:place]) if _depth(row) < depth)
        return next((row.key for row in above), None)

    def last_of_alarm(self, numbers: Iterable[int]) -> int:
        """Return the first of NUMBERS that is the last transfer of an alarm; else 0."""
        for number in numbers:
            finding = self._store.finding_of(number)
            is_alarm = finding is not None and finding.is_alarm
            if finding is not None and is_alarm and number == finding.transfers[-1]:
                return number
        return 0

    def filtered(self, row: Row) -> Filtered:
        """Return a row as filters see it."""
        finding = self._store.finding_of(row.view.number)
        headline = "" if finding is None or row.is_refused else finding.headline
        return Filtered(row.view, row.is_refused, row.times, headline)

    def _passes(self, wanted: Filter, row: Row) -> bool:
        if not wanted:
            return True
        now = self._store.now
        tries = [self._store.transfers[one] for one in row.tries[:-1]]
        return passes(wanted, self.filtered(row), now) or any(
            passes(wanted, Filtered(view, tries=row.times), now) for view in tries
        )

    def _is_stop(self, row: AnyRow) -> bool:
        if isinstance(row, AlarmRow):
            return False
        if not self.sought:
            return row.is_trouble
        parts = row.rows if isinstance(row, ClientRow) else (row,)
        return any(self._passes(self.sought, one) for one in parts)

    def _transfers(self) -> Iterator[Row]:
        """Yield one row per boot, and per transfer that is not part of one."""
        store = self._store
        for number, view in store.transfers.items():
            tries = store.tries_of(number)
            if len(tries) <= 1:
                yield Row(number, view)
            elif number == tries[-1]:
                is_open = not self._open.isdisjoint(tries)
                probes = sum(store.transfers[one].phase == "probed" for one in tries)
                times = max(1, len(tries) - probes)  # asking for the size is no try
                yield Row(number, view, tries, times, is_open=is_open)

    def _refusals(self) -> list[Row]:
        """Return one row per client, file and reason."""
        refusals = self._store.refusals
        mark = (len(refusals), refusals[-1] if refusals else None)
        if mark != self._refused[0]:
            found: dict[RefusedKey, Row] = {}
            for one in refusals:
                key = RefusedKey(one.client, one.file, one.reason, one.direction)
                times = found[key].times + 1 if key in found else 1
                found[key] = Row(key, _asked(one), times=times, is_refused=True)
            self._refused = (mark, list(found.values()))
        return self._refused[1]

    def _clients(self, rows: Sequence[Row]) -> list[ClientRow]:
        """Return a row for each client, in the order of its first one."""
        of: dict[str, list[Row]] = {}
        for row in rows:
            of.setdefault(row.view.client, []).append(replace(row, depth=1))
        return [
            ClientRow(ClientKey(client), tuple(own), ClientKey(client) in self._open)
            for client, own in of.items()
        ]

    def _with_parts(self, row: Row | ClientRow) -> Iterator[AnyRow]:
        """Yield a row, its alarm, and the rows below it if it is open."""
        yield row
        if isinstance(row, ClientRow) and row.is_open:
            for one in row.rows:
                yield from self._with_parts(one)
            return
        if self._store.findings:
            parts = row.rows if isinstance(row, ClientRow) else (row,)
            numbers = [number for one in parts for number in _numbers(one)]
            if finding := self.last_of_alarm(sorted(numbers, reverse=True)):
                yield AlarmRow(finding)
        if isinstance(row, Row) and row.is_open:
            for number in reversed(row.tries[:-1]):
                view = self._store.transfers[number]
                yield Row(number, view, depth=row.depth + 1)

    def _keys(self, row: AnyRow) -> tuple[Key, ...]:
        return row.tries if isinstance(row, Row) else (row.key,)


def _numbers(row: Row) -> tuple[int, ...]:
    if row.is_refused:
        return ()
    return row.tries or (row.view.number,)


def _depth(row: AnyRow) -> int:
    return row.depth if isinstance(row, Row) else 0


def _asked(one: Refusal) -> TransferView:
    """Return a refused request as a transfer that failed at once."""
    return TransferView(
        number=0,
        client=one.client,
        client_tid=one.client_tid,
        server=one.server,
        server_tid=0,
        file=one.file,
        direction=one.direction,
        started=one.time,
        moved=one.time,
        ended=one.time,
        phase="failed",
        error=one.message,
        kind=one.kind,
    )


def _rank(row: Row) -> tuple[bool, bool, float]:
    is_own = row.view.kind == SELF_TEST  # below the transfers of clients
    if row.view.running:
        return is_own, False, -row.view.number
    return is_own, True, -(row.view.ended or 0.0)


def _sorted(
    rows: Sequence[Row], value: Callable[[Row], Value], *, is_reverse: bool
) -> list[Row]:
    """Return rows sorted by a value; rows without one come last in either direction."""
    valued = [(value(row), row) for row in rows]
    known = [one for one in valued if one[0] is not None and one[0] != ""]
    unknown = [row for found, row in valued if found is None or found == ""]
    known.sort(key=lambda one: _comparable(one[0]), reverse=is_reverse)
    return [*(row for _, row in known), *unknown]


def _comparable(value: Value) -> tuple[float, str]:
    return (
        (0.0, _in_order(value)) if isinstance(value, str) else (float(value or 0), "")
    )


@lru_cache(maxsize=4_096)
def _in_order(text: str) -> str:
    """Return a key that sorts naturally: addresses as numbers, text without case."""
    try:
        address = ip_address(text)
    except ValueError:
        return text.casefold()
    return f"{address.version}{int(address):032x}"
