"""The map of the server's range, with a cursor."""

from collections.abc import Callable, Mapping
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget

from tftptui.engine.messages import FREE
from tftptui.ui.keys import bindings
from tftptui.ui.panes.ports.actions import RANGE
from tftptui.ui.panes.ports.map_geometry import Plan, close, whole
from tftptui.ui.panes.ports.states import SLOTS, runs
from tftptui.ui.store import Store
from tftptui.ui.themes import slot_styles

NAME = 7
"""Cells for the name in front of a picture: ``ours``, ``theirs``."""

LABEL = 5
"""Cells of a port number."""

MOST_ROWS = 1_000
NO_RANGE = "a capture does not show the server's port range"
CURSOR = Style(reverse=True, bold=True)


def picture_width(width: int) -> int:
    """Return the width of a picture without its name and port numbers, in cells."""
    return max(1, width - NAME - 2 * LABEL - 2)


def draw_map(
    plan: Plan,
    states: bytes,
    rows: range,
    slots: Mapping[str, Style],
    cursor: int | None = None,
) -> Text:
    """Return some ROWS of a map, with the cell of port CURSOR highlighted.

    STATES holds one display state per port, from the plan's first port on.
    """
    text = Text(no_wrap=True)
    for row in rows:
        first, end = plan.ports_of(row * plan.columns), (row + 1) * plan.columns
        last = plan.ports_of(min(end, plan.cells) - 1)
        name = "ours" if row == rows.start else ""
        text.append(f"{name:<{NAME}}{first.start:>{LABEL}} ", slots["muted"])
        begin = len(text)
        part = states[first.start - plan.first : last.stop - plan.first]
        for marks, state in runs(part, plan.share):
            text.append(marks, slots[SLOTS[state]])
        if cursor is not None and plan.row_of(cursor) == row:
            place = begin + plan.cell_of(cursor) % plan.columns
            text.stylize(CURSOR, place, place + 1)
        text.append(f" {last.stop - 1}", slots["muted"])
        text.append("" if row == rows.stop - 1 else "\n")
    return text


class RangeMap(Widget, can_focus=True):
    """The server's range; ``states`` holds one display state per port.

    Call show() after a change. The cursor stays on its port.
    """

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = bindings(RANGE)
    DEFAULT_CSS = "RangeMap { height: auto; min-height: 1; }"

    class Walked(Message):
        """The cursor moved to other ports, or the states of its ports changed."""

    class Left(Message):
        """The cursor moved down from the last row."""

    class Opened(Message):
        """The cell with the cursor was clicked again."""

    def __init__(self, store: Store, *, shown: Callable[[], bytes]) -> None:
        super().__init__(id="range-map")
        self._store, self._shown = store, shown
        self._states = b""
        self._port: int | None = None
        self._top = 0
        self.is_close = False

    # Display.

    @property
    def plan(self) -> Plan | None:
        """The layout of ports in cells; None while there is no range."""
        ports, (width, height) = self._store.ports, self.size
        if ports is None or not height:
            return None
        room = picture_width(width)
        if self.is_close:
            return close(ports.first, ports.last, room)
        return whole(ports.first, ports.last, room, height)

    @property
    def under_cursor(self) -> range:
        """The ports of the cell with the cursor; empty while there is no range."""
        plan = self.plan
        if plan is None:
            return range(0)
        cell = plan.cell_of(plan.first if self._port is None else self._port)
        return plan.ports_of(cell)

    def show(self) -> None:
        """Redraw if any state changed."""
        states = self._shown()
        if states != self._states:
            self.refresh(layout=len(states) != len(self._states))
            self._states = states
            self.post_message(self.Walked())

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the rows needed for one port per cell; the pane may give fewer."""
        del container, viewport
        ports = self._store.ports
        if ports is None:
            return 1
        return min(MOST_ROWS, close(ports.first, ports.last, picture_width(width)).rows)

    def on_resize(self) -> None:
        """Report the ports under the cursor: a cell may stand for more or fewer now."""
        self._reveal()
        self.refresh()
        self.post_message(self.Walked())

    def on_focus(self) -> None:
        """Show the cursor and describe the ports under it."""
        self.refresh()
        self.post_message(self.Walked())

    def on_blur(self) -> None:
        """Hide the cursor."""
        self.refresh()

    def render(self) -> Text:
        """Return the visible rows."""
        plan, slots = self.plan, slot_styles(self.app.theme_variables)
        if plan is None:
            empty = NO_RANGE if self._store.is_capture else "no range yet"
            return Text(empty, slots["muted"], no_wrap=True, overflow="ellipsis")
        rows = range(self._top, min(plan.rows, self._top + self.size.height))
        cursor = self.under_cursor.start if self.has_focus else None
        return draw_map(plan, self._states or self._shown(), rows, slots, cursor)

    # Navigation.

    def go_to(self, port: int) -> None:
        """Move the cursor to a port, or the nearest in the range; scroll to it."""
        plan = self.plan
        if plan is None:
            return
        self._port = max(plan.first, min(port, plan.last))
        self._reveal()
        self.refresh()
        self.post_message(self.Walked())

    def _reveal(self) -> None:
        plan = self.plan
        if plan is None:
            return
        row = plan.row_of(self.under_cursor.start)
        height = max(1, self.size.height)
        self._top = max(row - height + 1, min(self._top, row))
        self._top = max(0, min(self._top, plan.rows - height))

    def _go_to_cell(self, cell: int) -> None:
        if plan := self.plan:
            self.go_to(plan.ports_of(max(0, min(cell, plan.cells - 1))).start)

    def action_walk(self, step: int) -> None:
        """Move the cursor by STEP cells."""
        if plan := self.plan:
            self._go_to_cell(plan.cell_of(self.under_cursor.start) + step)

    def action_walk_rows(self, step: int) -> None:
        """Move the cursor by STEP rows; from the last row, leave the map."""
        plan = self.plan
        if plan is None:
            return
        cell = plan.cell_of(self.under_cursor.start) + step * plan.columns
        if cell >= plan.cells and plan.row_of(self.under_cursor.start) + 1 == plan.rows:
            self.post_message(self.Left())
        else:
            self._go_to_cell(cell if cell >= 0 else cell + plan.columns)

    def action_end(self, step: int) -> None:
        """Move to the last or the first port."""
        if plan := self.plan:
            self.go_to(plan.last if step > 0 else plan.first)

    def action_notable(self, step: int) -> None:
        """Move to the next or previous port that is not free; wrap around."""
        plan = self.plan
        if plan is None:
            return
        here, cells = plan.cell_of(self.under_cursor.start), plan.cells
        for away in range(1, cells + 1):
            ports = plan.ports_of((here + step * away) % cells)
            part = self._states[ports.start - plan.first : ports.stop - plan.first]
            if part.count(FREE) < len(part):
                self.go_to(ports.start)
                return

    def action_closer(self) -> None:
        """Switch between one port per cell and the whole range."""
        port = self.under_cursor.start
        self.is_close = not self.is_close
        self.go_to(port)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the closer view only where it shows more."""
        del parameters
        plan = self.plan
        return action != "closer" or self.is_close or bool(plan and plan.share > 1)

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to the click; a second click opens the transfer there."""
        plan = self.plan
        column = event.x - NAME - LABEL - 1
        if plan is None or not 0 <= column < plan.columns:
            return
        cell = (self._top + event.y) * plan.columns + column
        if cell >= plan.cells:
            return
        again = self._port is not None and plan.cell_of(self._port) == cell
        self._go_to_cell(cell)
        if again:
            self.post_message(self.Opened())
