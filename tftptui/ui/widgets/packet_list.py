"""The packets as a list that follows the newest one, or holds still to be read."""

import asyncio
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message

from tftptui.ui.actions import bindings
from tftptui.ui.store import Store
from tftptui.ui.widgets.packet_canvas import PacketCanvas
from tftptui.ui.widgets.packet_words import Line, plain

TOLD = 2.0
"""Seconds for which a short message stands."""


class PacketList(PacketCanvas, can_focus=True):
    """The rows; only those in view are ever drawn.

    It follows the newest row until the reader pauses it, moves the cursor or
    scrolls up; then nothing moves until the reader asks for the newest row again.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("packets"), *bindings("list")]

    class Changed(Message):
        """It was paused, narrowed, or follows again."""

    class Opened(Message):
        """One row shall be shown whole."""

        def __init__(self, line: Line) -> None:
            super().__init__()
            self.line = line

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._is_moving = False
        self._told_none: tuple[int, float] | None = None

    @property
    def is_following(self) -> bool:
        """Whether the newest row stays in view."""
        return not self.view.is_held

    def frame_arrived(self) -> None:
        """Read the store; draw again only if a row in view came or went."""
        rows_before = self.view.rows
        if not self.view.read():
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
        if number == self.view.transfer:
            return
        self.view.show(number)
        self._take_size()
        if self.is_following or self.cursor is None:
            self._scroll_rows(self.view.rows)
        elif self.view.shown:
            self.cursor = self.view.sequence_at(self.view.row_of(self.cursor))
            self._reveal_cursor()
        self._tell()

    # Moving.

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Hold still when the reader scrolls up."""
        super().watch_scroll_y(old_value, new_value)
        if self.is_following and not self._is_moving and new_value < self.max_scroll_y:
            self._pause()

    def on_resize(self) -> None:
        """Stay at the newest row."""
        if self.is_following:
            self._scroll_rows(self.view.rows)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the row, and hold still."""
        row = event.y + self.scroll_offset.y
        if self.view.sequence_at(row) is not None:
            self._pause()
            self._put_cursor(row)

    def action_cursor(self, step: int) -> None:
        """Move by STEP rows, and hold still."""
        self._pause()
        last = self.view.rows - 1
        row = last if self.cursor is None else self.view.row_of(self.cursor)
        self._put_cursor(row + step)

    def action_page(self, step: int) -> None:
        """Move by STEP pages, and hold still."""
        self.action_cursor(step * max(1, self.size.height - 1))

    def action_first(self) -> None:
        """Move to the oldest row, and hold still."""
        self._pause()
        self._put_cursor(0)

    def action_last(self) -> None:
        """Follow the newest row."""
        self.cursor = None
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
        """Move to the next trouble; while following, to the latest one."""
        begin = self.cursor
        if begin is None:
            begin, step = self.view.source.next, -1
        found = self.view.trouble(begin, step)
        if found is None:
            self._tell_none(step)
            return
        self._pause()
        self._put_cursor(self.view.row_of(found))

    def _tell_none(self, step: int) -> None:
        """Say that there is no trouble; once, while it can still be read."""
        now = asyncio.get_running_loop().time()
        before, self._told_none = self._told_none, (step, now)
        if before is None or before[0] != step or now - before[1] >= TOLD:
            where = "after" if step > 0 else "before"
            self.notify(f"No trouble {where} this row", timeout=TOLD, markup=False)
        else:
            self._told_none = before

    def action_open(self) -> None:
        """Show the row under the cursor whole."""
        if line := self._chosen():
            self.post_message(self.Opened(line))

    def action_narrow(self) -> None:
        """Show only the packets of the transfer under the cursor."""
        if self.cursor is not None:
            number = self.view.transfer_of(self.cursor)
            if number is not None:
                self.show_transfer(number)

    def action_widen(self) -> None:
        """Show all packets again."""
        self.show_transfer(None)

    def action_copy(self) -> None:
        """Copy the row under the cursor."""
        if line := self._chosen():
            words = plain(line)
            self.app.copy_to_clipboard(words)
            self.notify(f"copied: {words}", timeout=TOLD, markup=False)

    def _chosen(self) -> Line | None:
        return None if self.cursor is None else self.view.line(self.cursor)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what does something now."""
        if action == "widen":
            return self.view.transfer is not None
        if action in ("narrow", "copy", "open"):
            return self.cursor is not None
        return super().check_action(action, parameters)

    def _pause(self) -> None:
        if not self.is_following:
            return
        top = max(self.scroll_offset.y, self.view.heading)
        above, sequence = top - self.scroll_offset.y, self.view.sequence_at(top)
        self.view.hold()
        self._take_size()
        if sequence is not None:
            self._scroll_rows(self.view.row_of(sequence) - above)
        self._tell()

    def _put_cursor(self, row: int) -> None:
        if self.view.shown:
            row = max(self.view.heading, min(row, self.view.rows - 1))
            self.cursor = self.view.sequence_at(row)
            self._reveal_cursor()
            self._tell()

    def _reveal_cursor(self) -> None:
        if self.cursor is None:
            return
        row, top = self.view.row_of(self.cursor), self.scroll_offset.y
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
            self.virtual_size = size
            self._is_moving = False

    def _scroll_rows(self, top: int) -> None:
        self._is_moving = True
        self.scroll_to(y=max(0, top), animate=False, immediate=True)
        self._is_moving = False

    def _tell(self) -> None:
        self.refresh()
        self.refresh_bindings()
        self.post_message(self.Changed())
