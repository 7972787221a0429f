"""The clients of a demo, editable while it runs."""

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tftptui.demo.view import ClientView, PlayedClient
from tftptui.settings import HIGHEST_PORT
from tftptui.ui.keys import bindings
from tftptui.ui.screens.window import Below
from tftptui.ui.stage.actions import CAST
from tftptui.ui.stage.client_list import Casting, CastList

HINT = (
    "←→ other kind · digits port · enter send request · a add one · x remove\n"
    "u undo changes · esc done. Changes stay from step to step."
)

Follow = Callable[[dict[str, PlayedClient], str], None]
"""Called with all changes made by hand, and the client that requests now or ""."""


class CastScreen(Below[None]):
    """A row for each client; the stage above stays visible.

    Args:
        own: the scenario's clients.
        played: the changes made by hand.
        follow: called with each change.
    """

    # Before the list gets the keys, so that keys typed ahead apply in order.
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            replace(binding, priority=True)
            for binding in bindings(CAST)
            if isinstance(binding, Binding)
        ),
        *(
            Binding(str(digit), f"digit({digit})", show=False, priority=True)
            for digit in range(10)
        ),
    ]
    DEFAULT_CSS = """
    CastScreen {
        & > Vertical {
            width: 84;
            & > Static { height: 2; color: $muted; }
        }
    }
    """

    def __init__(
        self,
        own: list[ClientView],
        played: dict[str, PlayedClient],
        follow: Follow,
    ) -> None:
        super().__init__()
        self._casting = Casting({one.name: one for one in own}, dict(played), {})
        self._list = CastList(self._casting)
        self._follow = follow

    def compose(self) -> ComposeResult:
        """Lay out the rows and the keys."""
        with Vertical() as body:
            body.border_title = Content("Clients")
            yield self._list
            yield Static(HINT, markup=False)

    def on_mount(self) -> None:
        """Focus the list."""
        self._list.focus()

    def action_digit(self, digit: int) -> None:
        """Append a digit to the client's port."""
        if not self._casting.type_digit(self._current, digit):
            self.app.notify(f"ports end at {HIGHEST_PORT}", markup=False)
        self._list.refresh_rows()

    @property
    def _current(self) -> str:
        return self._list.current_key or ""

    def action_turn(self, step: int) -> None:
        """Change the kind of the client."""
        self._casting.turn(self._current, step)
        self._list.refresh_rows()

    def action_rub_out(self) -> None:
        """Remove the last digit of the client's port."""
        self._casting.rub_out(self._current)
        self._list.refresh_rows()

    def action_ask(self) -> None:
        """Apply the changes and let the client send its request now."""
        self._casting.settle(self._current)
        self._tell(self._current)

    def action_more(self) -> None:
        """Add another client like it."""
        name = self._casting.more(self._current)
        self._list.move_cursor(self._casting.names().index(name))

    def action_away(self) -> None:
        """Take the client out of the demo, or back in."""
        self._casting.send_away(self._current)
        self._tell("")

    def action_own(self) -> None:
        """Restore what the scenario says."""
        self._casting.take_back(self._current)
        self._tell("")

    def _tell(self, who: str) -> None:
        self._list.refresh_rows()
        self._follow(dict(self._casting.played), who)
