"""The packets as a list that follows the newest one, or holds still to be read."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message

from tftptui.telemetry.filters.terms import Filter
from tftptui.ui.actions import bindings
from tftptui.ui.formats import count
from tftptui.ui.store import Store
from tftptui.ui.widgets.growing import take_size
from tftptui.ui.widgets.packet_canvas import PacketCanvas
from tftptui.ui.widgets.packet_gaze import Gaze, gaze
from tftptui.ui.widgets.packet_rows import TimeMode
from tftptui.ui.widgets.packet_view import Place
from tftptui.ui.widgets.packet_words import Line, has_run, plain

HELD_LABELS = {"packets.pause": "follow"}
"""What keys do while it is held still, where that is something else."""

TOLD = 2.0
"""Seconds for which a short message stands."""

BREATH = 0.01
"""Seconds between two slices of a search: more than one takes."""

_NEAR = 0.001
"""Seconds by which the clocks of a record and of what was seen in it may differ."""

MOST_COPIED = 1_000
"""Rows that go to the clipboard at once; terminals take no more than some 70 kB."""

MODES = (TimeMode.CLOCK, TimeMode.REQUEST, TimeMode.BEFORE, TimeMode.MARK)


class PacketList(PacketCanvas, can_focus=True):
    """The rows; only those in view are ever drawn.

    It follows the newest row until the reader pauses it, moves the cursor or
    scrolls up; then nothing moves until the reader asks for the newest row again.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("packets"), *bindings("list")]

    class Changed(Message):
        """It was paused, narrowed, or follows again."""

    class Scrolled(Message):
        """Other rows are in view."""

        def can_replace(self, message: Message) -> bool:
            """Let one stand for all that are still queued."""
            return isinstance(message, PacketList.Scrolled)

    class Opened(Message):
        """One row shall be shown whole."""

        def __init__(self, line: Line) -> None:
            super().__init__()
            self.line = line

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._is_moving = self._is_searching = False
        self._told_none: tuple[int, float] | None = None
        self._gaze: Gaze | None = None

    @property
    def is_following(self) -> bool:
        """Whether the newest row stays in view."""
        return not self.view.is_held

    @property
    def labels(self) -> Mapping[str, str]:
        """What keys do, where that is something else just now."""
        return {} if self.is_following else HELD_LABELS

    def frame_arrived(self) -> None:
        """Read the store; draw again only if a row in view came or went."""
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
        """Show one transfer's packets only, or all."""
        if number != self.view.transfer:
            self.view.show(number)
            self._narrowed()

    def show_filtered(self, wanted: Filter) -> None:
        """Show only what a filter means."""
        if wanted != self.view.wanted:
            self.view.filter(wanted)
            self._narrowed()

    def look_for(self, sought: Filter) -> None:
        """Mark what a filter means."""
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
        """Look through what was there before, with time for keys after each slice."""
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

    # Moving.

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Hold still when the reader scrolls up."""
        super().watch_scroll_y(old_value, new_value)
        self.post_message(self.Scrolled())
        if self._is_moving:
            return
        if self.is_following and new_value < self.max_scroll_y:
            self.pause()
        elif self._gaze is not None and self._gaze.height == self.size.height:
            self._look()

    def on_resize(self) -> None:
        """Stay at the newest row, or at what is read."""
        self._stay()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the row, and hold still."""
        row = event.y + self.scroll_offset.y
        if self.view.place_at(row) is not None:
            self.pause()
            self.put_cursor(row)

    def go_to(self, sequence: int) -> None:
        """Hold still with the cursor on a record, or on the nearest that is shown."""
        self.pause()
        self.put_cursor(self.view.row_of(Place(sequence)))

    def go_to_time(self, time: float) -> None:
        """Hold still with the cursor on the first row that is not before a time."""
        self.pause()
        while self.view.search():
            pass
        self._take_size()
        found = self.view.at_time(time - _NEAR)
        if found is not None:
            self.go_to(found)

    def action_cursor(self, step: int) -> None:
        """Move by STEP rows, and hold still."""
        # Before it holds: then there may be newer ones, which nobody has seen.
        place = self.place or self.view.place_at(self.view.rows - 1)
        self.pause()
        if place is not None:
            self.put_cursor(self.view.row_of(place) + step)

    def action_page(self, step: int) -> None:
        """Move by STEP pages, and hold still."""
        self.action_cursor(step * max(1, self.size.height - 1))

    def action_first(self) -> None:
        """Move to the oldest row, and hold still."""
        self.pause()
        self.put_cursor(0)

    def action_last(self) -> None:
        """Follow the newest row."""
        self.cursor = self.range_from = self._gaze = None
        self.view.release()
        self._take_size()
        self._scroll_rows(self.view.rows)
        self._tell()

    def action_pause(self) -> None:
        """Hold still with the cursor on the newest row, or follow again."""
        if self.is_following:
            self.action_cursor(0)
        else:
            self.action_last()

    def action_trouble(self, step: int) -> None:
        """Move to the next trouble, or to what was looked for."""
        name = "trouble" if self.view.found is None else "match"
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
        """Say that there is none; once, while it can still be read."""
        now = asyncio.get_running_loop().time()
        before, self._told_none = self._told_none, (step, now)
        if before is None or before[0] != step or now - before[1] >= TOLD:
            where = "after" if step > 0 else "before"
            self.notify(f"No {name} {where} this row", timeout=TOLD, markup=False)
        else:
            self._told_none = before

    # What is shown, and how.

    def action_open(self) -> None:
        """Show the row under the cursor whole."""
        if line := self._chosen():
            self.post_message(self.Opened(line))

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
        """Count times from something else."""
        modes = MODES if self.view.mark is not None else MODES[:-1]
        self.mode = modes[(modes.index(self.mode) + 1) % len(modes)]
        self._tell()

    def action_mark(self) -> None:
        """Count times from the row under the cursor; on the marked row no more."""
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
        """Begin to choose rows at the cursor, or end it."""
        self.range_from = self.cursor if self.range_from is None else None
        self._tell()

    def action_copy(self) -> None:
        """Copy the row under the cursor, or the chosen rows."""
        lines = [plain(line) for line in self._chosen_lines()]
        if not lines:
            return
        self.app.copy_to_clipboard("\n".join(lines))
        several = f"{count(len(lines))} rows"
        if len(lines) == MOST_COPIED:
            several = f"the first {several}; s saves all of them"
        told = lines[0] if len(lines) == 1 else several
        self.notify(f"copied: {told}", timeout=TOLD, markup=False)
        self.range_from = None
        self._tell()

    def chosen_numbers(self) -> Sequence[int]:
        """Return the numbers of the chosen rows, or of all that are shown."""
        if self.range_from is None or self.cursor is None:
            return self.view.numbers()
        return self.view.numbers(*sorted((self.range_from, self.cursor)))

    def _chosen_lines(self) -> list[Line]:
        if self.range_from is None or self.cursor is None:
            chosen = [self._chosen()]
        else:
            first, last = sorted(
                self.view.row_of(Place(end)) for end in (self.range_from, self.cursor)
            )
            rows = range(first, min(last + 1, first + MOST_COPIED))
            places = [self.view.place_at(row) for row in rows]
            chosen = [place and self.view.line(place) for place in places]
        return [line for line in chosen if line is not None]

    def _chosen(self) -> Line | None:
        return None if self.place is None else self.view.line(self.place)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what does something now."""
        if action == "unfold":
            line = self._chosen()
            return line is not None and has_run(line.record)
        if action == "fold":
            return self.cursor is not None and self.view.is_open(self.cursor)
        if action in ("narrow", "copy", "open", "mark", "range"):
            return self.cursor is not None
        return super().check_action(action, parameters)

    def pause(self) -> None:
        """Hold still."""
        if not self.is_following:
            return
        self._look()
        self.view.hold()
        self._take_size()
        self._stay()
        self._tell()

    def _look(self) -> None:
        """Remember what is read now."""
        top, height = self.scroll_offset.y, self.size.height
        self._gaze = gaze(self.view, self.place, top, height)

    def _stay(self) -> None:
        """Have the newest row at the bottom, or what is read where it was."""
        if self.is_following:
            self._scroll_rows(self.view.rows)
        elif self._gaze is not None and self.view.shown:
            self.cursor, self.part = self._gaze.cursor_in(self.view) or (None, 0)
            self._scroll_rows(self._gaze.top(self.view, self.size.height))

    def put_cursor(self, row: int) -> None:
        """Put the cursor on a row, or the nearest there is, and show it."""
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
