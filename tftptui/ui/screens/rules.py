"""The firewall's rules of a demo, to be written while it runs."""

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static, TextArea

from tftptui.demo.rules import RuleError, parse_rule
from tftptui.ui.actions import bindings
from tftptui.ui.screens.window import Window

HINT = "They hold as you write them. The first that matches decides; esc goes back."


class RulesScreen(Window[None]):
    """One rule a line; the stage above stays in sight.

    Args:
        rules: as they are.
        follow: told of the rules whenever they make sense.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings("rules")
    DEFAULT_CSS = """
    RulesScreen {
        align: center bottom;
        background: $background 0%;
        & > Vertical {
            width: 72;
            height: 11;
            max-height: 60%;
            & > TextArea { height: 1fr; border: none; padding: 0; }
            & > TextArea:focus { border: none; }
            & > Static { height: 2; color: $muted; }
            & > Static.-wrong { color: $transfer-failed; }
        }
    }
    """

    def __init__(self, rules: list[str], follow: Callable[[list[str]], None]) -> None:
        super().__init__()
        self._rules, self._follow = rules, follow

    def compose(self) -> ComposeResult:
        """Lay out the text and a line about it."""
        with Vertical() as body:
            body.border_title = Content("Firewall rules")
            yield TextArea("\n".join(self._rules))
            yield Static(HINT, markup=False)

    def on_mount(self) -> None:
        """Write on at the end."""
        area = self.query_one(TextArea)
        area.move_cursor(area.document.end)
        area.focus()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Follow the rules if they make sense, or say why they don't."""
        texts = [line.strip() for line in event.text_area.text.splitlines()]
        texts = [text for text in texts if text]
        hint = self.query_one(Static)
        try:
            for text in texts:
                parse_rule(text)
        except RuleError as error:
            hint.set_class(True, "-wrong")  # noqa: FBT003 - Textual's signature
            hint.update(Content(str(error)))
            return
        hint.set_class(False, "-wrong")  # noqa: FBT003 - Textual's signature
        hint.update(HINT)
        if texts != self._rules:
            self._rules = texts
            self._follow(texts)
