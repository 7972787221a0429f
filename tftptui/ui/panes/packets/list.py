"""The packets as a list: filters, searches, steps, choices, copies."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from tftptui.telemetry.records.filters.terms import Filter
from tftptui.ui.formats import count
from tftptui.ui.keymap import bindings
from tftptui.ui.messages import CopyWanted
from tftptui.ui.panes.packets.columns import TimeMode
from tftptui.ui.panes.packets.model import Place
from tftptui.ui.panes.packets.scroll import PacketScroll
from tftptui.ui.panes.packets.words import Line, has_run, plain
from tftptui.ui.store import Store

HELD_LABELS = {"packets.pause": "follow"}
"""What keys do while it is held still, where that is something else."""

TOLD = 2.0
"""Seconds for which a short message stands."""

BREATH = 0.01
"""Seconds between two slices of a search: more than one takes."""

MOST_COPIED = 1_000
"""Rows that go to the clipboard at once; terminals take no more than some 70 kB."""

MODES = (TimeMode.CLOCK, TimeMode.REQUEST, TimeMode.BEFORE, TimeMode.MARK)


class PacketList(PacketScroll, can_focus=True):
    """The rows, and what keys do with them; only those in view are ever drawn."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("packets"), *bindings("list")]

    class Opened(Message):
        """One row shall be shown whole."""

        def __init__(self, line: Line) -> None:
            super().__init__()
            self.line = line

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._is_searching = False
        self._told_none: tuple[int, float] | None = None

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
        what = "1 row" if len(lines) == 1 else f"{count(len(lines))} rows"
        if len(lines) == MOST_COPIED:
            what = f"the first {what} (s saves all)"
        self.post_message(CopyWanted("\n".join(lines), what))
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
