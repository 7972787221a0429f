"""The drawing of packets, line by line: only what is in view is ever made."""

from collections.abc import Hashable, Mapping
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tftptui.ui.store import Store
from tftptui.ui.themes import slot_styles
from tftptui.ui.widgets.packet_hint import hint
from tftptui.ui.widgets.packet_rows import Cell, columns, draw
from tftptui.ui.widgets.packet_view import PacketView
from tftptui.ui.widgets.packet_words import not_kept

KEPT_STRIPS = 512
MARGIN = 2
"""Cells beside a hint."""


class PacketCanvas(ScrollView):
    """Draws the rows of a view, and the cursor in them.

    Attributes:
        view: which rows there are.
        cursor: sequence number of the record under the cursor, if there is one.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"packets--cursor"}
    DEFAULT_CSS = """
    PacketCanvas {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
        & > .packets--cursor { background: $cursor-row-blurred; }
        &:focus > .packets--cursor { background: $cursor-row; }
    }
    """

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.view = PacketView(store)
        self.cursor: int | None = None
        self._store = store
        self._generation = 0
        self._strips: LRUCache[Hashable, Strip] = LRUCache(KEPT_STRIPS)
        self._slots: Mapping[str, Style] = {}
        self._hint: list[Cell] = []

    @property
    def row_width(self) -> int:
        """Cells of a row; the scrollbar stands on the last cell of self.size."""
        return self.scrollable_content_region.width

    def look_at_hint(self) -> None:
        """Draw what stands in the place of rows again if it has changed."""
        found = hint(self._store, self.view.transfer, self.row_width - 2 * MARGIN)
        if found != self._hint:
            self._hint = found
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return one line of the view."""
        width = self.row_width
        if not self.view.rows:
            return self._draw_hint(y, width)
        row = y + self.scroll_offset.y
        sequence = self.view.sequence_at(row)
        if sequence is None:
            text = not_kept(self.view.dropped) if row < self.view.heading else ""
            segments = [Segment(text, self._slots.get("muted"))]
            return self._on_ground(segments, width, self.rich_style)
        chosen = sequence == self.cursor
        key = (sequence, width, chosen, self._generation, self.view.transfer)
        strip = self._strips.get(key)
        if strip is None:
            strip = self._strips[key] = self._draw_row(sequence, width)
        return strip

    def notify_style_update(self) -> None:
        """Take over colours that may have changed."""
        super().notify_style_update()
        self._generation += 1
        self._strips.clear()
        self._slots = slot_styles(self.app.theme_variables)

    def _draw_row(self, sequence: int, width: int) -> Strip:
        line = self.view.line(sequence)
        ground = self.rich_style
        if sequence == self.cursor:
            ground += self.get_component_rich_style("packets--cursor", partial=True)
        wide = columns(width, with_client=self.view.transfer is None)
        segments = [] if line is None else draw(line, wide, self._slots)
        return self._on_ground(segments, width, ground)

    def _on_ground(self, segments: list[Segment], width: int, ground: Style) -> Strip:
        return Strip(segments).adjust_cell_length(width).apply_style(ground)

    def _draw_hint(self, y: int, width: int) -> Strip:
        lines = [("", ""), *hint(self._store, self.view.transfer, width - 2 * MARGIN)]
        text, slot = lines[y] if y < len(lines) else ("", "")
        segments = [Segment(" " * MARGIN + text, self._slots.get(slot))]
        return self._on_ground(segments, width, self.rich_style)
