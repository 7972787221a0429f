"""The main screen: four panes at once, or one at a time in a small window."""

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult, SystemCommand
from textual.binding import BindingType
from textual.containers import Container
from textual.screen import Screen
from textual.widgets import Input

from tftptui.engine.client import EngineClient
from tftptui.engine.messages import Finding
from tftptui.ui.actions import MAIN
from tftptui.ui.bars.footer import FooterLine
from tftptui.ui.bars.header import HeaderLine
from tftptui.ui.bars.message_line import MessageLine
from tftptui.ui.bars.tabs import TabLine
from tftptui.ui.keys import Action, bindings
from tftptui.ui.kit.classes import set_own_classes
from tftptui.ui.kit.pane import Pane
from tftptui.ui.memory import Memory
from tftptui.ui.messages import ColumnsWanted
from tftptui.ui.panes.files.pane import FilesPane
from tftptui.ui.panes.packets.pane import PacketLog
from tftptui.ui.panes.ports.pane import PortsPane
from tftptui.ui.panes.transfers.pane import TransfersPane
from tftptui.ui.preferences import Taste
from tftptui.ui.screens.pane_layout import PaneLayout
from tftptui.ui.store import Store
from tftptui.ui.undo import UndoList

if TYPE_CHECKING:  # screens imported when first opened; see ui/deferred_imports.py
    from tftptui.ui.screens.file_commands import FileCommandHandler
    from tftptui.ui.screens.transfer_commands import TransferCommandHandler

TICK = 1.0
"""Seconds between two ticks of the clock."""

MIDDLE, WIDE, TALL = 100, 132, 30
"""From 100x30 on two panes are shown, Transfers and another one; from 132x30 on all."""

HIGH, LOFTY = 36, 50
"""Minimum lines for the scale of client ports, and for everything in Ports."""


def _last_class(breakpoints: list[tuple[int, str]] | None, size: int) -> str:
    """Return the class that Textual will set for this SIZE of a screen."""
    return [name for least, name in breakpoints or [] if size >= least][-1]


class MainScreen(Screen[None]):
    """Header, panes, footer.

    In a small window, or zoomed, one pane is shown and the others wait; they read the
    store when they are shown again.
    """

    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [  # noqa: RUF012 - as Textual has it
        (0, "-narrow"),
        (MIDDLE, "-middle"),
        (WIDE, "-wide"),
    ]
    VERTICAL_BREAKPOINTS: list[tuple[int, str]] | None = [  # noqa: RUF012 - as Textual has it
        (0, "-short"),
        (TALL, "-tall"),
        (HIGH, "-high"),
        (LOFTY, "-lofty"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = bindings(MAIN)
    DEFAULT_CSS = """
    MainScreen {
        & > TabLine { display: none; }
        & > #panes { height: 1fr; layout: grid; }
        & Pane.-hidden { display: none; }
        &.-some-hidden > TabLine { display: block; }
        &.-middle {
            & > TabLine { display: block; }
            & Pane { display: none; }
            & Pane.-beside { display: block; }
            & Pane.-hidden { display: none; }
        }
        &.-narrow, &.-short, &.-zoomed {
            & > TabLine { display: block; }
            & > #panes { layout: vertical; }
            & Pane, & Pane.-beside { display: none; }
            & Pane.-current { display: block; height: 1fr; width: 100%; }
        }
        &.-narrow, &.-short {
            & Pane { border: none; }
            & #transfer-detail { height: 4; }
        }
    }
    """

    def __init__(
        self,
        store: Store,
        client: EngineClient,
        *,
        now: Callable[[], float],
        notices: list[str],
        undo: UndoList,
        memory: Memory | None = None,
    ) -> None:
        super().__init__(id="main")
        self._store, self._client, self._now = store, client, now
        self._undo = undo
        memory = Memory() if memory is None else memory
        self._known, self._taste = (True, True), Taste(memory)
        self._layout = PaneLayout(memory)
        self._grid = Container(id="panes")
        self._header = HeaderLine(store, now=now)
        self._message = MessageLine(store, notices, now=now)
        self._transfers = TransfersPane(store, now=now, memory=memory)
        self._files = FilesPane(store, client, now=now)
        self._ports = PortsPane(
            store,
            client,
            undo,
            left=self._back,
            now=now,
            wishes=lambda: self._taste.wishes,
        )
        self._packets = PacketLog(store, memory)
        self.panes: tuple[Pane, ...] = (
            self._transfers,
            self._files,
            self._ports,
            self._packets,
        )
        self._tabs = TabLine(self.panes)
        self._current: Pane = self._transfers
        self._before: Pane = self._ports
        self._lower: Pane = self._packets  # below Transfers, if two fit

    def compose(self) -> ComposeResult:
        """Lay out all widgets; the grid fills from left to right."""
        # Before anything is styled: Textual adds these classes only afterwards.
        width, height = self.app.size
        self.add_class(
            _last_class(self.HORIZONTAL_BREAKPOINTS, width),
            _last_class(self.VERTICAL_BREAKPOINTS, height),
            update=False,
        )
        self._lay_out()
        yield self._header
        yield self._message
        yield self._tabs
        with self._grid:
            yield self._transfers
            yield self._files
            yield self._packets
            yield self._ports
        yield FooterLine()

    def on_mount(self) -> None:
        """Show the initial state and start the clock."""
        shown = (one for one in self.panes if self._layout.is_shown(one))
        self.show_pane(next(shown, self._transfers))
        self.on_frame_arrived()
        self.set_interval(TICK, self._tick)

    @property
    def scope(self) -> str:
        """The scope of the focused pane's keys in the list of actions."""
        if self._ports.is_typing:
            return "fields"
        if self._packets.is_typing or self._transfers.is_typing:
            return "prompt"
        return self._current.SCOPE or self._current.id or ""

    @property
    def alone(self) -> bool:
        """Whether only one pane is shown at a time."""
        return self._small or self.has_class("-zoomed")

    @property
    def has_near(self) -> bool:
        """Whether the selected missing name has a similar file."""
        return self._files.has_near

    @property
    def _small(self) -> bool:
        return self.has_class("-narrow") or self.has_class("-short")

    # Updates.

    def on_frame_arrived(self) -> None:
        """Have everything visible read the store."""
        self._header.frame_arrived()
        for pane in self.panes:
            if pane.display:
                pane.frame_arrived()
        self._look_for_messages()

    def _look_for_messages(self) -> None:
        found = self._finding_of_row()
        self._message.look(found.number if found else 0)
        known = self._store.engine_error is None, bool(self.check_action("why", ()))
        if known != self._known:
            self._known = known
            self.refresh_bindings()

    def on_row_list_highlighted(self) -> None:
        """Offer w for the finding of the row under the cursor."""
        self._look_for_messages()

    def _tick(self) -> None:
        self._header.clock_ticked()
        self._look_for_messages()
        for pane in self.panes:
            if pane.display:
                pane.clock_ticked()

    def on_resize(self) -> None:
        """Update panes that become visible."""
        self._lay_out()
        self.refresh_bindings()
        self.call_after_refresh(self.on_frame_arrived)

    # Panes.

    def rows(self) -> tuple[int, int, int]:
        """Return the height shares of Transfers and Packets, and the lines of Ports."""
        if self.has_class("-lofty"):
            return 2, 3, 17
        return (4, 3, 8) if self.has_class("-high") else (5, 4, 7)

    def _lay_out(self) -> None:
        """Place each pane in the grid."""
        if self.has_class("-middle"):
            self._layout.arrange_pair(self._grid, self.panes)
        else:
            self._layout.arrange(self._grid, self.panes, self.rows())
        for pane in self.panes:
            set_own_classes(pane, {"-hidden": not self._layout.is_shown(pane)})
        self.set_class(bool(self._layout.hidden), "-some-hidden")
        self._tabs.refresh()

    def show_pane(self, pane: Pane) -> None:
        """Show PANE, even if it was hidden, and focus it."""
        if not (self.alone or self._layout.is_shown(pane)):
            self._layout.show(pane)
            self._lay_out()
        if self.alone and pane is not self._current:
            self.app.clear_notifications()  # they are about the previous pane
        self._take(pane)
        pane.frame_arrived()
        pane.focus_main()

    def _take(self, pane: Pane) -> None:
        self._current = pane
        if pane is not self._transfers:
            self._lower = pane
        if not self._layout.is_shown(self._lower):
            shown = (one for one in self.panes[1:] if self._layout.is_shown(one))
            self._lower = next(shown, self._lower)
        beside = (self._transfers, self._lower)
        for one in self.panes:
            set_own_classes(one, {"-current": one is pane, "-beside": one in beside})
        self._tabs.show(pane.digit)
        self._look_for_messages()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Remember which pane has the focus."""
        for pane in self.panes:
            if pane in event.widget.ancestors_with_self:
                self._take(pane)

    def on_pane_retitled(self) -> None:
        """Update the line of panes from the shown one's title."""
        if self._tabs.display:
            self._tabs.look()

    def on_tab_line_chosen(self, event: TabLine.Chosen) -> None:
        """Show the pane that was clicked."""
        self.show_digit(event.digit)

    def show_digit(self, digit: int) -> None:
        """Show the pane of this digit."""
        self.show_pane(self.panes[digit - 1])

    def action_pane(self, digit: int) -> None:
        """Show pane DIGIT; if it has the focus already, zoom in or out."""
        pane = self.panes[digit - 1]
        if pane is self._current and pane.has_focus_within and not self._small:
            self.action_zoom()
        else:
            self.show_pane(pane)

    def action_next_pane(self, step: int) -> None:
        """Go to the next or the previous pane."""
        panes = [
            one
            for one in self.panes
            if self.alone or self._layout.is_shown(one) or one is self._current
        ]
        place = panes.index(self._current) + step
        self.show_pane(panes[place % len(panes)])

    def action_hide(self) -> None:
        """Hide the focused pane; its digit shows it again."""
        shown = [one for one in self.panes if self._layout.is_shown(one)]
        hidden = self._current
        if shown == [hidden]:
            self.notify("the last pane stays", timeout=2, markup=False)
            return
        self.action_next_pane(-1 if hidden is shown[-1] else 1)
        self._layout.hide(hidden)
        self._lay_out()
        self._take(self._current)
        message = f"{hidden.name_shown} is hidden; {hidden.digit} shows it again"
        self.notify(message, markup=False)

    def action_size(self, step: int) -> None:
        """Make the focused pane a step larger or smaller."""
        is_pair = self.has_class("-middle")
        self._layout.resize(self._current, step, is_pair=is_pair)
        self._lay_out()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer zoom only in a window with several panes.

        A field needs the tab key itself, and r does nothing in one.
        """
        if action == "next_pane":
            step = parameters[0]
            stays = isinstance(step, int) and self._ports.can_move_inside(step)
            return not (stays or self.scope == "prompt")
        is_typing = isinstance(self.focused, Input) or self._ports.is_typing
        offered = {
            "range": not (self._store.is_fixed or is_typing),
            "why": bool(self._store.findings or self._message.messages),
            "messages": bool(self._message.messages),
            "zoom": not self._small,
            "hide": not self.alone,
            "size": not self.alone,
        }
        return offered.get(action, True)

    def action_zoom(self) -> None:
        """Show the focused pane alone, or all panes."""
        self.toggle_class("-zoomed")
        self._tabs.refresh()
        self.call_after_refresh(self.on_frame_arrived)

    def action_range(self) -> None:
        """Go to the fields of the port range."""
        self._before = self._current
        self._take(self._ports)
        self._ports.frame_arrived()
        self._ports.edit()

    def _back(self) -> None:
        """Return from the fields to the previous pane."""
        before, self._before = self._before, self._ports
        self.show_pane(before)

    # Commands of the panes.

    @cached_property
    def _about_files(self) -> "FileCommandHandler":
        from tftptui.ui.screens.file_commands import FileCommandHandler  # noqa: PLC0415

        return FileCommandHandler(
            self, self._store, self._client, self._taste, self._undo
        )

    @cached_property
    def _about_transfers(self) -> "TransferCommandHandler":
        from tftptui.ui.screens.transfer_commands import TransferCommandHandler  # noqa: PLC0415

        wishes = TransferCommandHandler(
            self, self._store, self._client, self._taste, self._now
        )
        wishes.show_packets = self._show_packets
        wishes.show_pane = self.show_digit
        wishes.order = self._transfers
        return wishes

    def on_transfers_pane_command_wanted(
        self, event: TransfersPane.CommandWanted
    ) -> None:
        """Carry out a command for a transfer."""
        self._about_transfers.carry_out(event.what, event.number)

    def on_files_pane_command_wanted(self, event: FilesPane.CommandWanted) -> None:
        """Carry out a command for a file or a name."""
        self._about_files.carry_out(event.what, event.row, event.fetches)

    def on_columns_wanted(self, event: ColumnsWanted) -> None:
        """Open the choice of columns."""
        from tftptui.ui.screens.columns import ColumnScreen  # noqa: PLC0415

        def chosen(keys: tuple[str, ...] | None) -> None:
            if keys is not None:
                event.pane.columns_chosen(keys)

        screen = ColumnScreen(event.heading, event.offered, event.shown)
        self.app.push_screen(screen, chosen)

    def why_not(self, action: Action) -> str:
        """Return why an action of the focused pane does nothing now."""
        return self._current.why_not(action)

    def _finding_of_row(self) -> Finding | None:
        """Return the finding about the selected transfer if its list has the focus."""
        chosen = self._transfers.chosen if self._current is self._transfers else None
        return None if chosen is None else self._store.finding_about(chosen)

    def action_why(self) -> None:
        """Show the selected row's finding, or that of the message line."""
        messages, found = self._message.messages, self._finding_of_row()
        number = found.number if found else messages[0].finding if messages else 0
        if messages and not number:
            self.action_messages()
            return
        chosen = self._transfers.chosen if self._current is self._transfers else None
        self._about_transfers.explain(number, chosen)

    def explain(self, number: int) -> None:
        """Show a finding."""
        self._about_transfers.explain(number, None)

    def show_client(self, client: str) -> None:
        """Show only the transfers of one client."""
        self._transfers.show_client(client)
        self.show_pane(self._transfers)

    def sort_commands(self) -> Iterator[SystemCommand]:
        """Yield a command for each column that Transfers can be sorted by."""
        yield from self._transfers.sort_commands()

    def show_file(self, name: str) -> None:
        """Show a file in its pane."""
        self._files.find(name)
        self.show_pane(self._files)

    def action_messages(self) -> None:
        """Show all messages."""
        from tftptui.ui.screens.all_messages import AllMessagesScreen  # noqa: PLC0415

        def chosen(number: int | None) -> None:
            if number:
                self._about_transfers.explain(number, None)

        self.app.push_screen(AllMessagesScreen(self._message.messages), chosen)

    def action_wire(self) -> None:
        """Show what machines send before TFTP."""
        from tftptui.ui.screens.wire import WireScreen  # noqa: PLC0415

        self.app.push_screen(
            WireScreen(self._store, self._client, self.explain, now=self._now)
        )

    def on_message_line_opened(self, event: MessageLine.Opened) -> None:
        """Open what was clicked: the message's finding, or all messages."""
        number = self._message.messages[0].finding
        if event.others or not number:
            self.action_messages()
        else:
            self._about_transfers.explain(number, None)

    def action_firewall(self) -> None:
        """Show the firewall rules for the traffic seen."""
        self._about_transfers.show_rules()

    def _show_packets(self, number: int | None, time: float | None) -> None:
        self._packets.show_transfer(number)
        self.show_pane(self._packets)
        if time is not None:
            self._packets.go_to_time(time)
