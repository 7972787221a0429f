"""The fields of the port range, and under them the effect of what is typed."""

import re
from collections.abc import Callable, Sequence
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

from tftptui.engine.messages import PortMap, SetPorts
from tftptui.ui.keys import bindings
from tftptui.ui.kit.fields import InOrder
from tftptui.ui.kit.fitting import whole_clauses
from tftptui.ui.panes.ports.actions import FIELDS
from tftptui.ui.panes.ports.model import Scene
from tftptui.ui.panes.ports.presets import Preset, presets
from tftptui.ui.panes.ports.range_check import (
    Order,
    Typed,
    Verdict,
    chosen_order,
    judge,
    same,
)
from tftptui.ui.themes import slot_styles

ORDERS: tuple[Order, ...] = ("random", "sequential", "single port")
ROOMY = 82
"""Minimum width in cells to show all choices next to each other."""


class OrderChoice(Widget, can_focus=True):
    """The order in which ports are chosen; space selects the next."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        ("space,right", "other_order(1)", "Change"),
        ("left", "other_order(-1)", "Change"),
        *bindings(FIELDS, "submit"),
    ]
    DEFAULT_CSS = """
    OrderChoice {
        width: auto; height: 1; margin: 0 1;
        &:focus { background: $cursor-row; text-style: bold; }
    }
    """
    order: reactive[Order] = reactive[Order]("random")
    _is_roomy = False

    class Changed(Message):
        """Another order was chosen."""

    class Submitted(Message):
        """Enter was pressed."""

    def render(self) -> Text:
        """Return all choices with the selected one marked, or only that one."""
        return Text("".join(word for _, word in self._words()).rstrip())

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """Return the width in cells of what render() returns."""
        del viewport
        self._is_roomy = container.width >= ROOMY
        return self.render().cell_len

    def watch_order(self) -> None:
        """Lay out again: the other word may have another width."""
        self.refresh(layout=True)

    def _words(self) -> list[tuple[Order, str]]:
        if not self._is_roomy:
            return [(self.order, f"● {self.order}")]
        return [(one, f"{'●○'[one != self.order]} {one} ") for one in ORDERS]

    def action_other_order(self, step: int) -> None:
        """Select the next or the previous order."""
        self._choose(ORDERS[(ORDERS.index(self.order) + step) % len(ORDERS)])

    def _choose(self, order: Order) -> None:
        self.order = order
        self.post_message(self.Changed())

    def action_submit(self) -> None:
        """Apply all fields."""
        self.post_message(self.Submitted())

    def on_click(self, event: events.Click) -> None:
        """Select the order that was clicked."""
        end = 0
        for order, word in self._words():
            end += len(word)
            if event.x < end:
                self._choose(order)
                return


RANGE = re.compile(r"\s*([0-9]{1,5})\s*(?:-|–|:|,|\.\.|to)\s*([0-9]{1,5})\s*")
"""A range as people and configuration files write it."""


class PortField(InOrder, Input):
    """A field for a number; Enter is handled by the editor."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(FIELDS, "submit")

    class RangePasted(Message):
        """Both ends of a range were pasted."""

        def __init__(self, first: str, last: str) -> None:
            super().__init__()
            self.first, self.last = first, last

    def _on_paste(self, event: events.Paste) -> None:
        """Split a pasted range into both fields; filter any other text as usual."""
        if ends := RANGE.fullmatch(event.text):
            event.stop()
            event.prevent_default()
            self.post_message(self.RangePasted(*ends.groups()))


class PortEditor(Vertical):
    """``from 40000 to 40099 ● random ○ sequential reuse delay 10 s``, checked as typed.

    SCENE returns what the range is checked against now.
    """

    DEFAULT_CSS = """
    PortEditor {
        height: auto;
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
        }
        &.-roomy > #verdict { height: auto; max-height: 7; text-wrap: wrap; }
    }
    """

    class Wished(Message):
        """A valid range was submitted."""

        def __init__(self, command: SetPorts) -> None:
            super().__init__()
            self.command = command

    class Judged(Message):
        """The values in the fields were checked."""

    def __init__(self, scene: Callable[[], Scene]) -> None:
        super().__init__(id="port-editor")
        self._scene = scene
        self._first = PortField(id="first", compact=True, restrict="[0-9]{0,5}")
        self._last = PortField(id="last", compact=True, restrict="[0-9]{0,5}")
        self._order = OrderChoice(id="order")
        self._rest = PortField(id="rest", compact=True, restrict="[0-9.]{0,4}")
        self._verdict = Static(id="verdict", markup=False)
        self._said: Text | None = None
        self._refused: tuple[SetPorts, str] | None = None
        self._filled: SetPorts | None = None
        self._outdated: PortMap | None = None
        self._proposed: Preset | None = None

    @property
    def fields(self) -> tuple[Widget, ...]:
        """The fields in the order of the tab key."""
        return self._first, self._last, self._order, self._rest

    @property
    def is_at_first(self) -> bool:
        """Whether the field of the first port has the focus."""
        return self.screen.focused is self._first

    @property
    def wished(self) -> SetPorts | None:
        """The command for what is typed; None if it is invalid."""
        return self._judge().command

    @property
    def changed(self) -> bool:
        """Whether the fields differ from the range in use."""
        return self._judge().command != self._filled

    def compose(self) -> ComposeResult:
        """Lay out one line of fields and one line for the result of the check."""
        with Horizontal():
            yield Label("from ")
            yield self._first
            yield Label(" to ")
            yield self._last
            yield self._order
            yield Label("reuse delay ")
            yield self._rest
            yield Label(" s")
        yield self._verdict

    def look(self) -> None:
        """Fill in the range in use, unless somebody is typing."""
        if self.has_focus_within:
            return
        ports = self._scene().now
        if ports is None or ports is self._outdated:
            return
        self._outdated = None
        if same(ports) != self._filled or self._typed() != _in_fields(ports):
            self.fill()

    def applied(self) -> None:
        """Keep what was typed until the engine confirms it."""
        self._refused = None
        self._outdated = self._scene().now

    def fill(self) -> None:
        """Put the values in use into the fields."""
        ports = self._scene().now
        self._proposed = None
        if ports is None:
            return
        self._filled = same(ports)
        self._put(_in_fields(ports))

    def _put(self, typed: Typed) -> None:
        with self.prevent(Input.Changed):
            self._first.value, self._last.value = typed.first, typed.last
            self._rest.value = typed.rest
            self._order.order = typed.order

    def propose(self, step: int) -> None:
        """Fill the fields with the next or the previous proposal."""
        found = presets(self._scene())
        if not found:
            return
        here = next((n for n, one in enumerate(found) if one == self._proposed), None)
        start = -1 if step > 0 else len(found)
        place = (start if here is None else here) + step
        self._proposed = found[place % len(found)]
        self._put(self._proposed.typed)
        self.judge_now()

    # Messages.

    def say(self, *lines: tuple[str, str]) -> None:
        """Show texts under the fields, each with a style slot, most important first.

        If there is little room, only the first is shown.
        """
        slots = slot_styles(self.app.theme_variables)
        width = self._verdict.size.width
        shortly = [(whole_clauses(words, width), slot) for words, slot in lines[:1]]
        shown = lines if self.has_class("-roomy") else shortly
        text = Text("\n").join(Text(words, slots[slot]) for words, slot in shown)
        if text != self._said:
            self._said = text
            self._verdict.update(text)

    def refuse(self, command: SetPorts, why: str) -> None:
        """Show why a command was refused, as long as the fields still contain it."""
        self._refused = (command, why)
        self.judge_now()

    def judge_now(self) -> None:
        """Show the effect of what is typed."""
        verdict = self._judge()
        self.post_message(self.Judged())
        if verdict.command is None:
            self.say((f"✗ {verdict.text}", "transfer-failed"))
            return
        if self._refused is not None and verdict.command == self._refused[0]:
            self.say((f"✗ {self._refused[1]}", "transfer-failed"))
            return
        roomy = self.has_class("-roomy")
        self.say(*(self._whole(verdict) if roomy else [self._short(verdict)]))

    def _short(self, verdict: Verdict) -> tuple[str, str]:
        if verdict.surprises:
            return f"! {verdict.short}", "transfer-stalled"
        return self._why or verdict.text, "muted"

    def _whole(self, verdict: Verdict) -> Sequence[tuple[str, str]]:
        return [
            *([(self._why, "muted")] if self._why else []),
            (verdict.text, "transfer-active"),
            *((f"! {words}", "transfer-stalled") for words in verdict.surprises),
            *((words, "muted") for words in verdict.notes),
        ]

    @property
    def _why(self) -> str:
        """The reason for the proposal in the fields, or "" if they hold none."""
        proposed = self._proposed
        return proposed.why if proposed and self._typed() == proposed.typed else ""

    def _typed(self) -> Typed:
        return Typed(
            self._first.value, self._last.value, self._order.order, self._rest.value
        )

    def _judge(self) -> Verdict:
        return judge(self._typed(), self._scene())

    def field_beside(self, step: int) -> Widget | None:
        """Return the next or previous field; None if there is none."""
        # screen.focused is current at once, Widget.has_focus only later: keys may have
        # been typed ahead.
        focused = self.screen.focused
        here = next((n for n, one in enumerate(self.fields) if one is focused), None)
        if here is None or not 0 <= here + step < len(self.fields):
            return None
        return self.fields[here + step]

    def on_descendant_focus(self) -> None:
        """Show the effect of what is typed."""
        self.judge_now()

    def on_port_field_range_pasted(self, event: PortField.RangePasted) -> None:
        """Fill both fields."""
        event.stop()
        self._first.value, self._last.value = event.first, event.last
        self.screen.set_focus(self._last)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Check what was typed."""
        event.stop()
        self.judge_now()

    def on_order_choice_changed(self) -> None:
        """Check what was chosen."""
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


def _in_fields(ports: PortMap) -> Typed:
    """Return the field values for a range in use."""
    return Typed(
        str(ports.first), str(ports.last), chosen_order(ports), f"{ports.quarantine:g}"
    )
