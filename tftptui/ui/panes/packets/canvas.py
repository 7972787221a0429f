"""The drawing of packets, line by line: only what is in view is ever made."""

from collections.abc import Hashable, Mapping
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tftptui.ui.panes.packets.columns import (
    Cell,
    Columns,
    Look,
    TimeMode,
    columns,
    draw,
)
from tftptui.ui.panes.packets.hint import hint
from tftptui.ui.panes.packets.model import PacketView, Place
from tftptui.ui.panes.packets.words import not_kept
from tftptui.ui.store import Store
from tftptui.ui.themes import slot_styles

KEPT_STRIPS = 512
MARGIN = 2
"""Cells beside a hint."""

MARKED, FOUND = "◆", "›"
"""What stands before the marked packet, and before what was looked for."""


class PacketCanvas(ScrollView):
    """Draws the rows of a view, and the cursor in them.

    Attributes:
        view: which rows there are.
        cursor: sequence number of the record under the cursor, if there is one;
            ``part`` is the block of its run that it is on, 0 for the whole.
        range_from: where a choice of rows begins that ends at the cursor, if any.
        mode: what the times are counted from.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"packets--cursor", "packets--chosen"}
    DEFAULT_CSS = """
    PacketCanvas {
        height: 1fr;
        width: 1fr;
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 0;
        & > .packets--cursor, & > .packets--chosen {
            background: $cursor-row-blurred;
        }
        &:focus > .packets--cursor { background: $cursor-row; }
    }
    """

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.view = PacketView(store)
        self.cursor: int | None = None
        self.part = 0
        self.range_from: int | None = None
        self.mode = TimeMode.CLOCK
        self._store = store
        self._generation = 0
        self._strips: LRUCache[Hashable, Strip] = LRUCache(KEPT_STRIPS)
        self._slots: Mapping[str, Style] = {}
        self._hint: list[Cell] = []
        self._ground: Style | None = None

    @property
    def row_width(self) -> int:
        """Cells of a row."""
        return self.scrollable_content_region.width

    @property
    def columns(self) -> Columns:
        """Which columns there are now."""
        return columns(self.row_width, with_client=self.view.transfer is None)

    @property
    def ground(self) -> Style:
        """What rows without the cursor are drawn on; it takes long to find out."""
        if self._ground is None:
            self._ground = self.rich_style
        return self._ground

    @property
    def place(self) -> Place | None:
        """What the cursor is on."""
        return None if self.cursor is None else Place(self.cursor, self.part)

    def look_at_hint(self) -> None:
        """Draw what stands in the place of rows again if it has changed."""
        found = self._found_hint()
        if found != self._hint:
            self._hint = found
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return one line of the view."""
        width, view = self.row_width, self.view
        if not view.rows:
            return self._draw_hint(y, width)
        row = y + self.scroll_offset.y
        place = view.place_at(row)
        if place is None:
            text = not_kept(view.dropped) if row < view.heading else ""
            segments = [Segment(text, self._slots.get("muted"))]
            return self._on_ground(segments, width, self.ground)
        key = self._key(place, width)
        strip = self._strips.get(key)
        if strip is None:
            strip = self._strips[key] = self._draw_row(place, width)
        return strip

    def notify_style_update(self) -> None:
        """Take over colours that may have changed."""
        super().notify_style_update()
        self.forget_drawn()
        self._slots = slot_styles(self.app.theme_variables)

    def forget_drawn(self) -> None:
        """Draw all rows again."""
        self._generation += 1
        self._ground = None
        self._strips.clear()

    def _key(self, place: Place, width: int) -> Hashable:
        ground = place == self.place, self._is_chosen(place)
        before = place.sequence
        if self.mode == TimeMode.BEFORE:  # the row above may be another one
            above = self.view.place_at(self.view.row_of(place) - 1)
            before = above.sequence if above else -1
        lead = self._lead(place)
        all_of_them = self.view.transfer is None  # then there are clients in a column
        drawn = lead, self.mode, before, all_of_them
        return place, width, ground, drawn, self._generation

    def _lead(self, place: Place) -> str:
        if place.block:
            return " "
        if place.sequence == self.view.mark:
            return MARKED
        return FOUND if self.view.is_found(place.sequence) else " "

    def _is_chosen(self, place: Place) -> bool:
        if self.range_from is None or self.cursor is None:
            return False
        first, last = sorted((self.range_from, self.cursor))
        return first <= place.sequence <= last

    def _draw_row(self, place: Place, width: int) -> Strip:
        wide = self.columns
        line = self.view.line(place, with_answer=wide.answer > 0)
        ground = self.ground
        if place == self.place:
            ground += self.get_component_rich_style("packets--cursor", partial=True)
        elif self._is_chosen(place):
            ground += self.get_component_rich_style("packets--chosen", partial=True)
        look = Look(wide, self.mode, self.view.marked_time(), self._lead(place))
        segments = [] if line is None else draw(line, look, self._slots)
        return self._on_ground(segments, width, ground)

    def _on_ground(self, segments: list[Segment], width: int, ground: Style) -> Strip:
        return Strip(segments).adjust_cell_length(width).apply_style(ground)

    def _found_hint(self) -> list[Cell]:
        return hint(self._store, self.view, self.row_width - 2 * MARGIN)

    def _draw_hint(self, y: int, width: int) -> Strip:
        lines = [("", ""), *self._found_hint()]
        text, slot = lines[y] if y < len(lines) else ("", "")
        segments = [Segment(" " * MARGIN + text, self._slots.get(slot))]
        return self._on_ground(segments, width, self.rich_style)
