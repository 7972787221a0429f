"""The fields of the port range, and under them what they would do."""

from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input, Label, Static

from tftptui.engine.messages import SetPorts
from tftptui.ui.actions import bindings
from tftptui.ui.store import Store
from tftptui.ui.widgets.port_verdict import (
    Order,
    Typed,
    Verdict,
    chosen_order,
    judge,
    same,
)

HINT = "r changes the range at any time; transfers that run keep their port"
ORDERS: tuple[Order, ...] = ("random", "sequential", "single port")
ROOMY = 76
"""Columns from which all choices are shown side by side."""


APPLY: list[BindingType] = bindings("fields", "submit")


class PortField(Input):
    """A field of numbers, whose enter key is one of ours."""

    BINDINGS: ClassVar[list[BindingType]] = APPLY


class OrderChoice(Widget, can_focus=True):
    """How a port is chosen; space goes to the next way."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        ("space,right", "other_order(1)", "Change"),
        ("left", "other_order(-1)", "Change"),
        *APPLY,
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


class PortEditor(Vertical):
    """``from 40000 to 40099 ● random ○ sequential rest 10 s``, judged as typed."""

    DEFAULT_CSS = """
    PortEditor {
        height: 2;
        & > Horizontal { height: 1; }
        & Label { color: $muted; }
        & Input { width: 7; background: $panel; padding: 0 1; }
        & Input:focus { background: $cursor-row; }
        & #rest { width: 5; }
        & > #verdict {
            height: 1;
            color: $muted;
            text-wrap: nowrap;
            text-overflow: ellipsis;
            &.-wrong { color: $transfer-failed; }
            &.-warning { color: $transfer-stalled; }
        }
    }
    """

    class Wished(Message):
        """A range was typed that may be used."""

        def __init__(self, command: SetPorts) -> None:
            super().__init__()
            self.command = command

    def __init__(self, store: Store) -> None:
        super().__init__(id="port-editor")
        self._store = store
        self._first = PortField(id="first", compact=True, restrict="[0-9]{0,5}")
        self._last = PortField(id="last", compact=True, restrict="[0-9]{0,5}")
        self._order = OrderChoice(id="order")
        self._rest = PortField(id="rest", compact=True, restrict="[0-9.]{0,4}")
        self._verdict = Static(HINT, id="verdict", markup=False)
        self._filled: SetPorts | None = None

    @property
    def fields(self) -> tuple[Widget, ...]:
        """The fields in the order of the tab key."""
        return self._first, self._last, self._order, self._rest

    @property
    def changed(self) -> bool:
        """Whether something else was typed than what is in use."""
        return self._judge().command != self._filled

    def compose(self) -> ComposeResult:
        """Lay out one line of fields and one for the verdict."""
        with Horizontal():
            yield Label("from ")
            yield self._first
            yield Label(" to ")
            yield self._last
            yield self._order
            yield Label("rest ")
            yield self._rest
            yield Label(" s")
        yield self._verdict

    def look(self) -> None:
        """Take over the range in use, unless somebody is typing."""
        ports = self._store.ports
        if ports is None or self.has_focus_within:
            return
        if same(ports) != self._filled:
            self.fill()

    def fill(self) -> None:
        """Put the values in use into the fields."""
        ports = self._store.ports
        if ports is None:
            return
        self._filled = same(ports)
        with self.prevent(Input.Changed):
            self._first.value, self._last.value = str(ports.first), str(ports.last)
            self._rest.value = f"{ports.quarantine:g}"
        self._order.order = chosen_order(ports)

    def put_back(self) -> None:
        """Forget what was typed."""
        self.fill()
        self.say(HINT)

    def say(self, text: str, *, wrong: bool = False, warning: bool = False) -> None:
        """Show a text under the fields."""
        self._verdict.set_class(wrong, "-wrong")
        self._verdict.set_class(warning, "-warning")
        self._verdict.update(Text(text))

    def field_beside(self, step: int) -> Widget | None:
        """Return another field; None when there is none in that direction."""
        here = next((n for n, one in enumerate(self.fields) if one.has_focus), None)
        if here is None or not 0 <= here + step < len(self.fields):
            return None
        return self.fields[here + step]

    def _judge(self) -> Verdict:
        status = self._store.status
        typed = Typed(
            self._first.value, self._last.value, self._order.order, self._rest.value
        )
        return judge(typed, self._store.ports, status.port if status else None)

    def judge_now(self) -> None:
        """Say what the fields would do."""
        verdict = self._judge()
        wrong = verdict.command is None
        text = f"✗ {verdict.text}" if wrong else verdict.text
        self.say(text, wrong=wrong, warning=verdict.warning)

    def on_descendant_focus(self) -> None:
        """Begin to tell what would happen."""
        self.judge_now()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Judge what was typed."""
        event.stop()
        self.judge_now()

    def on_order_choice_changed(self) -> None:
        """Judge what was chosen."""
        self.judge_now()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Apply what was typed."""
        event.stop()
        self._wish()

    def on_order_choice_submitted(self) -> None:
        """Apply what was chosen."""
        self._wish()

    def _wish(self) -> None:
        verdict = self._judge()
        if verdict.command is None:
            self.judge_now()
            return
        self.post_message(self.Wished(verdict.command))
