"""The rows of the Transfers pane: columns that fold away when it gets narrow."""

from collections.abc import Callable, Hashable
from functools import lru_cache, partial
from typing import ClassVar, NamedTuple

from rich.segment import Segment
from rich.style import Style

from tftptui.engine.messages import TransferView
from tftptui.telemetry.probe_trials import SELF_TEST
from tftptui.ui.formats import whole_percent
from tftptui.ui.kit.columns import FILL, Cell, Column, PlacedColumn, placed
from tftptui.ui.kit.rows import RowList, fitted, fitted_path, fitted_words
from tftptui.ui.panes.files.hashes import DIFFERS, hash_of
from tftptui.ui.panes.transfers import words
from tftptui.ui.panes.transfers.words import alarm_in_cells
from tftptui.ui.store import Store

WIDEST, LONG, ROOMY, MIDDLING, TIGHT = 134, 126, 118, 94, 72
"""Cells from which on there is room for the kind of client, for a whole IPv6 address,
for the blocks and the estimate, for the options, and for the bar."""

IPV4 = 15
IPV6 = 24
MARK, KIND, OPTIONS, BLOCKS, PERCENT, RATE, ETA = 2, 14, 15, 15, 6, 8, 6
SHORTEST_NAME = 8


class Cells(NamedTuple):
    """The texts of one row: all that it is drawn from."""

    mark: str
    slot: str
    host: str
    kind: str
    tids: tuple[int, int]
    file: str
    options: str
    blocks: str
    bar: str
    percent: str
    rate: str
    quiet: str
    eta: str
    ending: tuple[str, ...]


class Layout(NamedTuple):
    """The columns at one width, and what stands behind them.

    From the bar on nothing is a column: the words of an ended or a stalled transfer
    run over all of it.
    """

    columns: tuple[PlacedColumn[Cells], ...]
    gap: str
    bar: int
    eta: int

    @property
    def tail(self) -> int:
        """Cells of everything from the bar on, where an ended one says how it ended."""
        return self.bar + PERCENT + 1 + RATE + (self.eta + 1 if self.eta else 0)


@lru_cache(maxsize=8)
def layout(width: int, *, long_hosts: bool, is_capture: bool = False) -> Layout:
    """Return what fits into WIDTH cells."""
    middling = width >= MIDDLING
    host = IPV6 if long_hosts and width >= LONG else IPV4
    swap = " ⇄ " if middling else "⇄"
    whose = "server" if is_capture else "ours"
    tids = 5 + len(swap) + 5 + is_capture  # "server" takes one more than "ours"
    columns = (
        Column("client", host, 0, _host),
        Column("kind", KIND, WIDEST + host - IPV4, _kind),
        Column(f"{'TID':>5}{swap}{whose}", tids, 0, partial(_tids, swap)),
        Column("file", FILL, 0, _file),
        Column("options", OPTIONS, MIDDLING, _options),
        Column("blocks", BLOCKS, ROOMY, _blocks, is_right=True),
    )
    gap = 2 if middling else 1
    bare = Layout(
        (),
        " " * gap,
        bar=words.BAR if width >= TIGHT else 0,
        eta=ETA if width >= ROOMY else 0,
    )
    taken = MARK + bare.tail + 1
    found = placed(columns, width, gap=gap, taken=taken, fill_at_least=SHORTEST_NAME)
    return bare._replace(columns=tuple(found))


def _host(cells: Cells, room: int) -> list[Cell]:
    return [(fitted(words.short_host(cells.host, room), room), "")]


def _kind(cells: Cells, room: int) -> list[Cell]:
    return [(fitted(words.short_kind(cells.kind, room), room), "muted")]


def _tids(swap: str, cells: Cells, room: int) -> list[Cell]:
    theirs, ours = cells.tids
    # None in a capture: no answer.
    text = f"{ours or '–':<{room - 5 - len(swap)}}"
    return [(f"{theirs:>5}", ""), (swap, "muted"), (text, "")]


def _file(cells: Cells, room: int) -> list[Cell]:
    return [(fitted_path(cells.file, room), "")]


def _options(cells: Cells, room: int) -> list[Cell]:
    return [(fitted(cells.options, room), "muted")]


def _blocks(cells: Cells, room: int) -> list[Cell]:
    return [(fitted(cells.blocks, room, right=True), "")]


class TransferList(RowList[int]):
    """Transfers by number: running ones first, the newest on top of each kind.

    Self-tests of this server are below all transfers of clients.

    Under the newest transfer that a finding is about a line tells it; that row's key
    is the transfer's number with a minus.
    """

    DEFAULT_CSS: ClassVar[str] = "TransferList { scrollbar-gutter: stable; }"

    def __init__(self, store: Store, *, now: Callable[[], float]) -> None:
        super().__init__(id="transfer-list")
        self._store, self._now = store, now
        self._order: list[int] = []
        self._sorted: dict[int, TransferView] = {}
        self._places: dict[int, int] = {}
        self._long_hosts = self._is_capture = False

    def sort(self) -> None:
        """Take over which transfers there are and how they stand."""
        views = sorted(self._store.transfers.values(), key=_rank)
        self._sorted = {view.number: view for view in views}
        self._order = [key for view in views for key in self._keys(view)]
        self._places = {number: row for row, number in enumerate(self._order)}
        if not self._long_hosts and any(len(view.client) > IPV4 for view in views):
            self._long_hosts = True
            self.forget_drawn()
        if self._is_capture != self._store.is_capture:
            self._is_capture = self._store.is_capture
            self.forget_drawn()
        self.refresh_rows()

    @property
    def current(self) -> TransferView | None:
        """The transfer under the cursor."""
        return self._store.transfers.get(abs(self.current_key or 0))

    def row_count(self) -> int:
        """Return how many rows there are."""
        return len(self._order)

    def key_at(self, index: int) -> int:
        """Return the number of the transfer in row INDEX, or of the one above it."""
        return self._order[index]

    def index_of(self, key: int) -> int | None:
        """Return the row of transfer KEY, or of what is told under it."""
        return self._places.get(key)

    def stamp(self, index: int) -> Hashable:
        """Return the texts of the row."""
        number = self._order[index]
        return self._told(-number) if number < 0 else self._cells(index)

    def draw_header(self, width: int) -> str:
        """Return the names of the columns."""
        fold = self._layout(width)
        names = [
            fitted(one.column.title, one.room, right=one.column.is_right)
            for one in fold.columns
        ]
        done = fitted("progress", fold.bar + PERCENT, right=not fold.bar)
        tail = f"{done} {'rate':>{RATE}}"
        names.append(tail + (f" {'eta':>{fold.eta}}" if fold.eta else ""))
        return fitted(" " * MARK + fold.gap.join(names), width)

    def draw_row(self, index: int, width: int) -> list[Segment]:
        """Return one transfer, or what was found out about the one above."""
        if (number := self._order[index]) < 0:
            return self._draw_told(-number, width)
        cells, fold = self._cells(index), self._layout(width)
        state, gap = self.slots[cells.slot], Segment(fold.gap)
        line = [Segment(fitted(cells.mark, MARK), state)]
        for one in fold.columns:
            line += [
                Segment(text, self.slots[slot] if slot else None)
                for text, slot in one.column.cell(cells, one.room)
            ]
            line.append(gap)
        return line + self._tail(cells, fold, state)

    def _keys(self, view: TransferView) -> list[int]:
        return [view.number, -view.number] if self._told(view.number) else [view.number]

    def _told(self, number: int) -> str:
        """Return the headline of an alarm whose newest transfer this is."""
        finding = self._store.finding_of(number)
        if finding is None or not finding.is_alarm or number != finding.transfers[-1]:
            return ""
        return finding.of(number)

    def _draw_told(self, number: int, width: int) -> list[Segment]:
        hint = "  w why? "  # a cell stays free before the scrollbar
        room = width - len(hint)
        finding = self._store.finding_of(number)
        words_ = ""
        if finding is not None:
            words_ = alarm_in_cells(finding, self._store, room - 4, number)
        headline = fitted_words(f"  ╰ {words_}", room)
        alarm, muted = self.slots["transfer-stalled"], self.slots["muted"]
        return [Segment(headline, alarm), Segment(hint, muted)]

    def _tail(self, cells: Cells, fold: Layout, state: Style) -> list[Segment]:
        if cells.ending:
            return self._ending(cells, fold, state)
        if cells.quiet and fold.bar:
            return self._stalled(cells, fold, state)
        line = [
            Segment(cells.bar if fold.bar else "", state),
            Segment(f"{cells.percent:>{PERCENT}} "),
        ]
        line.append(Segment(fitted(cells.rate, RATE, right=True)))
        if fold.eta:
            eta = fitted(cells.eta, fold.eta + 1, right=True)
            line.append(Segment(eta, self.slots["muted"]))
        return line

    def _ending(self, cells: Cells, fold: Layout, state: Style) -> list[Segment]:
        """Return the longest words that fit, and the mean rate where it has room."""
        before = fold.bar + PERCENT
        room = before + (len(cells.rate) < RATE)  # a cell stays free between them
        if cells.rate and len(cells.ending[0]) <= room:
            words_ = fitted(cells.ending[0], before + 1)
            mean = fitted(cells.rate, RATE, right=True)
            rest = " " * (fold.tail - before - 1 - RATE)
            return [Segment(words_, state), Segment(mean + rest, self.slots["muted"])]
        fits = (form for form in cells.ending if len(form) <= fold.tail)
        return [Segment(fitted(next(fits, cells.ending[-1]), fold.tail), state)]

    def _stalled(self, cells: Cells, fold: Layout, state: Style) -> list[Segment]:
        """Return for how long it has been quiet in the place of the bar."""
        percent = f"{cells.percent:>{PERCENT - 1}}"
        quiet = fitted(cells.quiet, fold.bar + PERCENT + 1 - len(percent))
        rest = fold.tail - fold.bar - PERCENT - 1
        return [Segment(quiet, state), Segment(percent), Segment(" " * rest)]

    def _view(self, number: int) -> TransferView:
        """Return a transfer of a row; the store may have let go of it since sort()."""
        return self._store.transfers.get(number) or self._sorted[number]

    def _cells(self, index: int) -> Cells:
        view, now = self._view(self._order[index]), self._now()
        part = words.progress(view)
        pace = words.pace(view, self._store.rate(view.number), now)
        return Cells(
            mark=words.mark(view),
            slot=words.slot(view),
            host=SELF_TEST if view.kind == SELF_TEST else view.client,
            kind=words.kind_words(view),
            tids=(view.client_tid, view.server_tid),
            file=f"{DIFFERS} {view.file}" if self._differs(view) else view.file,
            options=words.options(view),
            blocks=words.blocks(view),
            bar="~".ljust(words.BAR) if part is None else words.bar(part),
            percent="" if part is None else f"{whole_percent(part)} %",
            rate=pace.rate if view.running else words.mean_rate(view),
            quiet=pace.quiet if view.running else "",
            eta=pace.eta,
            ending=() if view.running else tuple(words.ending(view, now)),
        )

    def _differs(self, view: TransferView) -> bool:
        """Whether the file is not what a list of checksums says, as far as known."""
        hashed = hash_of(view, self._store.hashes, self._store.digests)
        return hashed is not None and hashed.verdict == "differs"

    def _layout(self, width: int) -> Layout:
        return layout(width, long_hosts=self._long_hosts, is_capture=self._is_capture)


def _rank(view: TransferView) -> tuple[bool, bool, float]:
    is_own = view.kind == SELF_TEST  # nobody waits for it: below all of clients
    if view.running:
        return is_own, False, -view.number
    return is_own, True, -(view.ended or 0.0)
