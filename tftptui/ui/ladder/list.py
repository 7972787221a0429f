"""The ladder as a list: follows its end until the cursor moves up."""

from collections.abc import Hashable
from typing import ClassVar

from rich.segment import Segment
from textual.binding import BindingType
from textual.message import Message

from tftptui.telemetry.views import TransferView
from tftptui.ui.keys import bindings
from tftptui.ui.kit.rows import RowList
from tftptui.ui.ladder.actions import LADDER
from tftptui.ui.ladder.feed import LadderFeed
from tftptui.ui.ladder.items import Arrow, Fold, Item, Key, Ladder, Pause
from tftptui.ui.ladder.rows import (
    Cell,
    Frame,
    arrow_cells,
    draw,
    fold_cells,
    frame,
    pause_cells,
    words_cells,
)
from tftptui.ui.ladder.words import reading_text
from tftptui.ui.panes.packets.details import PacketOpened
from tftptui.ui.panes.packets.search import first_attempt
from tftptui.ui.panes.packets.words import Line
from tftptui.ui.panes.transfers.words import mark, meaning, slot
from tftptui.ui.store import Store

END: Key = (float("inf"), 9, 0)
START: Key = (-1.0, 0, 0)
BREATH = 0.01
"""Seconds between two slices, so that keys are handled."""

SELDOM = 8
"""Slices between redraws of the rest of the screen, which take as long as a slice."""

GONE = "not kept any more"
UNANSWERED_PHASES = ("abandoned", "unconfirmed")


class LadderList(RowList[Key]):
    """The rungs, the latest at the bottom; call look() after the store has changed."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(LADDER)
    header_lines = 0

    class Changed(Message):
        """There are new rungs."""

    def __init__(self, store: Store, number: int) -> None:
        super().__init__(id="ladder")
        self._store, self._number = store, number
        self.feed = LadderFeed(store, number)
        self.follows = True
        self._is_reading, self._slices = False, 0
        self._view: TransferView | None = None

    @property
    def ladder(self) -> Ladder:
        """The items."""
        return self.feed.ladder

    # Contents.

    def show(self, number: int) -> None:
        """Show another transfer."""
        self._number, self._view = number, None
        self.feed = LadderFeed(self._store, number)
        self.follows, self.cursor_key = True, None
        self.forget_drawn()
        self.look()

    def look(self) -> None:
        """Read new records."""
        view = self._store.transfers.get(self._number)
        self._view = view or self._view
        more = self.feed.read()
        if more and not self._is_reading:
            self._is_reading = True
            self.set_timer(BREATH, self._go_on)
        if not more and self._view and self._view.phase in UNANSWERED_PHASES:
            self.ladder.end_unanswered()
        if self.follows and self.row_count():
            self.move_to_end()
        self.refresh_rows()

    def _go_on(self) -> None:
        self._is_reading = False
        self._slices += 1
        self.look()
        if self._slices % SELDOM == 0 or not self._is_reading:
            self.post_message(self.Changed())

    def _lead(self) -> int:
        return 0 if self.feed.is_whole and not self.ladder.forgotten else 1

    def _has_end(self) -> bool:
        is_over = self._view is not None and not self._view.running
        return is_over or self.feed.read_so_far is not None

    def row_count(self) -> int:
        """Return the number of rows."""
        return self._lead() + self.ladder.rows + self._has_end()

    def row_key(self, index: int) -> Key:
        """Return the key of row INDEX."""
        row = index - self._lead()
        if row < 0:
            return START
        return END if row >= self.ladder.rows else self.ladder.key(row)

    def index_of(self, key: Key) -> int | None:
        """Return the row with KEY, or None."""
        if key == START:
            return 0
        if key == END:
            return self.row_count() - 1
        row = self.ladder.row_of(key)
        return None if row is None else row + self._lead()

    def stamp(self, index: int) -> Hashable:
        """Return everything that row INDEX is drawn from, besides its key."""
        row = index - self._lead()
        if not 0 <= row < self.ladder.rows:
            phase = self._view and self._view.phase
            return phase, self.ladder.forgotten, self.feed.read_so_far
        match self.ladder.find(row)[0]:
            case Arrow(unanswered=unanswered):
                return unanswered
            case Fold(last=last, is_open=is_open):
                return last, is_open
            case Pause(seconds=seconds):
                return seconds

    # Drawing.

    def draw_row(self, index: int, width: int) -> list[Segment]:
        """Draw row INDEX."""
        return draw(self._cells(index - self._lead(), frame(width)), self.slots)

    def _cells(self, row: int, wide: Frame) -> list[Cell]:
        if row < 0:
            return words_cells(f"… earlier packets {GONE}", "packet-error", wide)
        if row >= self.ladder.rows:
            return self._end_cells(wide)
        return self._item_cells(*self.ladder.find(row), wide)

    def _item_cells(self, item: Item, part: int, wide: Frame) -> list[Cell]:
        if isinstance(item, Pause):
            return pause_cells(item, part, wide)
        if isinstance(item, Arrow):
            line = self._line(item)
            broken, beside = item.unanswered, self._store.is_capture
            return arrow_cells(
                line, self._begin, wide, unanswered=broken, is_halfway=beside
            )
        if not part:
            return fold_cells(item, self._begin, wide)
        folded = self._folded(item, part)
        if folded is None:
            return words_cells(GONE, "muted", wide)
        return arrow_cells(folded, self._begin, wide)

    @property
    def _begin(self) -> float:
        return self._view.started if self._view else 0.0

    def _end_cells(self, wide: Frame) -> list[Cell]:
        share, view = self.feed.read_so_far, self._view
        if share is not None:
            return words_cells(f"… {reading_text(share)}", "muted", wide)
        if view is None:
            return []
        words = f"{mark(view)} {view.phase}. {meaning(view)}"
        return words_cells(words, slot(view), wide)

    def _line(self, arrow: Arrow) -> Line:
        since = None
        if arrow.record.attempt > 1:
            try:
                begun = first_attempt(self._store.packets, arrow.number)
            except IndexError:
                begun = None
            since = None if begun is None else arrow.record.time - begun
        return Line(arrow.record, arrow.note, self._view, since)

    def _folded(self, fold: Fold, part: int) -> Line | None:
        number = self.ladder.number_in(fold, part)
        try:
            if number is not None:
                ring = self._store.packets
                return Line(ring.record(number), ring.note(number), self._view)
        except IndexError:
            pass
        return None

    def number_at(self, index: int) -> int | None:
        """Return the number of a row's record, if it is one packet."""
        row = index - self._lead()
        if not 0 <= row < self.ladder.rows:
            return None
        item, part = self.ladder.find(row)
        if isinstance(item, Fold):
            return self.ladder.number_in(item, part) if part else None
        return item.number if isinstance(item, Arrow) else None

    def line_at(self, index: int) -> Line | None:
        """Return the packet of a row, if it has one."""
        row = index - self._lead()
        if not 0 <= row < self.ladder.rows:
            return None
        item, part = self.ladder.find(row)
        match item:
            case Arrow():
                return self._line(item)
            case Fold() if part:
                return self._folded(item, part)
            case _:
                return None

    def on_resize(self) -> None:
        """Report that the size has changed."""
        super().on_resize()
        self.post_message(self.Changed())

    # Actions.

    def move_to_end(self) -> None:
        """Go to the last row, and follow new ones."""
        self.move_cursor(self.row_count() - 1)
        self.follows = True

    def move_cursor(self, index: int) -> None:
        """Move the cursor; on the last row of a running transfer, follow."""
        super().move_cursor(index)
        runs = self._view is not None and self._view.running
        self.follows = runs and index >= self.row_count() - 1
        self.refresh_bindings()

    def action_last(self) -> None:
        """Follow the end."""
        self.move_to_end()

    def action_trouble(self, step: int) -> None:
        """Go to the next or previous arrow with trouble; wrap around."""
        row = (self.cursor_index or 0) - self._lead()
        found = self.ladder.next_trouble(max(0, row), step)
        if found is None:
            self.notify("no problem in this transfer", timeout=2, markup=False)
        else:
            self.move_cursor(found + self._lead())

    def action_open(self) -> None:
        """Open or close a fold; open a packet in full."""
        index = self.cursor_index
        if index is None:
            return
        if line := self.line_at(index):
            self.post_message(PacketOpened(line, self._step))
        else:
            self._unfold(wide=None)

    def _step(self, step: int) -> Line | None:
        """Go to the next row with its own packet, by STEP at a time; return it."""
        index = (self.cursor_index or 0) + step
        while 0 <= index < self.row_count():
            if line := self.line_at(index):
                self.move_cursor(index)
                return line
            index += step
        return None

    def action_unfold(self) -> None:
        """Unfold the fold under the cursor."""
        self._unfold(wide=True)

    def action_fold(self) -> None:
        """Fold it again."""
        self._unfold(wide=False)

    def _unfold(self, *, wide: bool | None) -> None:
        row = (self.cursor_index or 0) - self._lead()
        if not 0 <= row < self.ladder.rows:
            return
        item, part = self.ladder.find(row)
        if isinstance(item, Fold):
            self.ladder.open(row, wide=not item.is_open if wide is None else wide)
            self.move_cursor(row - part + self._lead())
            self.refresh_rows()
