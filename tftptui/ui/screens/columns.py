"""Choose the columns of a list and their order."""

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content

from tftptui.ui.actions import COLUMNS
from tftptui.ui.keys import bindings
from tftptui.ui.kit.rows import RowList, fitted
from tftptui.ui.messages import Offered
from tftptui.ui.screens.window import Window

_TITLE = 18


class OfferedList(RowList[str]):
    """One row per column: the shown ones first, in their order."""

    header_lines = 0

    def __init__(self, offered: Sequence[Offered], shown: Sequence[str]) -> None:
        super().__init__(id="offered-columns")
        by_key = {one.key: one for one in offered}
        first = [by_key[key] for key in shown if key in by_key]
        self.order = [*first, *(one for one in offered if one not in first)]
        self.shown = {one.key for one in first}

    def row_count(self) -> int:
        """Return the number of columns."""
        return len(self.order)

    def row_key(self, index: int) -> str:
        """Return the key of a column."""
        return self.order[index].key

    def index_of(self, key: str) -> int | None:
        """Return the row of a column."""
        keys = [one.key for one in self.order]
        return keys.index(key) if key in keys else None

    def stamp(self, index: int) -> tuple[Offered, bool]:
        """Return everything that a row is drawn from."""
        one = self.order[index]
        return one, one.key in self.shown

    def draw_row(self, index: int, width: int) -> list[Segment]:
        """Draw a mark if it is shown, its title and meaning."""
        one = self.order[index]
        mark = "■" if one.key in self.shown else "·"
        rest = fitted(one.meaning, max(0, width - _TITLE - 3))
        return [
            Segment(f"{mark} ", self.slots["transfer-active"]),
            Segment(fitted(one.title, _TITLE) + " "),
            Segment(rest, self.slots["muted"]),
        ]

    def toggle(self) -> None:
        """Show or hide the column under the cursor."""
        key = self.current_key
        if key is not None:
            self.shown ^= {key}
            self.refresh_rows()

    def shift(self, step: int) -> None:
        """Move the column under the cursor by STEP rows."""
        place = self.cursor_index
        if place is not None and 0 <= place + step < len(self.order):
            one = self.order.pop(place)
            self.order.insert(place + step, one)
            self.move_cursor(place + step)


class ColumnScreen(Window[tuple[str, ...] | None]):
    """Returns the keys of the chosen columns, in order; () for the default ones.

    Args:
        heading: title of the window.
        offered: all columns.
        shown: keys of those shown now.
    """

    SCOPE = "columns"
    BINDINGS: ClassVar[list[BindingType]] = bindings(COLUMNS)
    DEFAULT_CSS = """
    ColumnScreen > Vertical { width: 90; height: 30; }
    """

    def __init__(
        self, heading: str, offered: Sequence[Offered], shown: Sequence[str]
    ) -> None:
        super().__init__()
        self._frame = Vertical()
        self._list = OfferedList(offered, shown)
        self._frame.border_title = Content(heading)
        keys = "space show/hide · J K move · d default · enter apply · esc cancel"
        self._frame.border_subtitle = Content(keys)

    def compose(self) -> ComposeResult:
        """Lay out the list."""
        with self._frame:
            yield self._list

    def on_mount(self) -> None:
        """Focus the list."""
        self._list.focus()

    def on_row_list_opened(self) -> None:
        """Show or hide a column on a double click."""
        self._list.toggle()

    def action_turn(self) -> None:
        """Show or hide the column under the cursor."""
        self._list.toggle()

    def action_shift(self, step: int) -> None:
        """Move the column under the cursor."""
        self._list.shift(step)

    def action_usual(self) -> None:
        """Use the default columns for the width."""
        self.dismiss(())

    def action_done(self) -> None:
        """Use the marked columns."""
        shown = self._list.shown
        self.dismiss(tuple(one.key for one in self._list.order if one.key in shown))
