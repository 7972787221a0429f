"""Rows of packets that follow the newest one, or hold still to be read."""

from textual import events
from textual.geometry import Size
from textual.message import Message

from tftptui.ui.kit.virtual_size import take_size
from tftptui.ui.panes.packets.anchor import Gaze, gaze
from tftptui.ui.panes.packets.canvas import PacketCanvas
from tftptui.ui.panes.packets.model import Place
from tftptui.ui.store import Store

_NEAR = 0.001
"""Seconds by which the clocks of a record and of what was seen in it may differ."""


class PacketScroll(PacketCanvas):
    """Where the reader is among the rows.

    It follows the newest row until the reader pauses it, moves the cursor or
    scrolls up; then nothing moves until the reader asks for the newest row again.
    """

    class Changed(Message):
        """It was paused, narrowed, or follows again."""

    class Scrolled(Message):
        """Other rows are in view."""

        def can_replace(self, message: Message) -> bool:
            """Let one stand for all that are still queued."""
            return isinstance(message, PacketScroll.Scrolled)

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._is_moving = False
        self._gaze: Gaze | None = None

    @property
    def is_following(self) -> bool:
        """Whether the newest row stays in view."""
        return not self.view.is_held

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
        """Stay at the newest row, or at what is read; columns may be others now."""
        self._stay()
        self._tell()

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
