"""The line of panes in a small window: their names, and which one is shown."""

from collections.abc import Sequence

from rich.style import Style
from rich.text import Text
from textual import events
from textual.message import Message
from textual.widget import Widget

from tftptui.ui.kit.fitting import whole_clauses
from tftptui.ui.kit.pane import Pane
from tftptui.ui.themes import slot_styles


class TabLine(Widget):
    """`` 1 Transfers  2 Files  3 Ports  4 Packets``, and the state of the shown one."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "TabLine { height: 1; }"

    class Chosen(Message):
        """A pane was clicked."""

        def __init__(self, digit: int) -> None:
            super().__init__()
            self.digit = digit

    def __init__(self, panes: Sequence[Pane]) -> None:
        super().__init__(id="tabs")
        self._panes = panes
        self._places: list[tuple[int, int, int]] = []
        self._current = 1
        self._words = ""

    def show(self, digit: int) -> None:
        """Mark another pane as shown."""
        self._current = digit
        self.refresh()

    def look(self) -> None:
        """Redraw if the shown pane's state has changed."""
        if self._state() != self._words:
            self.refresh()

    def _state(self) -> str:
        """Return state and summary of the shown pane, as far as they fit."""
        shown = self._panes[self._current - 1]
        both = " · ".join(text for text in (shown.state, shown.summary) if text)
        names = sum(len(f" {pane.digit} {pane.name_shown}  ") for pane in self._panes)
        return whole_clauses(both, self.size.width - names - 1)

    def render(self) -> Text:
        """Return the line."""
        muted = slot_styles(self.app.theme_variables)["muted"]
        line, self._places = Text(no_wrap=True), []
        for pane in self._panes:
            begin = line.cell_len
            style = Style(bold=True, reverse=True)
            if pane.digit != self._current:
                style = muted if pane.has_class("-hidden") else Style()
            line.append(f" {pane.digit} {pane.name_shown} ", style)
            self._places.append((begin, line.cell_len, pane.digit))
            line.append(" ")
        state = self._words = self._state()
        room = self.size.width - line.cell_len - 1
        if state and room > 0:
            tail = Text(state, muted)
            tail.truncate(room, overflow="ellipsis")
            line.append(" " * (room - tail.cell_len)).append_text(tail)
        return line

    def on_click(self, event: events.Click) -> None:
        """Show the pane that was clicked."""
        for begin, end, digit in self._places:
            if begin <= event.x < end:
                self.post_message(self.Chosen(digit))
