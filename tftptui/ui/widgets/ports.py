"""The Ports pane: whose port is whose, and the range to choose ours from."""

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import Static

from tftptui.engine.client import CommandRefusedError, EngineClient, EngineError
from tftptui.engine.messages import FOREIGN, FREE, QUARANTINED, USED, SetPorts
from tftptui.ui.actions import bindings
from tftptui.ui.formats import count, span
from tftptui.ui.store import Store
from tftptui.ui.themes import slot_styles
from tftptui.ui.widgets.pane import Pane
from tftptui.ui.widgets.port_editor import PortEditor
from tftptui.ui.widgets.port_map import MARKS, NAMES, SLOTS, ClientStrip, RangeMap

TALL = 9
"""Lines from which on there is room for words between the pictures."""


class Legend(Widget):
    """What the marks mean, and how many ports are so."""

    ALLOW_SELECT = False

    def __init__(self, store: Store) -> None:
        super().__init__()
        self._store = store

    def render(self) -> Text:
        """Return mark, number and meaning of each state."""
        slots = slot_styles(self.app.theme_variables)
        states = self._store.ports.states if self._store.ports else b""
        return Text("  ").join(
            Text.assemble(
                (MARKS[state], slots[SLOTS[state]]),
                f" {count(states.count(state))} {NAMES[state]}",
            )
            for state in (USED, QUARANTINED, FOREIGN, FREE)
        )


class PortsPane(Pane):
    """The map of the range, the strip of client ports, the editor."""

    SCOPE = "ports"
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "fields", "leave", "next_field(1)", "next_field(-1)"
    )
    DEFAULT_CSS = """
    PortsPane {
        padding: 0 1;
        & > .words { height: 1; color: $muted; display: none; }
        & > .gap { height: 1; display: none; }
        & > Legend { height: 1; display: none; }
        &.-tall > .words, &.-tall > Legend, &.-tall > .gap { display: block; }
    }
    """

    def __init__(
        self, store: Store, client: EngineClient, *, left: Callable[[], None]
    ) -> None:
        super().__init__("Ports", 3, id="ports")
        self._store, self._client, self._left = store, client, left
        self._map, self._strip = RangeMap(store), ClientStrip(store)
        self._editor, self._legend = PortEditor(store), Legend(store)
        self._states = b""

    def compose(self) -> ComposeResult:
        """Lay the parts out; the words show only where there is room."""
        yield Static("Ours: one is picked for each transfer", classes="words")
        yield self._map
        yield self._legend
        yield Static(classes="gap")
        yield Static("Theirs: ports that clients came from", classes="words")
        yield self._strip
        yield Static(classes="gap")
        yield self._editor

    def on_mount(self) -> None:
        """Start with what is known."""
        self.frame_arrived()

    def on_resize(self) -> None:
        """Use the room there is."""
        self.set_class(self.content_size.height >= TALL, "-tall")

    def on_range_map_scaled(self) -> None:
        """Say how many ports a cell stands for."""
        self._tell_state()

    def main_widget(self) -> Widget:
        """Return the map."""
        return self._map

    def frame_arrived(self) -> None:
        """Show what has changed."""
        self._strip.look()
        self._editor.look()
        ports = self._store.ports
        if ports is None:
            return
        self._tell_state()
        states = ports.first.to_bytes(2) + ports.states
        if states != self._states:
            self._map.refresh(layout=len(states) != len(self._states))
            self._legend.refresh()
            self._states = states
            self.summary = " · ".join(
                f"{count(ports.states.count(state))} {NAMES[state]}"
                for state in (USED, QUARANTINED, FOREIGN, FREE)
            )

    def _tell_state(self) -> None:
        if ports := self._store.ports:
            share = self._map.share
            scale = f" · {count(share)} ports a cell" if share > 1 else ""
            order = "single port" if ports.single_port else ports.order
            self.state = f"{order} · rest {ports.quarantine:g} s{scale}"

    def edit(self) -> None:
        """Go to the first field; its old value is selected."""
        self.screen.set_focus(self._editor.fields[0])

    @property
    def is_typing(self) -> bool:
        """Whether a field has the focus."""
        return self._editor.has_focus_within

    def can_move_inside(self, step: int) -> bool:
        """Return whether there is another field in that direction."""
        return self._editor.field_beside(step) is not None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what is for the fields only while one has the focus."""
        if action == "next_field":
            return isinstance(parameters[0], int) and self.can_move_inside(
                parameters[0]
            )
        return action != "leave" or self.is_typing

    def action_next_field(self, step: int) -> None:
        """Go to the next field, or the one before."""
        self.screen.set_focus(self._editor.field_beside(step))

    def action_leave(self) -> None:
        """Put the old values back and leave the fields."""
        self._editor.put_back()
        self._left()

    def on_port_editor_wished(self, event: PortEditor.Wished) -> None:
        """Ask the engine for the range that was typed."""
        event.stop()
        if not self._editor.changed:
            self.action_leave()
            return
        self.run_worker(self._apply(event.command), group="ports", exclusive=True)

    async def _apply(self, command: SetPorts) -> None:
        try:
            await self._client.ask(command)
        except (CommandRefusedError, EngineError) as error:
            self._editor.say(f"✗ {error}", wrong=True)
            return
        self._left()
        range_ = f"{span(command.first, command.last)}, {command.order}"
        where = "the port that was asked" if command.single_port else range_
        self._editor.say(f"✓ from now on {where}")
