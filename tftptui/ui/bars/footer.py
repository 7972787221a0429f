"""The bottom line: keys that do something now; each can be clicked."""

from collections.abc import Mapping

from rich.style import Style
from rich.text import Text
from textual import events
from textual.screen import Screen
from textual.widget import Widget

from tftptui.ui.keymap import ACTIONS
from tftptui.ui.keys import Action, key_name
from tftptui.ui.themes import slot_styles

GAP = 2
HELP = "app.help"
_BY_ID = {action.id: action for action in ACTIONS}


class FooterLine(Widget):
    """The active bindings, in the order of the list of actions.

    While a window is open it is empty: the window shows its keys in its own frame.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = "FooterLine { height: 1; dock: bottom; background: $panel; }"

    def __init__(self) -> None:
        super().__init__(id="footer")
        self._places: list[tuple[int, int, str]] = []
        self._shown: list[tuple[Action, str, str]] = []
        self._is_covered = False

    def on_mount(self) -> None:
        """Update when the focus or the bindings change."""
        self.screen.bindings_updated_signal.subscribe(self, self._look)
        self.app.screen_change_signal.subscribe(self, self._look_up, immediate=True)

    def _look_up(self, on_top: Screen[object]) -> None:
        is_covered = on_top is not self.screen
        if is_covered != self._is_covered:
            self._is_covered = is_covered
            self.refresh()

    def _look(self, _screen: object) -> None:
        shown = self._working()
        if shown != self._shown:
            self._shown = shown
            self.refresh()

    def _working(self) -> list[tuple[Action, str, str]]:
        """Return the shown actions that are active, each with a key and a label.

        Letter keys are inactive while a field takes them as text. The focused widget
        may have better labels in its ``labels``.
        """
        found: dict[str, tuple[Action, str, str]] = {}
        labels: Mapping[str, str] = getattr(self.screen.focused, "labels", {})
        for key, active in self.screen.active_bindings.items():
            action = _BY_ID.get(active.binding.id or "")
            if action and action.shown and active.enabled and self._arrives(key):
                label = labels.get(action.id, action.label)
                found.setdefault(action.id, (action, key, label))
        return sorted(found.values(), key=lambda pair: ACTIONS.index(pair[0]))

    def _arrives(self, key: str) -> bool:
        name, focused = key_name(key), self.screen.focused
        letter = name if len(name) == 1 and name.isascii() else None
        return focused is None or not focused.check_consume_key(key, letter)

    def render(self) -> Text:
        """Return the line; keys that do not fit are left out.

        The help key is never left out.
        """
        key_style = slot_styles(self.app.theme_variables)["transfer-active"]
        key_style += Style(bold=True)
        line, self._places = Text(" ", no_wrap=True), []
        if self._is_covered:
            return line
        kept = sum(
            len(f"{key_name(key)} {label}") + GAP
            for action, key, label in self._shown
            if action.id == HELP
        )
        for action, key, label in self._shown:
            piece = Text.assemble((key_name(key), key_style), f" {label}")
            begin = line.cell_len
            kept = 0 if action.id == HELP else kept
            if begin + piece.cell_len + kept > self.size.width:
                continue
            self._places.append((begin, begin + piece.cell_len, key))
            line.append_text(piece).append(" " * GAP)
        return line

    def on_click(self, event: events.Click) -> None:
        """Press the key that was clicked."""
        for begin, end, key in self._places:
            if begin <= event.x < end:
                self.app.simulate_key(key)
