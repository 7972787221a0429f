"""The firewall's rules of a demo and the server's range, editable while it runs."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Input, Static, TextArea

from tftptui.demo.simulation.firewall_rules import RuleError, parse_rule
from tftptui.settings import PortRange, SettingsError, parse_port_range
from tftptui.ui.keys import bindings
from tftptui.ui.kit.fields import InOrder
from tftptui.ui.screens.window import Below
from tftptui.ui.stage.actions import RULES

HINT = (
    "Rules apply as you type; the first match decides.\n"
    "tab goes to the range and back · F5 all rules off or on · esc done"
)
OFF = "Rules are off: everything passes.\nF5 switches them on."
PAUSE = 0.6
"""Seconds after the last key: half a rule may be another valid rule."""

ANSWERS_FROM = "the server replies from"
SINGLE = "single port: replies come from {}; the range is not in use"
APPLIES = "enter: apply from the next request"


@dataclass(frozen=True)
class Hands:
    """Callbacks for what can be changed by hand.

    Attributes:
        follow: called with the rules whenever they are valid.
        turn: switches all rules off or on; returns whether they are off now.
        play: switches another fault by hand, named as in PlayView.
        narrow: changes the server's range; returns why that is refused, or "".
    """

    follow: Callable[[list[str]], None]
    turn: Callable[[], bool]
    play: Callable[[str], None]
    narrow: Callable[[PortRange], Awaitable[str]]


class RulesField(InOrder, TextArea):
    """The rules, one per line."""


class RangeField(InOrder, Input):
    """The server's range."""


class RulesScreen(Below[None]):
    """One rule per line, the range to the right; the stage above stays visible.

    Args:
        rules: the current ones.
        ports: the server's range, as text.
        hands: callbacks for changes.
        is_off: whether the rules are off by hand.
        single: the port of all replies in single-port mode; else 0.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings(RULES)
    DEFAULT_CSS = """
    RulesScreen {
        & > Vertical {
            width: 92;
            & > Horizontal { height: 1fr; }
            & > Static { height: 2; color: $muted; }
            & > Static.-wrong { color: $transfer-failed; }
            & > Static.-off { color: $transfer-stalled; }
        }
        & TextArea { width: 1fr; height: 1fr; border: none; padding: 0; }
        & TextArea:focus { border: none; }
        & #range {
            width: 25;
            padding: 0 0 0 1;
            border-left: vkey $frame;
            & > Input { height: 1; border: none; background: $cursor-row; }
            & > Static { height: auto; color: $muted; }
        }
    }
    """

    def __init__(
        self,
        rules: list[str],
        ports: str,
        hands: Hands,
        *,
        is_off: bool,
        single: int = 0,
    ) -> None:
        super().__init__()
        self._rules, self._ports, self._hands = rules, ports, hands
        self._is_off, self._single = is_off, single
        self._written = rules
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """Lay out the rules, the range, and a hint."""
        with Vertical() as body:
            body.border_title = Content("Firewall rules · the server's range")
            with Horizontal():
                yield RulesField("".join(f"{rule}\n" for rule in self._rules))
                with Vertical(id="range"):
                    answers = SINGLE.format(self._single) if self._single else ""
                    yield Static(answers or ANSWERS_FROM, markup=False)
                    yield RangeField(self._ports, compact=True)
                    yield Static(APPLIES, id="said", markup=False)
            yield Static(HINT, id="hint", markup=False)

    def on_mount(self) -> None:
        """Put the cursor on a new line at the end."""
        area = self.query_one(TextArea)
        area.move_cursor(area.document.end)
        area.focus()
        self._hint()

    def _hint(self, wrong: str = "") -> None:
        """Show the error in the rules, that they are off, or how to use this."""
        hint = self.query_one("#hint", Static)
        hint.set_class(bool(wrong), "-wrong")
        hint.set_class(self._is_off and not wrong, "-off")
        hint.update(Content(wrong or (OFF if self._is_off else HINT)))

    def action_turn(self) -> None:
        """Switch all rules off or on."""
        self._is_off = self._hands.turn()
        self._hint()

    def action_play(self, name: str) -> None:
        """Switch a fault that is not part of this window."""
        self._hands.play(name)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Apply valid rules after a pause, or show the error."""
        texts = [line.strip() for line in event.text_area.text.splitlines()]
        texts = [text for text in texts if text]
        try:
            for text in texts:
                parse_rule(text)
        except RuleError as error:
            self._hint(str(error))
            return
        self._hint()
        self._written = texts
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(PAUSE, self._follow)

    def _follow(self) -> None:
        if self._written != self._rules:
            self._rules = self._written
            self._hands.follow(self._rules)

    def action_close(self) -> None:
        """Apply valid rules and go back."""
        self._follow()
        super().action_close()

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        """Change the server's range, or show why that is refused."""
        event.stop()
        try:
            ports = parse_port_range(event.value)
        except SettingsError as error:
            self._say(str(error))
            return
        wrong = await self._hands.narrow(ports)
        self._say(wrong or f"applied: {len(ports)} port{'s'[: len(ports) > 1]}")

    def _say(self, words: str) -> None:
        self.query_one("#said", Static).update(Content(words))
