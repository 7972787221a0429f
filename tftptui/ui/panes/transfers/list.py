"""The rows of the Transfers pane: drawing, sorting, selection."""

from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import ClassVar, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.message import Message

from tftptui.engine.messages import TransferView
from tftptui.ui.keys import bindings
from tftptui.ui.kit.columns import DOWN, UP, Cell, Column, titled
from tftptui.ui.kit.rows import RowList, fitted, fitted_words
from tftptui.ui.panes.transfers import words
from tftptui.ui.panes.transfers.actions import TRANSFER_ROWS
from tftptui.ui.panes.transfers.columns import (
    ETA,
    IPV4,
    MARK,
    PERCENT,
    RATE,
    Layout,
    Shape,
    Surroundings,
    all_values,
    columns,
    keys_of,
    layout,
    percent,
)
from tftptui.ui.panes.transfers.hosts import ClientHosts
from tftptui.ui.panes.transfers.model import (
    AlarmRow,
    AnyRow,
    ClientRow,
    Key,
    Row,
    TransferModel,
)
from tftptui.ui.panes.transfers.words import alarm_in_cells
from tftptui.ui.store import Store

FOUND = "›"
OPENED, CLOSED = "▾", "▸"
"""Behind the mark of a row: an open row, and one that can be opened."""

TAIL_TITLES = {"progress": "progress", "rate": "rate", "eta": "eta"}


class Tail(NamedTuple):
    """The texts of a row from the bar on."""

    bar: str = ""
    percent: str = ""
    rate: str = ""
    quiet: str = ""
    eta: str = ""
    tries: str = ""
    ending: tuple[str, ...] = ()


class TransferList(RowList[Key]):
    """Transfers by number: running ones first, each group with the newest on top.

    Self-tests of this server are below all transfers of clients. A client's tries for
    one file are one row, that of the newest, which can be opened.

    A finding has a line below the newest transfer that it is about; the key of that
    line is the transfer's negative number.

    Attributes:
        model: the rows.
        hosts: MAC, host name and path MTU of clients.
        sort_key: key of the sort column, "" for none.
        is_reverse: whether its greatest values come first.
        chosen: columns that the user chose, in order; empty for the default ones.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings(TRANSFER_ROWS)
    DEFAULT_CSS: ClassVar[str] = "TransferList { scrollbar-gutter: stable; }"

    class Sorted(Message):
        """The sort order or the grouping has changed."""

    def __init__(self, store: Store, *, now: Callable[[], float]) -> None:
        super().__init__(id="transfer-list")
        self.model = TransferModel(store)
        self.hosts = ClientHosts(store)
        self.sort_key, self.is_reverse = "", False
        self.chosen: tuple[str, ...] = ()
        self._store, self._now = store, now
        self._around = Surroundings(store, self.hosts, now)
        self._shape = Shape()
        self._layouts: dict[int, Layout] = {}

    def sort(self) -> None:
        """Update from the store's transfers."""
        self.model.look()
        views = self._store.transfers.values()
        shape = Shape(
            self._shape.long_hosts or any(len(one.client) > IPV4 for one in views),
            self._store.is_capture,
            self.chosen,
        )
        if shape != self._shape:
            self._shape = shape
            self.forget_drawn()
        self.refresh_rows()

    def forget_drawn(self) -> None:
        """Redraw everything."""
        self._layouts.clear()
        super().forget_drawn()

    @property
    def shape(self) -> Shape:
        """Parameters of the column widths."""
        return self._shape

    @property
    def around(self) -> Surroundings:
        """Data for columns besides the transfer."""
        return self._around

    @property
    def current_row(self) -> AnyRow | None:
        """The row under the cursor; for an alarm the transfer above it."""
        key = self.current_key
        row = self.model.row_of(key)
        if isinstance(row, AlarmRow):
            place = self.model.place_of(key) if key is not None else None
            above = self.model.rows[: place or 0]
            return next((one for one in reversed(above) if one.key != key), None)
        return row

    @property
    def current(self) -> TransferView | None:
        """The transfer under the cursor; None on a client or a refused request."""
        key = self.current_key
        if not isinstance(key, int):
            return None
        return self._store.transfers.get(abs(key))

    def sort_by(self, key: str, *, is_reverse: bool = False) -> None:
        """Sort rows by a column; running ones first if KEY is no column."""
        values = all_values(self._shape, self._around)
        self.sort_key = key if key in values else ""
        self.is_reverse = is_reverse and bool(self.sort_key)
        self.model.order = (
            (values[self.sort_key], self.is_reverse) if self.sort_key else None
        )
        self.forget_drawn()
        self.sort()
        self.post_message(self.Sorted())

    def sortable(self) -> list[tuple[str, str, str, bool]]:
        """Return key, title and meaning of all columns, and if the largest lead."""
        return [
            (one.key, one.title.strip(), one.meaning, one.is_right)
            for one in self.every_column()
        ]

    @property
    def sort_title(self) -> str:
        """The title of the sort column."""
        titles = {one.key: one.title for one in self.every_column()}
        return titles.get(self.sort_key, self.sort_key).strip()

    def every_column(self) -> tuple[Column[Row], ...]:
        """Return all columns."""
        return columns(self.size.width, self._shape, self._around)

    def shown_columns(self) -> tuple[str, ...]:
        """Return the keys of the chosen columns, or else of those shown."""
        return self.chosen or keys_of(self._layout(self.size.width).columns)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to open and to close only where that is possible."""
        if action in ("unfold", "fold"):
            return not self.cannot_fold(wide=action == "unfold")
        return super().check_action(action, parameters)

    def cannot_fold(self, *, wide: bool) -> str:
        """Return why the row under the cursor can't be opened (WIDE) or closed."""
        is_open = self.model.can_open(self.current_key)
        if wide:
            if is_open is None:
                return "this row is a single request"
            return "already open" if is_open else ""
        can_close = is_open or self.model.parent(self.current_key) is not None
        return "" if can_close else "nothing to close"

    def action_unfold(self) -> None:
        """Show the tries of a boot, or the transfers of a client."""
        self.fold(wide=True)

    def action_fold(self) -> None:
        """Show them as one row again."""
        self.fold(wide=False)

    def fold(self, *, wide: bool) -> None:
        """Open the row under the cursor; or close it, or its parent."""
        key = self.current_key
        if not wide and not self.model.can_open(key):
            key = self.model.parent(key)
        if key is not None:
            self.model.open(key, wide=wide)
            self.move_cursor(self.model.place_of(key) or 0)
            self.refresh_bindings()

    def action_group(self) -> None:
        """Switch grouping by client on or off."""
        self.model.by_client = not self.model.by_client
        self.sort()
        self.post_message(self.Sorted())

    def sort_next(self, step: int) -> None:
        """Sort by the column STEP places from the current one."""
        fold = self._layout(self.size.width)
        tail = [key for key, _ in fold.tail_titles]
        keys = ["", *keys_of(fold.columns), *tail]
        place = keys.index(self.sort_key) if self.sort_key in keys else 0
        self.sort_by(keys[(place + step) % len(keys)])

    def reverse(self) -> None:
        """Reverse the sort order."""
        self.sort_by(self.sort_key, is_reverse=not self.is_reverse)

    # Overrides of RowList.

    def row_count(self) -> int:
        """Return the number of rows."""
        return len(self.model.rows)

    def row_key(self, index: int) -> Key:
        """Return the key of row INDEX."""
        return self.model.rows[index].key

    def index_of(self, key: Key) -> int | None:
        """Return the row of KEY; for a folded try, the row that contains it."""
        return self.model.place_of(key)

    def stamp(self, index: int) -> Hashable:
        """Return the texts of the row."""
        row = self.model.rows[index]
        if isinstance(row, AlarmRow):
            finding = self._store.finding_of(row.number)
            return "" if finding is None else finding.of(row.number)
        if isinstance(row, ClientRow):
            return self._lead(row), self._client_words(row)
        return self._lead(row), self._columns(row), self._tail(row)

    async def on_click(self, event: events.Click) -> None:
        """Sort by the column whose title is clicked; again: reverse."""
        # Textual also calls RowList's handler, for clicks below the header.
        if event.y < self.header_lines and (key := self._title_at(event.x)):
            if key == self.sort_key:
                self.reverse()
            else:
                self.sort_by(key)

    # Drawing.

    def draw_header(self, width: int) -> str:
        """Return the column titles."""
        fold = self._layout(width)
        names = [
            titled(one.column, one.room, self._direction(one.column.key))
            for one in fold.columns
        ]
        tail = ""
        for key, room in fold.tail_titles:
            title = f"{TAIL_TITLES[key]}{self._direction(key)}"
            right = key != "progress" or not fold.bar
            tail += fitted(title, room, right=right)
        return fitted(" " * MARK + fold.gap.join([*names, tail]), width)

    def draw_row(self, index: int, width: int) -> list[Segment]:
        """Draw a transfer, a client or an alarm."""
        row = self.model.rows[index]
        if isinstance(row, AlarmRow):
            return self._draw_finding(row.number, width)
        mark = Segment(fitted(self._lead(row), MARK), self._state(row))
        if isinstance(row, ClientRow):
            text = fitted_words(self._client_words(row), width - MARK - 1)
            return [mark, Segment(text, self._state(row) + Style(bold=True))]
        fold = self._layout(width)
        line = [mark]
        for cells in self._columns(row):
            line += [
                Segment(text, self.slots[slot] if slot else None)
                for text, slot in cells
            ]
            line.append(Segment(fold.gap))
        return line + self._draw_tail(self._tail(row), fold, self._state(row))

    def _direction(self, key: str) -> str:
        return (DOWN if self.is_reverse else UP) if key == self.sort_key else ""

    def _title_at(self, x: int) -> str:
        """Return the key of the column at a cell; "" if there is none."""
        fold = self._layout(self.size.width)
        end = MARK
        for one in fold.columns:
            end += one.room + len(fold.gap)
            if x < end:
                return one.column.key
        for key, room in fold.tail_titles:
            end += room
            if x < end:
                return key
        return ""

    def _lead(self, row: Row | ClientRow) -> str:
        """Return the mark of a row, and whether it matches or can be opened."""
        last = row.worst if isinstance(row, ClientRow) else row
        mark = words.REFUSED if last.is_refused else words.mark(self._view(last))
        if self.model.is_found(row):
            return mark + FOUND
        if row.is_open is None:
            return mark
        return mark + (OPENED if row.is_open else CLOSED)

    def _state(self, row: Row | ClientRow) -> Style:
        last = row.worst if isinstance(row, ClientRow) else row
        return self.slots[words.slot(self._view(last))]

    def _client_words(self, row: ClientRow) -> str:
        return words.client_words(row, self._store)

    def _columns(self, row: Row) -> tuple[tuple[Cell, ...], ...]:
        row = replace(row, view=self._view(row))
        fold = self._layout(self.size.width)
        return tuple(tuple(one.column.cell(row, one.room)) for one in fold.columns)

    def _tail(self, row: Row) -> Tail:
        view, now = self._view(row), self._now()
        if row.is_refused:
            return Tail(ending=tuple(words.refusal(row, now)))
        if not view.running:
            ending = words.ending(view, now, row.times)
            return Tail(rate=words.mean_rate(view), ending=tuple(ending))
        part = words.progress(view)
        pace = words.pace(view, self._store.rate(view.number), now)
        return Tail(
            bar="~".ljust(words.BAR) if part is None else words.bar(part),
            percent=percent(row),
            rate=pace.rate,
            quiet=pace.quiet,
            eta=pace.eta,
            tries=f"{row.times} tries" if row.times > 1 else "",
        )

    def _draw_finding(self, number: int, width: int) -> list[Segment]:
        hint = "  w why? "  # leave a cell before the scrollbar
        room = width - len(hint)
        finding = self._store.finding_of(number)
        words_ = ""
        if finding is not None:
            words_ = alarm_in_cells(finding, self._store, room - 4, number)
        headline = fitted_words(f"  ╰ {words_}", room)
        alarm, muted = self.slots["transfer-stalled"], self.slots["muted"]
        return [Segment(headline, alarm), Segment(hint, muted)]

    def _draw_tail(self, tail: Tail, fold: Layout, state: Style) -> list[Segment]:
        if tail.ending:
            return self._ending(tail, fold, state)
        if tail.quiet and fold.bar:
            return self._stalled(tail, fold, state)
        line = [
            Segment(tail.bar if fold.bar else "", state),
            Segment(f"{tail.percent:>{PERCENT}} "),
        ]
        line.append(Segment(fitted(tail.rate, RATE, right=True)))
        if fold.eta:
            eta = fitted(tail.eta, ETA + 1, right=True)
            line.append(Segment(eta, self.slots["muted"]))
        return line

    def _ending(self, tail: Tail, fold: Layout, state: Style) -> list[Segment]:
        """Return the longest text that fits, and the mean rate if there is room."""
        before = fold.bar + PERCENT
        room = before + (len(tail.rate) < RATE)  # leave a cell between them
        if tail.rate and len(tail.ending[0]) <= room:
            words_ = fitted(tail.ending[0], before + 1)
            mean = fitted(tail.rate, RATE, right=True)
            rest = " " * (fold.tail - before - 1 - RATE)
            return [Segment(words_, state), Segment(mean + rest, self.slots["muted"])]
        fits = (form for form in tail.ending if len(form) <= fold.tail)
        return [Segment(fitted(next(fits, tail.ending[-1]), fold.tail), state)]

    def _stalled(self, tail: Tail, fold: Layout, state: Style) -> list[Segment]:
        """Return the idle time in place of the bar."""
        share = f"{tail.percent:>{PERCENT - 1}}"
        quiet = fitted(tail.quiet, fold.bar + PERCENT + 1 - len(share))
        rest = fold.tail - fold.bar - PERCENT - 1
        tries = fitted(tail.tries, rest, right=True)
        return [Segment(quiet, state), Segment(share), Segment(tries, state)]

    def _view(self, row: Row) -> TransferView:
        """Return the latest view of a row; the store may have dropped it."""
        if row.is_refused:
            return row.view
        return self._store.transfers.get(row.view.number) or row.view

    def _layout(self, width: int) -> Layout:
        if width not in self._layouts:
            self._layouts[width] = layout(width, self._shape, self._around)
        return self._layouts[width]
