"""The field that chooses how a port is chosen."""

from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tftptui.ui.keymap import bindings
from tftptui.ui.panes.ports.range_check import Order

ORDERS: tuple[Order, ...] = ("random", "sequential", "single port")
ROOMY = 76
"""Columns from which all choices are shown side by side."""


class OrderChoice(Widget, can_focus=True):
    """How a port is chosen; space goes to the next way."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        ("space,right", "other_order(1)", "Change"),
        ("left", "other_order(-1)", "Change"),
        *bindings("fields", "submit"),
    ]
    DEFAULT_CSS = """
    OrderChoice {
        width: auto; height: 1; margin: 0 1;
        &:focus { background: $cursor-row; text-style: bold; }
    }
    """
    order: reactive[Order] = reactive[Order]("random")

    class Changed(Message):
        """Another one was chosen."""

    class Submitted(Message):
        """Enter was pressed."""

    def render(self) -> Text:
        """Return all, the chosen one marked, or that one alone."""
        return Text("".join(word for _, word in self._words()).rstrip())

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """Return the cells of what render() gives."""
        del container, viewport
        return self.render().cell_len

    def watch_order(self) -> None:
        """Make room for another word."""
        self.refresh(layout=True)

    def _words(self) -> list[tuple[Order, str]]:
        if self.app.size.width < ROOMY:
            return [(self.order, f"● {self.order}")]
        return [(one, f"{'●○'[one != self.order]} {one} ") for one in ORDERS]

    def action_other_order(self, step: int) -> None:
        """Choose the next one, or the one before."""
        self._choose(ORDERS[(ORDERS.index(self.order) + step) % len(ORDERS)])

    def _choose(self, order: Order) -> None:
        self.order = order
        self.post_message(self.Changed())

    def action_submit(self) -> None:
        """Apply all fields."""
        self.post_message(self.Submitted())

    def on_click(self, event: events.Click) -> None:
        """Choose what was clicked."""
        end = 0
        for order, word in self._words():
            end += len(word)
            if event.x < end:
                self._choose(order)
                return
