"""The strip next to the packets: where in all of them there were retransmissions."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tftptui.ui.panes.packets.model import PacketView, Place
from tftptui.ui.themes import slot_styles

SOME, MANY, ERROR, FOUND = "▐", "█", "✗", "›"
MANY_FROM = 0.05
"""Share of the packets that counts as many."""

Mark = tuple[str, str]
"""A character and its style slot."""


def marks(view: PacketView, height: int) -> list[Mark]:
    """Return one mark for each of HEIGHT parts of all rows."""
    total = view.rows
    drawn: list[Mark] = []
    for part in range(height):
        first, last = part_of(part, height, total)
        begin, end = view.place_at(first), view.place_at(last - 1)
        if begin is None or end is None or last <= first:
            drawn.append((" ", ""))
            continue
        drawn.append(_mark(view, (begin.sequence, end.sequence + 1), last - first))
    return drawn


def part_of(part: int, height: int, total: int) -> tuple[int, int]:
    """Return the first row of a part, and the row after its last.

    If there are few rows, each has its own part.
    """
    whole = max(total, height)
    return (
        min(total, part * whole // height),
        min(total, (part + 1) * whole // height),
    )


def _mark(view: PacketView, ends: tuple[int, int], rows: int) -> Mark:
    if view.found is not None:
        return (
            (FOUND, "transfer-active") if _within(view.found.rows, ends) else (" ", "")
        )
    if _within(view.errors, ends):
        return ERROR, "packet-error"
    resent = _within(view.resent, ends)
    if not resent:
        return " ", ""
    return MANY if resent > MANY_FROM * rows else SOME, "packet-retransmit"


def _within(numbers: Sequence[int], ends: tuple[int, int]) -> int:
    first, end = ends
    return bisect_left(numbers, end) - bisect_left(numbers, first)


class PacketMap(Widget):
    """One cell wide, as high as the list; the visible part has another background."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"packet-map--view"}
    DEFAULT_CSS = """
    PacketMap {
        width: 1;
        height: 1fr;
        margin-left: 1;
        background: $surface;
        & > .packet-map--view { background: $frame; }
    }
    """

    class Chosen(Message):
        """A place was clicked: a row."""

        def __init__(self, row: int) -> None:
            super().__init__()
            self.row = row

    def __init__(self, view: PacketView) -> None:
        super().__init__(id="packet-map")
        self._view = view
        self._marks: list[Mark] = []
        self._top = self._shown = 0
        self._slots: Mapping[str, Style] = {}

    def look(self, top: int, shown: int) -> None:
        """Redraw if it would look different; SHOWN rows from TOP on are visible."""
        drawn = marks(self._view, self.size.height)
        if (drawn, top, shown) != (self._marks, self._top, self._shown):
            self._marks, self._top, self._shown = drawn, top, shown
            self.refresh()

    def notify_style_update(self) -> None:
        """Apply colors that may have changed."""
        super().notify_style_update()
        self._slots = slot_styles(self.app.theme_variables)

    def render_line(self, y: int) -> Strip:
        """Return one cell."""
        text, slot = self._marks[y] if y < len(self._marks) else (" ", "")
        style = self.rich_style
        first, last = part_of(y, self.size.height, self._view.rows)
        in_view = first < self._top + self._shown and last > self._top and last > first
        if in_view and self._shown < self._view.rows:
            style += self.get_component_rich_style("packet-map--view", partial=True)
        return Strip([Segment(text, style + self._slots.get(slot, Style()))], 1)

    def on_click(self, event: events.Click) -> None:
        """Go to the first trouble in the clicked part, else to its first row."""
        event.stop()
        first, last = part_of(event.y, self.size.height, self._view.rows)
        begin, end = self._view.place_at(first), self._view.place_at(last - 1)
        if begin is None or end is None:
            return
        stop = self._view.stops().nearest(begin.sequence - 1, 1)
        if stop is not None and stop <= end.sequence:
            first = self._view.row_of(Place(stop))
        self.post_message(self.Chosen(first))
