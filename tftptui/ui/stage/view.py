"""The stage of a demo: a caption, and the network with packets on it."""

from collections.abc import Mapping
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.binding import BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tftptui.demo.view import DemoView
from tftptui.ui.keys import bindings
from tftptui.ui.stage.actions import STAGE
from tftptui.ui.stage.big import (
    LOWEST,
    NARROWEST,
    big_lines,
    big_wall_place,
)
from tftptui.ui.stage.lanes import lane_lines, wall_place
from tftptui.ui.stage.words import (
    CAPTION_LINES,
    LINE_FROM,
    caption_lines,
    foot_line,
    rule_lines,
    switch_line,
    title_line,
)
from tftptui.ui.themes import slot_styles

RULES_WIDTH = 56
RULES_FROM = 130
"""Width of the list of rules, and minimum width of the stage for it, in cells."""

LEAST = 50
"""Minimum width of the drawn network in cells."""

TOO_NARROW = "The stage needs more columns: 60 at least."

_AROUND = 1 + CAPTION_LINES + 2
"""Lines that are not lanes."""


class StageView(Widget, can_focus=True):
    """Draws a DemoView; pass it to show(). Only lines that changed are redrawn.

    Attributes:
        drawings: how often a line, or all, was redrawn.
        is_big: whether to draw the enlarged picture, if there is room.
    """

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = bindings(STAGE)
    DEFAULT_CSS = """
    StageView { height: 11; background: $surface; color: $foreground; }
    """

    class Wished(Message):
        """A key of the stage was pressed: "pause", "onward" or "again"."""

        def __init__(self, wish: str) -> None:
            super().__init__()
            self.wish = wish

    def __init__(self) -> None:
        super().__init__(id="stage")
        self.drawings = 0
        self.is_big = False
        self._view: DemoView | None = None
        self._lines: list[Text] = []
        self._slots: Mapping[str, Style] = {}

    def show(self, view: DemoView) -> None:
        """Show the current state of the demo."""
        if view != self._view:
            self._view = view
            self.draw()

    def render_line(self, y: int) -> Strip:
        """Return one line of the stage."""
        text = self._lines[y] if y < len(self._lines) else Text()
        segments = text.render(self.app.console)
        strip = Strip(segments).adjust_cell_length(self.size.width)
        return strip.apply_style(self.rich_style)

    def notify_style_update(self) -> None:
        """Apply colors that may have changed."""
        super().notify_style_update()
        self._slots = slot_styles(self.app.theme_variables)
        self.draw()

    def on_resize(self) -> None:
        """Redraw for the new size."""
        self.draw()

    def action_pause(self) -> None:
        """Pause or resume."""
        self.post_message(self.Wished("pause"))

    def action_onward(self) -> None:
        """Go on to the next step."""
        self.post_message(self.Wished("onward"))

    def action_again(self) -> None:
        """Repeat the step."""
        self.post_message(self.Wished("again"))

    def on_focus(self) -> None:
        """Highlight the title."""
        self.draw()

    def on_blur(self) -> None:
        """Remove the highlight from the title."""
        self.draw()

    def draw(self) -> None:
        """Redraw the lines that have changed."""
        before, self._lines = self._lines, self._made()
        if len(before) != len(self._lines):
            self.drawings += 1
            self.refresh()
            return
        for y, (old, new) in enumerate(zip(before, self._lines, strict=True)):
            if old != new or old.spans != new.spans:
                self.drawings += 1
                self.refresh(Region(0, y, self.size.width, 1))

    def _made(self) -> list[Text]:
        view, (width, height) = self._view, self.size
        if view is None or not width or not self._slots:
            return [Text()] * height
        has_rules = width >= RULES_FROM
        room = width - RULES_WIDTH - 3 if has_rules else width
        rows = max(1, height - _AROUND)
        middle, wall = self._network(view, room - 1, rows)
        middle += [Text()] * (rows - len(middle))
        has_line = width < LINE_FROM
        middle.append(foot_line(view, room, wall, self._slots, has_line=has_line))
        if has_rules:
            middle = _beside(middle, rule_lines(view, RULES_WIDTH, self._slots), room)
        return [
            title_line(view, width, is_focused=self.has_focus),
            *caption_lines(view, width, self._slots),
            *middle,
            switch_line(view, width, self._slots),
        ]

    def _network(self, view: DemoView, width: int, rows: int) -> tuple[list[Text], int]:
        """Return the lines of the drawn network, and the cell of its wall."""
        is_open = view.play.rules_off
        if self.is_big and rows >= LOWEST and width >= NARROWEST:
            size = width, rows
            lines = big_lines(view.lanes, size, self._slots, is_open=is_open)
            wall = big_wall_place(width)
        else:
            lanes = view.lanes[-rows:]
            lines = lane_lines(lanes, width, self._slots, is_open=is_open)
            if lanes and width < LEAST:
                lines = [Text(TOO_NARROW, self._slots["transfer-stalled"])]
            wall = wall_place(width)
        return [Text(" ").append_text(line) for line in lines], wall + 1


def _beside(left: list[Text], right: list[Text], room: int) -> list[Text]:
    """Return lines with others to the right of them."""
    lines: list[Text] = []
    for number, line in enumerate(left):
        whole = line.copy()
        whole.truncate(room, pad=True)
        whole.append("  ")
        if number < len(right):
            whole.append_text(right[number])
        lines.append(whole)
    return lines
