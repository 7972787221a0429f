"""The list of packets: follows the newest or is paused; draws visible rows only."""

import asyncio
import textwrap
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.cache import LRUCache
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tftptui.telemetry.records.filters.terms import Filter
from tftptui.ui.actions import LIST, TOP
from tftptui.ui.formats import count
from tftptui.ui.keys import bindings
from tftptui.ui.kit.rows import cursor_strip, cursor_style, take_size
from tftptui.ui.messages import CopyWanted
from tftptui.ui.panes.empty import ROOT, command, example_file
from tftptui.ui.panes.packets.actions import PACKETS
from tftptui.ui.panes.packets.columns import (
    Cell,
    Columns,
    Look,
    TimeMode,
    columns,
    draw,
)
from tftptui.ui.panes.packets.details import PacketOpened
from tftptui.ui.panes.packets.model import PacketView, Place
from tftptui.ui.panes.packets.words import Line, has_run, not_kept, plain
from tftptui.ui.store import Store
from tftptui.ui.themes import slot_styles

KEPT_STRIPS = 512

MARGIN = 2
"""Cells on either side of a hint."""

MARKED, FOUND = "◆", "›"
"""Marks in front of the marked packet, and of a match of the search."""

_NEAR = 0.001
"""Tolerance in seconds between the clock of a record and of what it is compared to."""

HELD_LABELS = {"packets.pause": "follow"}
"""Labels of keys that differ while the list is paused."""

NOTICE_SECONDS = 2.0
"""Seconds for which a short message is shown."""

BREATH = 0.01
"""Seconds between two slices of a search; longer than one slice takes."""

MOST_COPIED = 1_000
"""Limit of rows copied to the clipboard: terminals accept only about 70 kB."""

MODES = (TimeMode.CLOCK, TimeMode.REQUEST, TimeMode.BEFORE, TimeMode.MARK)


@dataclass(frozen=True, slots=True)
class _Anchor:
    """The row being read, and its place in the view.

    Attributes:
        row: the cursor's row, or the first row if the cursor is not in view.
        line: lines above it.
        cursor: where the cursor was put; a filter may hide that row now.
        height: lines of the view at that time.
    """

    row: Place
    line: int
    cursor: Place | None
    height: int

    def top(self, view: PacketView, height: int) -> int:
        """Return the first row of a view that is HEIGHT lines high now."""
        return view.row_of(self.row) - min(self.line, max(0, height - 1))

    def cursor_in(self, view: PacketView) -> Place | None:
        """Return the cursor's row, or the nearest row that is shown."""
        if self.cursor is None:
            return None
        return view.place_at(view.row_of(self.cursor))


def _anchor_at(
    view: PacketView, cursor: Place | None, top: int, height: int
) -> _Anchor | None:
    """Return the row being read if row TOP is the first of HEIGHT; None if empty."""
    if cursor is not None:
        line = view.row_of(cursor) - top
        if 0 <= line < height:
            return _Anchor(cursor, line, cursor, height)
    first = max(top, view.heading)
    place = view.place_at(first)
    return None if place is None else _Anchor(place, first - top, cursor, height)


class PacketList(ScrollView, can_focus=True):
    """A row per packet, a cursor, and the keys for them.

    The list follows the newest row until the reader pauses it, moves the cursor or
    scrolls up. Then no row moves until the reader returns to the newest one.

    Attributes:
        view: which packets have a row.
        cursor: sequence number of the record under the cursor, if any; ``part`` is the
            block of its run (from 1), 0 for the whole record.
        range_from: where a selection begins that ends at the cursor, if any.
        mode: what the times are relative to.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings((*PACKETS, *LIST, *TOP))

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"packets--cursor", "packets--chosen"}
    DEFAULT_CSS = """
    PacketList {
        height: 1fr;
        width: 1fr;
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 0;
        & > .packets--cursor, & > .packets--chosen { background: $cursor-row; }
        &:focus > .packets--cursor {
            background: $frame-focus;
            color: $background;
            text-style: bold;
        }
    }
    """

    class Changed(Message):
        """The list was paused, filtered, or follows again."""

    class Scrolled(Message):
        """Other rows are visible."""

        def can_replace(self, message: Message) -> bool:
            """Let one message replace all that are still queued."""
            return isinstance(message, PacketList.Scrolled)

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.view = PacketView(store)
        self.cursor: int | None = None
        self.part = 0
        self.range_from: int | None = None
        self.mode = TimeMode.CLOCK
        self._store = store
        self._is_moving = False
        self._anchor: _Anchor | None = None
        self._is_searching = False
        self._reported_none: tuple[int, float] | None = None
        self._generation = 0
        self._strips: LRUCache[Hashable, Strip] = LRUCache(KEPT_STRIPS)
        self._slots: Mapping[str, Style] = {}
        self._hint: list[Cell] = []
        self._ground: Style | None = None

    @property
    def row_width(self) -> int:
        """Width of a row in cells."""
        return self.scrollable_content_region.width

    @property
    def columns(self) -> Columns:
        """The columns at the current width."""
        return columns(self.row_width, with_client=self.view.transfer is None)

    @property
    def ground(self) -> Style:
        """Background of rows without the cursor, cached: it is slow to compute."""
        if self._ground is None:
            self._ground = self.rich_style
        return self._ground

    @property
    def place(self) -> Place | None:
        """The place under the cursor."""
        return None if self.cursor is None else Place(self.cursor, self.part)

    @property
    def is_following(self) -> bool:
        """Whether the newest row is kept in view."""
        return not self.view.is_held

    @property
    def labels(self) -> Mapping[str, str]:
        """Labels of keys that differ in the current state."""
        return {} if self.is_following else HELD_LABELS

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only keys that do something now."""
        if action == "unfold":
            line = self._chosen()
            return line is not None and has_run(line.record)
        if action == "fold":
            return self.cursor is not None and self.view.is_open(self.cursor)
        if action in ("narrow", "open", "mark", "range"):
            return self.cursor is not None
        if action in ("copy", "copy_all"):
            return self.view.shown > 0
        return super().check_action(action, parameters)

    # Updates and filters.

    def frame_arrived(self) -> None:
        """Read the store; redraw only if a visible row was added or removed."""
        rows_before = self.view.rows
        has_news = self.view.read()
        self._search_soon()
        if not has_news:
            if not rows_before:
                self.look_at_hint()
            return
        bottom = self.scroll_offset.y + self.size.height
        self._take_size()
        if self.is_following:
            self._scroll_rows(self.view.rows)
            self.refresh()
        elif rows_before < bottom:
            self.refresh()

    def show_transfer(self, number: int | None) -> None:
        """Show only one transfer's packets, or all."""
        if number != self.view.transfer:
            self.view.show(number)
            self._narrowed()

    def show_filtered(self, wanted: Filter) -> None:
        """Show only packets that match a filter."""
        if wanted != self.view.wanted:
            self.view.filter(wanted)
            self._narrowed()

    def look_for(self, sought: Filter) -> None:
        """Mark the packets that match a filter."""
        if sought != self.view.sought:
            self.view.look_for(sought)
            self._search_soon()
            self._tell()

    def _narrowed(self) -> None:
        self.range_from = None
        self._take_size()
        self._stay()
        self._search_soon()
        self._tell()

    def _search_soon(self) -> None:
        """Search older records, with time for keys after each slice."""
        if self.view.is_searching and not self._is_searching:
            self._is_searching = True
            self.set_timer(BREATH, self._search)

    def _search(self) -> None:
        self._is_searching = False
        self.view.search()
        self._take_size()
        self._stay()
        self._search_soon()
        if not self._is_searching:
            self._tell()

    # Scroll, follow and pause.

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Pause when the reader scrolls up."""
        super().watch_scroll_y(old_value, new_value)
        self.post_message(self.Scrolled())
        if self._is_moving:
            return
        if self.is_following and new_value < self.max_scroll_y:
            self.pause()
        elif self._anchor is not None and self._anchor.height == self.size.height:
            self._look()

    def on_resize(self) -> None:
        """Stay at the newest row, or at the row being read; columns may change."""
        self._stay()
        self._tell()

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to the row, and pause."""
        row = event.y + self.scroll_offset.y
        if self.view.place_at(row) is not None:
            self.pause()
            self.put_cursor(row)

    def go_to(self, sequence: int) -> None:
        """Pause with the cursor on a record, or on the nearest that is shown."""
        self.pause()
        self.put_cursor(self.view.row_of(Place(sequence)))

    def go_to_time(self, time: float) -> None:
        """Pause with the cursor on the first row at or after a time."""
        self.pause()
        while self.view.search():
            pass
        self._take_size()
        found = self.view.at_time(time - _NEAR)
        if found is not None:
            self.go_to(found)

    def action_cursor(self, step: int) -> None:
        """Move by STEP rows, and pause."""
        # Before pause(): it reads the store, which may add rows nobody has seen.
        place = self.place or self.view.place_at(self.view.rows - 1)
        self.pause()
        if place is not None:
            self.put_cursor(self.view.row_of(place) + step)

    def action_page(self, step: int) -> None:
        """Move by STEP pages, and pause."""
        self.action_cursor(step * max(1, self.size.height - 1))

    def action_first(self) -> None:
        """Move to the oldest row, and pause."""
        self.pause()
        self.put_cursor(0)

    def action_last(self) -> None:
        """Follow the newest row."""
        self.cursor = self.range_from = self._anchor = None
        self.view.release()
        self._take_size()
        self._scroll_rows(self.view.rows)
        self._tell()

    def action_pause(self) -> None:
        """Pause with the cursor on the newest row, or follow again."""
        if self.is_following:
            self.action_cursor(0)
        else:
            self.action_last()

    def pause(self) -> None:
        """Pause."""
        if not self.is_following:
            return
        self._look()
        self.view.hold()
        self._take_size()
        self._stay()
        self._tell()

    def _look(self) -> None:
        """Remember the row being read."""
        top, height = self.scroll_offset.y, self.size.height
        self._anchor = _anchor_at(self.view, self.place, top, height)

    def _stay(self) -> None:
        """Scroll to the newest row, or to the row being read."""
        if self.is_following:
            self._scroll_rows(self.view.rows)
        elif self._anchor is not None and self.view.shown:
            self.cursor, self.part = self._anchor.cursor_in(self.view) or (None, 0)
            self._scroll_rows(self._anchor.top(self.view, self.size.height))

    def put_cursor(self, row: int) -> None:
        """Move the cursor to a row, or the nearest there is, and scroll to it."""
        if self.view.shown:
            row = max(self.view.heading, min(row, self.view.rows - 1))
            place = self.view.place_at(row)
            self.cursor, self.part = place or (None, 0)
            self._reveal_cursor()
            self._look()
            self._tell()

    def _reveal_cursor(self) -> None:
        if self.place is None:
            return
        row, top = self.view.row_of(self.place), self.scroll_offset.y
        if row <= self.view.heading:
            self._scroll_rows(0)
        elif row < top:
            self._scroll_rows(row)
        elif row >= top + self.size.height:
            self._scroll_rows(row - self.size.height + 1)

    def _take_size(self) -> None:
        size = Size(self.row_width, self.view.rows)
        if size != self.virtual_size:
            self._is_moving = True
            take_size(self, size)
            self._is_moving = False

    def _scroll_rows(self, top: int) -> None:
        self._is_moving = True
        self.scroll_to(y=max(0, top), animate=False, immediate=True)
        self._is_moving = False

    def _tell(self) -> None:
        self.refresh()
        self.refresh_bindings()
        self.post_message(self.Changed())

    # Keys.

    def action_trouble(self, step: int) -> None:
        """Move to the next trouble, or to the next match of the search."""
        name = "problem" if self.view.found is None else "match"
        self._go_on(step, name, only_errors=False)

    def action_error(self, step: int) -> None:
        """Move to the next error."""
        self._go_on(step, "error", only_errors=True)

    def _go_on(self, step: int, name: str, *, only_errors: bool) -> None:
        """Move to the next stop; while following, to the latest one."""
        begin = self.cursor
        if begin is None:
            begin, step = self.view.source.next, -1
        found = self.view.stops(only_errors=only_errors).nearest(begin, step)
        if found is None:
            self._tell_none(step, name)
        else:
            self.go_to(found)

    def _tell_none(self, step: int, name: str) -> None:
        """Show that there is none, unless that message is still visible."""
        now = asyncio.get_running_loop().time()
        before, self._reported_none = self._reported_none, (step, now)
        if before is None or before[0] != step or now - before[1] >= NOTICE_SECONDS:
            where = "after" if step > 0 else "before"
            self.notify(
                f"No {name} {where} this row", timeout=NOTICE_SECONDS, markup=False
            )
        else:
            self._reported_none = before

    def action_open(self) -> None:
        """Open the row under the cursor in full."""
        if line := self._chosen():
            self.post_message(PacketOpened(line, self._step))

    def _step(self, step: int) -> Line | None:
        """Move by STEP rows, and return the packet there."""
        self.action_cursor(step)
        return self._chosen()

    def action_unfold(self) -> None:
        """Show the blocks of a run one by one."""
        self._open_run(wide=True)

    def action_fold(self) -> None:
        """Show a run as one row again."""
        self.part = 0
        self._open_run(wide=False)

    def _open_run(self, *, wide: bool) -> None:
        if self.cursor is None:
            return
        self.view.open(self.cursor, wide=wide)
        self._take_size()
        self.put_cursor(self.view.row_of(Place(self.cursor)))

    def action_time(self) -> None:
        """Switch to the next time mode."""
        modes = MODES if self.view.mark is not None else MODES[:-1]
        self.mode = modes[(modes.index(self.mode) + 1) % len(modes)]
        self._tell()

    def action_mark(self) -> None:
        """Measure times from the row under the cursor; on the marked row, stop that."""
        if self.cursor is not None:
            is_new = self.cursor != self.view.mark
            self.view.mark = self.cursor if is_new else None
            self.mode = TimeMode.MARK if is_new else TimeMode.CLOCK
            self.forget_drawn()
            self._tell()

    def action_narrow(self) -> None:
        """Show only the packets of the transfer under the cursor."""
        if self.cursor is not None:
            number = self.view.transfer_of(self.cursor)
            if number is not None:
                self.show_transfer(number)

    def action_range(self) -> None:
        """Start a selection at the cursor, or end it."""
        self.range_from = self.cursor if self.range_from is None else None
        self._tell()

    def action_copy(self) -> None:
        """Copy the row under the cursor, or the selected rows; else the newest one."""
        places: Sequence[Place | None] = [self.place]
        if self.place is None:
            places = [self.view.place_at(self.view.rows - 1)]
        elif self.range_from is not None:
            places = self._chosen_places()
        self._copy(places)

    def action_copy_all(self) -> None:
        """Copy the newest of the shown rows."""
        rows = range(max(0, self.view.rows - MOST_COPIED), self.view.rows)
        self._copy([self.view.place_at(row) for row in rows])

    def _copy(self, places: Sequence[Place | None]) -> None:
        found = [place and self.view.line(place) for place in places]
        lines = [plain(line) for line in found if line is not None]
        if not lines:
            return
        what = "1 row" if len(lines) == 1 else f"{count(len(lines))} rows"
        if len(lines) == MOST_COPIED:
            what = f"{what} (s saves all)"
        self.post_message(CopyWanted("\n".join(lines), what))
        self.range_from = None
        self._tell()

    def chosen_numbers(self) -> Sequence[int]:
        """Return the numbers of the selected rows, or of all that are shown."""
        if self.range_from is None or self.cursor is None:
            return self.view.numbers()
        return self.view.numbers(*sorted((self.range_from, self.cursor)))

    def _chosen_places(self) -> list[Place | None]:
        first, last = sorted(
            self.view.row_of(Place(end))
            for end in (self.range_from, self.cursor)
            if end is not None
        )
        rows = range(first, min(last + 1, first + MOST_COPIED))
        return [self.view.place_at(row) for row in rows]

    def _chosen(self) -> Line | None:
        return None if self.place is None else self.view.line(self.place)

    # Drawing.

    def look_at_hint(self) -> None:
        """Redraw the hint shown in place of rows if it has changed."""
        found = self._current_hint()
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
        """Apply colors that may have changed."""
        super().notify_style_update()
        self.forget_drawn()
        self._slots = slot_styles(self.app.theme_variables)

    def forget_drawn(self) -> None:
        """Redraw all rows."""
        self._generation += 1
        self._ground = None
        self._strips.clear()

    def _key(self, place: Place, width: int) -> Hashable:
        ground = place == self.place, self._is_chosen(place)
        before = place.sequence
        if self.mode == TimeMode.BEFORE:  # the row above may have changed
            above = self.view.place_at(self.view.row_of(place) - 1)
            before = above.sequence if above else -1
        lead = self._lead(place)
        all_of_them = self.view.transfer is None  # then clients have a column
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
        look = Look(wide, self.mode, self.view.marked_time(), self._lead(place))
        segments = [] if line is None else draw(line, look, self._slots)
        if place == self.place:
            cursor = cursor_style(self, "packets--cursor")
            strip = cursor_strip(segments, width, cursor)
            return strip.apply_style(self.ground + cursor)
        ground = self.ground
        if self._is_chosen(place):
            ground += self.get_component_rich_style("packets--chosen", partial=True)
        return self._on_ground(segments, width, ground)

    def _on_ground(self, segments: list[Segment], width: int, ground: Style) -> Strip:
        return Strip(segments).adjust_cell_length(width).apply_style(ground)

    def _current_hint(self) -> list[Cell]:
        return _hint(self._store, self.view, self.row_width - 2 * MARGIN)

    def _draw_hint(self, y: int, width: int) -> Strip:
        lines = [("", ""), *self._current_hint()]
        text, slot = lines[y] if y < len(lines) else ("", "")
        segments = [Segment(" " * MARGIN + text, self._slots.get(slot))]
        return self._on_ground(segments, width, self.rich_style)


def _hint(store: Store, view: PacketView, width: int) -> list[Cell]:
    """Return the lines of the hint, each with a style slot."""
    if view.is_searching:
        return _wrapped("Looking through the packets that are kept …", width)
    if view.wanted:
        words = f"Of {count(view.kept)} packets none is meant by: {view.wanted.words}."
        return _wrapped(f"{words} esc takes the filter away.", width)
    if view.transfer is not None:
        return _wrapped("No packet of this transfer is kept; esc shows all.", width)
    return _of_none(store, width)


def _of_none(store: Store, width: int) -> list[Cell]:
    if store.status is not None and store.status.source == "demo":
        return _wrapped("No packets yet: press . to begin.", width)
    lines = _wrapped("No packets yet. Each packet will be one line here.", width)
    name = example_file(store.listings.get(ROOT))
    if store.status is None or name is None:
        return lines
    lines += [("", ""), *_wrapped("To see some, type in another terminal:", width)]
    return [*lines, ("", ""), (f"  {command(store.status, name)}", "")]


def _wrapped(words: str, width: int) -> list[Cell]:
    return [(text, "muted") for text in textwrap.wrap(words, max(1, width))]
