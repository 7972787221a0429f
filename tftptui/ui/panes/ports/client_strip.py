"""The strip of client ports, with its own cursor."""

from itertools import groupby
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.widget import Widget

from tftptui.ui.keys import bindings
from tftptui.ui.panes.ports.actions import RANGE
from tftptui.ui.panes.ports.client_axis import (
    Axis,
    Caller,
    axis,
    band,
    by_cell,
    callers,
    names,
    numbers,
    strip,
)
from tftptui.ui.panes.ports.map import CURSOR, LABEL, NAME, picture_width
from tftptui.ui.store import Store
from tftptui.ui.themes import slot_styles

HIGHEST = 65_535
SLOTS = {
    "worked": "transfer-completed",
    "failed": "transfer-failed",
    "mixed": "transfer-stalled",
    "asked": "muted",
    "nobody": "port-free",
}


class ClientStrip(Widget, can_focus=True):
    """One line; with more room also the server's range and the users of each zone.

    Call look() after the store has changed.
    """

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = bindings(RANGE)
    DEFAULT_CSS = """
    ClientStrip {
        height: 1;
        &.-with-numbers { height: 2; }
        &.-with-habits { height: 3; }
        &.-with-range { height: 4; }
    }
    """

    class Walked(Message):
        """The cursor moved to other ports, or the clients there changed."""

    class Left(Message):
        """The cursor moved up, out of the strip."""

    class Opened(Message):
        """The cell with the cursor was clicked again."""

    def __init__(self, store: Store) -> None:
        super().__init__(id="client-strip")
        self._store = store
        self._callers: list[Caller] = []
        self._ours: tuple[int, int] | None = None
        self._port = 0

    # Display.

    @property
    def axis(self) -> Axis:
        """The mapping of cells to ports."""
        return axis(picture_width(self.size.width))

    @property
    def under_cursor(self) -> range:
        """The ports of the cell with the cursor."""
        on = self.axis
        return on.ports_of(on.cell_of(self._port))

    @property
    def callers_there(self) -> list[Caller]:
        """The clients with a port under the cursor, the latest last."""
        ports = self.under_cursor
        return [caller for caller in self._callers if caller.port in ports]

    def look(self) -> None:
        """Redraw if clients, their results or the server's range changed."""
        seen, ours = callers(self._store), self._our_range()
        if (seen, ours) != (self._callers, self._ours):
            self._callers, self._ours = seen, ours
            self.refresh()
            self.post_message(self.Walked())

    def _our_range(self) -> tuple[int, int] | None:
        ports, status = self._store.ports, self._store.status
        if ports is None:
            return None
        if ports.single_port and status:
            return status.port, status.port
        return ports.first, ports.last

    def on_focus(self) -> None:
        """Show the cursor and describe the ports under it."""
        self.refresh()
        self.post_message(self.Walked())

    def on_blur(self) -> None:
        """Hide the cursor."""
        self.refresh()

    def on_resize(self) -> None:
        """Describe the ports under the cursor: a cell may stand for others now."""
        self.post_message(self.Walked())

    def render(self) -> Text:
        """Return the strip, and as many lines around it as fit."""
        on, muted = self.axis, slot_styles(self.app.theme_variables)["muted"]
        line = self._strip(on)
        if self.size.height == 1:
            return line
        edge = " " * (NAME + LABEL + 1)
        scale = (numbers, names)[: self.size.height - 1]
        lines = [line, *(Text(edge + one(on), muted) for one in scale)]
        if self.size.height > len(lines) and self._ours is not None:
            lines.insert(0, self._range(on))
        return Text("\n").join(lines)

    def _strip(self, on: Axis) -> Text:
        slots = slot_styles(self.app.theme_variables)
        line = self._begin("clients" if self._store.is_capture else "theirs")
        begin = len(line)
        cells = strip(by_cell(self._callers, on), on)
        for meaning, run in groupby(cells, key=lambda pair: pair[1]):
            line.append("".join(mark for mark, _ in run), slots[SLOTS[meaning]])
        if self.has_focus:
            place = begin + on.cell_of(self._port)
            line.stylize(CURSOR, place, place + 1)
        return line.append(f" {HIGHEST}", slots["muted"])

    def _range(self, on: Axis) -> Text:
        slots, range_ = slot_styles(self.app.theme_variables), self._our_range()
        line = self._begin("ours")
        if range_ is None:
            return line
        for ours, run in groupby(band(*range_, on), key=lambda mark: mark == "━"):
            line.append("".join(run), slots["port-used" if ours else "port-free"])
        return line.append(f" {HIGHEST}", slots["muted"])

    def _begin(self, name: str) -> Text:
        muted = slot_styles(self.app.theme_variables)["muted"]
        return Text(f"{name:<{NAME}}{0:>{LABEL}} ", muted, no_wrap=True)

    # Navigation.

    def _go_to_cell(self, cell: int) -> None:
        on = self.axis
        self._port = on.ports_of(max(0, min(cell, on.width - 1))).start
        self.refresh()
        self.post_message(self.Walked())

    def action_walk(self, step: int) -> None:
        """Move the cursor by STEP cells."""
        self._go_to_cell(self.axis.cell_of(self._port) + step)

    def action_walk_rows(self, step: int) -> None:
        """Go up to the map."""
        if step < 0:
            self.post_message(self.Left())

    def action_end(self, step: int) -> None:
        """Go to the last cell, or the first."""
        self._go_to_cell(self.axis.width if step > 0 else 0)

    def action_notable(self, step: int) -> None:
        """Move to the next or previous cell that has clients."""
        on = self.axis
        here, seen = on.cell_of(self._port), by_cell(self._callers, on)
        for away in range(1, on.width + 1):
            cell = (here + step * away) % on.width
            if cell in seen:
                self._go_to_cell(cell)
                return

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hide the closer view: a cell never stands for a single port here."""
        del parameters
        return action != "closer"

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to the click; a second click opens the transfer there."""
        column = event.x - NAME - LABEL - 1
        if 0 <= column < self.axis.width:
            again = self.axis.cell_of(self._port) == column and self.has_focus
            self._go_to_cell(column)
            if again:
                self.post_message(self.Opened())
