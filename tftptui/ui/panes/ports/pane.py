"""The Ports pane: who uses which port, and the editor for the server's range."""

from collections.abc import Callable, Mapping
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import Static

from tftptui.engine.client import CommandRefusedError, EngineClient, EngineError
from tftptui.engine.messages import FREE, QUARANTINED, Finding, SetPorts, TransferView
from tftptui.ui.firewall.rule_choice import Wishes
from tftptui.ui.formats import count
from tftptui.ui.keys import bindings
from tftptui.ui.kit.classes import set_classes
from tftptui.ui.kit.pane import Pane
from tftptui.ui.panes.ports.actions import FIELDS, PORTS
from tftptui.ui.panes.ports.client_strip import ClientStrip
from tftptui.ui.panes.ports.consequences import helps
from tftptui.ui.panes.ports.editor import PortEditor
from tftptui.ui.panes.ports.map import RangeMap
from tftptui.ui.panes.ports.model import Scene, scene
from tftptui.ui.panes.ports.range_check import firewall_needs, in_words, same
from tftptui.ui.panes.ports.rule_preview import RulePreview
from tftptui.ui.panes.ports.states import (
    accused,
    blocks,
    count_states,
    owners,
    shown_states,
)
from tftptui.ui.panes.ports.words import legend, summary, tell_callers, tell_ports
from tftptui.ui.panes.transfers.actions import TransferCommand
from tftptui.ui.panes.transfers.pane import TransfersPane
from tftptui.ui.store import Store
from tftptui.ui.themes import slot_styles
from tftptui.ui.undo import UndoList

SCALED, TALL, ROOMY, FULL, HUGE = 6, 9, 12, 18, 28
"""Lines needed to show: numbers of client ports, users of the zones, more than one line
about a change, words, firewall rules."""

OTHERS = ((HUGE, 22), (FULL, 15), (ROOMY, 8), (TALL, 7), (SCALED, 4), (0, 3))
"""Lines of the pane (at least), and how many of them are not for the map."""

FORM, LEGEND = 2, 2
"""Lines that only a focused pane has: the form, and the text about the cursor."""

LOOKING = 5
"""Lines needed for the users of the zones, where the range is fixed."""

OF_SERVER = (
    "Our ports, one for each transfer:",
    "The clients' ports, chosen by each client; our range does not affect them:",
)
OF_CAPTURE = (
    "The server's ports, one for each transfer:",
    "The clients' ports, chosen by each client; no range affects them:",
)

HINT = "r changes the range at any time; running transfers keep their port"


class PortsPane(Pane):
    """The map of the range, the strip of client ports, the editor.

    LEFT is called when the fields are left; changes are recorded in UNDO. WISHES
    returns the firewall whose rules are shown.
    """

    SCOPE = "ports"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(PORTS),
        *bindings(
            FIELDS,
            *("leave", "preset(1)", "preset(-1)", "next_field(1)", "next_field(-1)"),
            "to_last",
        ),
    ]
    DEFAULT_CSS = """
    PortsPane {
        padding: 0 1;
        & > .words, & > .gap, & > #port-words, & > #port-legend { display: none; }
        & > .words { height: 1; color: $muted; }
        & > .gap { height: 1; }
        & > #port-legend { height: 1; }
        & > #port-words { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
        &.-quiet > ClientStrip { height: 2; }
        &.-quiet #verdict { display: none; }
        &.-tall.-open > #port-words, &.-tall.-open > #port-legend { display: block; }
        &.-full > .words, &.-full > .gap { display: block; }
        &.-full > #port-words { height: 2; text-wrap: wrap; }
    }
    """

    def __init__(
        self,
        store: Store,
        client: EngineClient,
        undo: UndoList,
        *,
        left: Callable[[], None],
        now: Callable[[], float],
        wishes: Callable[[], Wishes],
    ) -> None:
        super().__init__("Ports", 3, id="ports")
        self._store, self._client, self._undo = store, client, undo
        self._left, self._now, self._wishes = left, now, wishes
        self._map = RangeMap(store, shown=self._states)
        self._strip = ClientStrip(store)
        self._editor = PortEditor(self._scene)
        self._legend = Static(id="port-legend", markup=False)
        self._words = Static(id="port-words", markup=False)
        self._about = [Static(one, classes="words", markup=False) for one in OF_SERVER]
        self._rules = RulePreview(store)
        self._owned: Mapping[int, TransferView] = {}
        self._accused: Mapping[int, Finding] = {}
        self._shown: list[Text | str] = ["", ""]
        self._allowed = (False, False, False)
        self._applied: SetPorts | None = None
        self._is_fixed = False
        self._editor.display = False

    def compose(self) -> ComposeResult:
        """Lay out the parts; the words are shown only if there is room."""
        yield self._about[0]
        yield self._map
        yield self._legend
        yield self._words
        yield self._about[1]
        yield self._strip
        yield Static(classes="gap")
        yield self._editor
        yield self._rules

    def on_mount(self) -> None:
        """Show the initial state."""
        self.frame_arrived()

    def main_widget(self) -> Widget:
        """Return the map."""
        return self._map

    # Display.

    def on_resize(self) -> None:
        """Choose what to show for the new height."""
        height = self.content_size.height
        has_habits = height >= (TALL if self._editor.display else LOOKING)
        if not (self._editor.display or self._store.is_fixed):
            height += FORM  # lines that appear when the pane gets the focus
        set_classes(self, {"-tall": height >= TALL, "-full": height >= FULL})
        set_classes(
            self._strip,
            {
                "-with-numbers": height >= SCALED and not has_habits,
                "-with-habits": has_habits and height < FULL,
                "-with-range": height >= FULL,
            },
        )
        self._editor.set_class(height >= ROOMY, "-roomy")
        self._rules.display = height >= HUGE
        others = next(rows for least, rows in OTHERS if height >= least)
        if not self.has_class("-open"):
            others += -LEGEND if height >= TALL else has_habits
        self._map.styles.max_height = max(1, height - others)
        self.call_after_refresh(self._tell_all)

    def _scene(self) -> Scene:
        return scene(self._store, self._now())

    def _states(self) -> bytes:
        ports = self._store.ports
        drawn = (self._accused, self._owned)
        return shown_states(ports, self._now(), *drawn) if ports else b""

    def frame_arrived(self) -> None:
        """Show what has changed."""
        self._owned = owners(self._store)
        self._accused = accused(self._owned, blocks(self._store))
        self._map.show()
        self._strip.look()
        if self._is_fixed != self._store.is_fixed:
            self._is_fixed = self._store.is_fixed
            title = OF_CAPTURE if self._store.is_capture else OF_SERVER
            for words, text in zip(self._about, title, strict=True):
                words.update(text, layout=False)
            self._open(is_open=self.has_class("-open"))
        self._editor.look()
        self._tell_all()

    def _open(self, *, is_open: bool) -> None:
        """Show the form and the legend, or give their lines to the map."""
        self.set_class(is_open, "-open")
        self._editor.display = is_open and not self._store.is_fixed
        self.on_resize()

    def on_descendant_focus(self, _event: events.DescendantFocus) -> None:
        """Show the form and the legend."""
        if not self.has_class("-open"):
            self._open(is_open=True)

    def on_descendant_blur(self, _event: events.DescendantBlur) -> None:
        """Hide them, unless the focus is still inside the pane."""
        self.call_after_refresh(self._close)

    def _close(self) -> None:
        if self.has_class("-open") and not self.has_focus_within:
            self._open(is_open=False)

    def clock_ticked(self) -> None:
        """Update the fading of cooling ports, and ages."""
        self._map.show()
        self._tell_all()

    def _tell_all(self) -> None:
        if ports := self._store.ports:
            counts = count_states(self._states())
            plan = self._map.plan
            share = plan.share if plan else 1
            scale = f" · {count(share)} ports a cell" if share > 1 else ""
            order = "single port" if ports.single_port else ports.order
            has_one = FREE in ports.states or QUARANTINED in ports.states
            none = "" if has_one else "NO FREE PORT · "
            self.state = f"{none}{order}{scale} · reuse delay {ports.quarantine:g} s"
            self.summary = summary(counts)
            slots = slot_styles(self.app.theme_variables)
            self._update(self._legend, 0, legend(counts, slots, self._oldest))
        self._tell_cursor()

    @property
    def _oldest(self) -> float | None:
        """Age in seconds of the oldest running transfer on a port of the range."""
        running = (view.started for view in self._owned.values() if view.running)
        begun = min(running, default=None)
        return None if begun is None else self._now() - begun

    def _update(self, widget: Static, place: int, text: Text) -> None:
        if text != self._shown[place]:
            self._shown[place] = text
            widget.update(text, layout=False)  # its height is fixed

    # The cursor.

    def _tell_cursor(self) -> None:
        """Describe what the cursor is on, and list the keys under the fields."""
        words = self._cursor_words()
        slots = slot_styles(self.app.theme_variables)
        style = (
            slots["transfer-stalled"] if " ! " in words else slots["transfer-active"]
        )
        walks = self._map.has_focus or self._strip.has_focus
        self._update(self._words, 1, Text(words, style if walks else slots["muted"]))
        self._tell_rules()
        self._make_room(walks=walks)
        if self.is_typing:
            self._editor.judge_now()
        elif walks and not self.has_class("-tall"):
            self._editor.say((words, "transfer-active"))
        else:
            self._editor.say(*self._hints())
        plan = self._map.plan
        is_coarse = plan is not None and plan.share > 1
        allowed = (self._transfer is not None, is_coarse, self.is_typing)
        if allowed != self._allowed:
            self._allowed = allowed
            self.refresh_bindings()

    def _make_room(self, *, walks: bool) -> None:
        """Give the line under the fields to the scale while it has no text."""
        is_low = LOOKING <= self.content_size.height < SCALED
        is_shown = self.is_typing or walks or self._hints()[0][0] != HINT
        self.set_class(is_low and not is_shown and self._editor.display, "-quiet")

    def _cursor_words(self) -> str:
        if self._strip.has_focus:
            ports, seen = self._strip.under_cursor, self._strip.callers_there
            return tell_callers(ports, seen, self._now())
        ports, range_ = self._map.under_cursor, self._store.ports
        if range_ is None:
            return ""
        states = self._states()[ports.start - range_.first : ports.stop - range_.first]
        known = (self._owned, self._accused)
        return tell_ports(ports, states, self._store, self._now(), known)

    def _tell_rules(self) -> None:
        if self._rules.display and (ports := self._store.ports):
            now = same(ports)
            self._rules.look(self._editor.wished or now, now, self._wishes())

    def on_port_editor_judged(self) -> None:
        """Show the rules for what is typed."""
        self._make_room(walks=False)
        self._tell_rules()

    def _hints(self) -> list[tuple[str, str]]:
        no_cure = helps(blocks(self._store), "port-range", "another range")
        hints = [(f"! {words}", "transfer-stalled") for words in no_cure]
        now = same(self._store.ports) if self._store.ports else None
        if now is None or now != self._applied:
            hints.append((HINT, "muted"))
        else:
            word = f"✓ now {in_words(now)} · u undoes it"
            hints.append((word, "transfer-completed"))
        if now is not None:
            hints.append((firewall_needs(now), "muted"))
        return hints

    def on_range_map_walked(self) -> None:
        """Describe the new ports."""
        self._tell_all()

    def on_client_strip_walked(self) -> None:
        """Describe the new clients."""
        self._tell_all()

    def on_range_map_left(self) -> None:
        """Move on to the clients' ports."""
        self.screen.set_focus(self._strip)

    def on_client_strip_left(self) -> None:
        """Move back to the server's ports."""
        self.screen.set_focus(self._map)

    def on_range_map_opened(self) -> None:
        """Open the transfer that was clicked twice."""
        self.action_open()

    def on_client_strip_opened(self) -> None:
        """Open the transfer that was clicked twice."""
        self.action_open()

    @property
    def _transfer(self) -> int | None:
        """The number of the latest transfer under the cursor."""
        if self._strip.has_focus:
            numbers = [one.transfer for one in self._strip.callers_there]
        else:
            ports = self._map.under_cursor
            numbers = [
                view.number
                for port in (ports if len(ports) < len(self._owned) else self._owned)
                if port in ports and (view := self._owned.get(port))
            ]
        return max((number for number in numbers if number), default=None)

    def action_open(self) -> None:
        """Open the full view of the transfer under the cursor."""
        if number := self._transfer:
            self.post_message(TransfersPane.CommandWanted(TransferCommand.OPEN, number))

    def action_narrow(self) -> None:
        """Show the packets of the transfer under the cursor."""
        if number := self._transfer:
            self.post_message(
                TransfersPane.CommandWanted(TransferCommand.PACKETS, number)
            )

    # The fields.

    def edit(self) -> None:
        """Focus the first field and select its value."""
        self._open(is_open=True)  # a hidden widget takes no focus
        self.screen.set_focus(self._editor.fields[0])

    @property
    def is_typing(self) -> bool:
        """Whether a field has the focus."""
        return self._editor.has_focus_within

    def can_move_inside(self, step: int) -> bool:
        """Return whether there is a next or previous field."""
        return self._editor.field_beside(step) is not None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the keys of the fields only while one has the focus."""
        if action == "next_field":
            return isinstance(parameters[0], int) and self.can_move_inside(
                parameters[0]
            )
        if action == "to_last":
            return self._editor.is_at_first
        if action in ("open", "narrow"):
            return not self.is_typing and self._transfer is not None
        return action not in ("leave", "preset") or self.is_typing

    def action_next_field(self, step: int) -> None:
        """Move to the next or previous field."""
        self.screen.set_focus(self._editor.field_beside(step))

    def action_to_last(self) -> None:
        """Move from the first port to the last."""
        self.action_next_field(1)

    def action_preset(self, step: int) -> None:
        """Fill the fields with a proposal."""
        self._editor.propose(step)

    def action_leave(self) -> None:
        """Restore the old values and leave the fields."""
        self._editor.fill()
        self._left()
        self._tell_all()

    def on_port_editor_wished(self, event: PortEditor.Wished) -> None:
        """Send the submitted range to the engine."""
        event.stop()
        if not self._editor.changed:
            self.action_leave()
            return
        self.run_worker(self._apply(event.command), group="ports", exclusive=True)

    async def _apply(self, command: SetPorts) -> None:
        before = same(self._store.ports) if self._store.ports else None
        try:
            await self._client.ask(command)
        except (CommandRefusedError, EngineError) as error:
            self._editor.refuse(command, str(error))
            return
        if before is not None:
            self._undo.did(before, f"ports {in_words(before)}")
        self._applied = command
        self._editor.applied()
        self._left()
        self._tell_all()
