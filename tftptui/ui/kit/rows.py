"""A list of any length that draws only visible lines.

The cursor stays on a key, not on a line: rows may be added, removed or reordered above
it. After a change of the data call refresh_rows(): it compares what each visible line
was drawn from with what it would be drawn from now, and redraws only those that differ.
"""

import os
from abc import abstractmethod
from collections.abc import Hashable, Mapping
from typing import ClassVar, Generic, TypeVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.cache import LRUCache
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from tftptui.ui.actions import LIST, TOP
from tftptui.ui.keys import bindings
from tftptui.ui.themes import slot_styles


def take_size(view: ScrollView, size: Size) -> None:
    """Set the virtual size of VIEW to SIZE.

    Textual lays out the whole screen whenever that changes, which costs 100 ms per
    second while packets arrive. Nothing moves unless the scroll bar appears or
    disappears, or rows below the visible ones are removed, so layout is skipped
    otherwise.
    """
    before = view.virtual_size
    if size == before:
        return
    fits = size.height <= view.size.height
    if (
        size.width != before.width
        or not view.is_mounted
        or fits != (before.height <= view.size.height)
        or view.scroll_offset.y > max(0, size.height - view.size.height)
    ):
        view.virtual_size = size
        return
    view.set_reactive(Widget.virtual_size, size)
    if view.show_vertical_scrollbar:
        view.vertical_scrollbar.window_virtual_size = size.height


Key = TypeVar("Key", bound=Hashable)

KEPT_STRIPS = 512
PAGE_OVERLAP = 1
SHORTEST_ENDS = 5
"""Minimum cells to show both ends of a name."""


def fitted(text: str, width: int, *, right: bool = False) -> str:
    """Return TEXT in exactly WIDTH cells; a cut is marked by an ellipsis."""
    cells = cell_len(text)
    if cells > width:
        return set_cell_size(text, width - 1) + "…" if width > 0 else ""
    room = " " * (width - cells)
    return room + text if right else text + room


def fitted_path(path: str, width: int) -> str:
    """Return PATH in exactly WIDTH cells, with the file's whole name if it fits.

    Folders in the middle are dropped first, then all of them, then the middle of the
    name.
    """
    *folders, name = path.lstrip("/").split("/")
    forms = [path]
    for kept in range(len(folders) - 2, -1, -1):
        end = [*folders[len(folders) - kept :], name]
        forms.append("/".join([folders[0], "…", *end]))
    if folders:
        forms += [f"…/{name}", name]
    fits = (form for form in forms if cell_len(form) <= width)
    return fitted_middle(next(fits, forms[-2] if folders else name), width)


def fitted_middle(text: str, width: int) -> str:
    """Return TEXT in exactly WIDTH cells, both of its ends kept: ``a-very…2.bin``."""
    if cell_len(text) <= width or width < SHORTEST_ENDS:
        return fitted(text, width)
    tail = text[-((width - 1) // 2) :]
    while cell_len(tail) > (width - 1) // 2:
        tail = tail[1:]
    return fitted(set_cell_size(text, width - 1 - cell_len(tail)) + "…" + tail, width)


def fitted_words(text: str, width: int) -> str:
    """Return TEXT in exactly WIDTH cells, cut between words.

    A number that is cut would read as another number.
    """
    kept = fitted(text, width)
    if cell_len(text) <= width or text[len(kept) - 1 :].startswith(" "):
        return kept
    words, _, piece = kept.rpartition(" ")
    if not words or cell_len(piece) > width // 2:  # one long name
        return kept
    return fitted(f"{words} …", width)


def cursor_style(widget: Widget, name: str) -> Style:
    """Return the style of WIDGET's component NAME, the row under the cursor."""
    style = widget.get_component_rich_style(name, partial=True)
    if not os.environ.get("NO_COLOR"):
        return style
    # Grays are too similar, and reversing twice has no effect.
    has_focus = style.color is not None
    return Style(reverse=True, bold=True) if has_focus else Style(underline=True)


def cursor_strip(segments: list[Segment], width: int, ground: Style) -> Strip:
    """Return the row under the cursor; if GROUND has a text color, all of it has that.

    In the focused list the row is one clearly visible bar; its marks still show its
    state.
    """
    if ground.color is not None or ground.reverse:
        segments = [Segment("".join(one.text for one in segments))]
    return Strip(segments).adjust_cell_length(width)


class RowList(ScrollView, Generic[Key], can_focus=True):
    """Base class of all lists; a subclass provides the rows and draws them.

    Attributes:
        header_lines: lines at the top that don't scroll, 0 or 1.
        cursor_key: the key under the cursor. None follows the first row until the
            cursor is moved.
    """

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = bindings((*LIST, *TOP))
    COMPONENT_CLASSES: ClassVar[set[str]] = {"rows--header", "rows--cursor"}
    DEFAULT_CSS = """
    RowList {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        & > .rows--header { color: $muted; text-style: bold; }
        & > .rows--cursor { background: $cursor-row; }
        &:focus > .rows--cursor {
            background: $frame-focus;
            color: $background;
            text-style: bold;
        }
    }
    """
    header_lines: int = 1

    class Highlighted(Message):
        """The cursor moved to another row, or the list is empty."""

    class Opened(Message):
        """The row under the cursor was clicked."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.cursor_key: Key | None = None
        self.slots: Mapping[str, Style] = {}
        self._last_index = 0
        self._generation, self._stale = 0, True
        self._strips: LRUCache[Hashable, Strip] = LRUCache(KEPT_STRIPS)
        self._drawn: dict[int, Hashable] = {}
        self._header_style = self._cursor_style = Style()

    # Overridden by subclasses.

    @abstractmethod
    def row_count(self) -> int:
        """Return the number of rows."""
        raise NotImplementedError

    @abstractmethod
    def row_key(self, index: int) -> Key:
        """Return the key of row INDEX."""
        raise NotImplementedError

    @abstractmethod
    def index_of(self, key: Key) -> int | None:
        """Return the row with KEY, or None if it no longer exists."""
        raise NotImplementedError

    @abstractmethod
    def draw_row(self, index: int, width: int) -> list[Segment]:
        """Draw row INDEX, without a background: the list adds it."""
        raise NotImplementedError

    def stamp(self, index: int) -> Hashable:
        """Return everything that row INDEX is drawn from, besides its key."""
        return index

    def draw_header(self, width: int) -> str:
        """Return the line above the rows."""
        return fitted("", width)

    # Public methods.

    @property
    def cursor_index(self) -> int | None:
        """The row under the cursor; None if the list is empty."""
        if not self.row_count():
            return None
        if self.cursor_key is None:
            return 0
        index = self.index_of(self.cursor_key)
        return min(self._last_index, self.row_count() - 1) if index is None else index

    @property
    def current_key(self) -> Key | None:
        """The key under the cursor; None if the list is empty."""
        index = self.cursor_index
        return None if index is None else self.row_key(index)

    @property
    def rows_in_view(self) -> int:
        """The number of rows that fit."""
        return max(1, self.size.height - self.header_lines)

    def move_cursor(self, index: int) -> None:
        """Move the cursor to row INDEX, or the nearest there is, and scroll to it."""
        if not self.row_count():
            return
        index = max(0, min(index, self.row_count() - 1))
        self.cursor_key, self._last_index = self.row_key(index), index
        self._reveal(index)
        self.refresh_rows()
        self.post_message(self.Highlighted())

    def forget_drawn(self) -> None:
        """Redraw everything, after changes that no stamp covers."""
        self._generation += 1
        self._strips.clear()

    def refresh_rows(self) -> None:
        """Redraw the visible lines that would look different now."""
        self._keep_cursor_in_place()
        size = Size(self.size.width, self.row_count() + self.header_lines)
        take_size(self, size)
        for y in range(self.size.height):
            if self._drawn.get(y) != self._line_key(y):
                self.refresh(Region(0, y, self.size.width, 1))

    # Drawing.

    def render_line(self, y: int) -> Strip:
        """Return one line of the view."""
        if self._stale:
            self._look_up_colours()
        key = self._line_key(y)
        self._drawn[y] = key
        strip = self._strips.get(key)
        if strip is None:
            strip = self._strips[key] = self._draw_line(y)
        return strip

    def notify_style_update(self) -> None:
        """Look up the colors again before the next line is drawn."""
        super().notify_style_update()
        self._generation += 1
        self._strips.clear()
        self._stale = True

    def _look_up_colours(self) -> None:
        self._stale = False
        self.slots = slot_styles(self.app.theme_variables)
        self._header_style = self.get_component_rich_style("rows--header", partial=True)
        self._cursor_style = cursor_style(self, "rows--cursor")

    def _line_key(self, y: int) -> Hashable:
        width = self.size.width
        if y < self.header_lines:
            return self._generation, self.draw_header(width)
        index = self._row_at(y)
        if index >= self.row_count():
            return self._generation, width
        chosen = index == self.cursor_index
        return self._generation, width, self.row_key(index), chosen, self.stamp(index)

    def _row_at(self, y: int) -> int:
        return y - self.header_lines + self.scroll_offset.y

    def _draw_line(self, y: int) -> Strip:
        width, ground = self.size.width, self.rich_style
        if y < self.header_lines:
            line = [Segment(self.draw_header(width), self._header_style)]
        elif (index := self._row_at(y)) < self.row_count():
            line = self.draw_row(index, width)
            if index == self.cursor_index:
                strip = cursor_strip(line, width, self._cursor_style)
                return strip.apply_style(ground + self._cursor_style).simplify()
        else:
            line = []
        return Strip(line).adjust_cell_length(width).apply_style(ground).simplify()

    # Moving.

    def _keep_cursor_in_place(self) -> None:
        """Scroll along if rows were added or removed above a visible cursor."""
        if self.cursor_key is None:
            return
        index = self.index_of(self.cursor_key)
        if index is None:
            fallen = self.cursor_index
            self.cursor_key = None if fallen is None else self.row_key(fallen)
            self.post_message(self.Highlighted())
        elif index != self._last_index:
            top, before = self.scroll_offset.y, self._last_index
            moved, self._last_index = index - before, index
            if not top <= before < top + self.rows_in_view:
                return  # the reader has scrolled away from it
            if top:
                self._scroll_rows(top + moved)
            self._reveal(index)

    def _reveal(self, index: int) -> None:
        top = self.scroll_offset.y
        if index < top:
            self._scroll_rows(index)
        elif index >= top + self.rows_in_view:
            self._scroll_rows(index - self.rows_in_view + 1)

    def _scroll_rows(self, top: int) -> None:
        size = Size(self.size.width, self.row_count() + self.header_lines)
        take_size(self, size)
        self.scroll_to(y=max(0, top), animate=False, immediate=True)

    def action_cursor(self, step: int) -> None:
        """Move by STEP rows."""
        self.move_cursor((self.cursor_index or 0) + step)

    def action_page(self, step: int) -> None:
        """Move by STEP pages."""
        self.action_cursor(step * max(1, self.rows_in_view - PAGE_OVERLAP))

    def action_first(self) -> None:
        """Move to the first row."""
        self.move_cursor(0)

    def action_last(self) -> None:
        """Move to the last row."""
        self.move_cursor(self.row_count() - 1)

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        self._drawn.clear()
        if self.cursor_key is not None and (index := self.cursor_index) is not None:
            self._reveal(index)

    async def on_click(self, event: events.Click) -> None:
        """Move the cursor to the row; a second click opens it."""
        index = self._row_at(event.y)
        if event.y < self.header_lines or index >= self.row_count():
            return
        again = self.row_key(index) == self.cursor_key
        self.move_cursor(index)
        if again:
            self.post_message(self.Opened())
