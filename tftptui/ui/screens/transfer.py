"""Everything known about one transfer, for now as a list of facts."""

from collections.abc import Callable
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tftptui.ui.actions import bindings
from tftptui.ui.formats import endpoint
from tftptui.ui.store import Store
from tftptui.ui.themes import slot_styles
from tftptui.ui.widgets.transfer_words import facts

TICK = 1.0


class TransferScreen(ModalScreen[None]):
    """The facts about transfer NUMBER, kept up to date."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("help")
    DEFAULT_CSS = """
    TransferScreen {
        align: center middle;
        background: $background 60%;
        & > VerticalScroll {
            width: 96;
            max-width: 100%;
            height: auto;
            max-height: 100%;
            padding: 1 2;
            border: round $frame-focus;
            border-title-color: $foreground;
            border-title-style: bold;
            border-subtitle-color: $muted;
            background: $surface;
            scrollbar-size-vertical: 1;
            & > Static { height: auto; }
        }
    }
    """

    def __init__(self, store: Store, number: int, *, now: Callable[[], float]) -> None:
        super().__init__()
        self._store, self._number, self._now = store, number, now
        self._shown: list[list[str]] = []

    def compose(self) -> ComposeResult:
        """Lay out the one table."""
        with VerticalScroll() as body:
            body.border_subtitle = Content("esc back")
            yield Static(id="facts", markup=False)

    def on_mount(self) -> None:
        """Show the facts and keep them up to date."""
        self.query_one(VerticalScroll).focus()
        self.on_frame_arrived()
        self.set_interval(TICK, self.on_frame_arrived)

    def on_frame_arrived(self) -> None:
        """Show what is known now; a forgotten transfer keeps its last facts."""
        view = self._store.transfers.get(self._number)
        if view is None:
            return
        known = facts(view, self._store.ports, self._now())
        if known == self._shown:
            return
        self._shown = known
        client = endpoint(view.client, view.client_tid)
        server = endpoint(view.server, view.server_tid)
        title = Content(f"{client} ⇄ {server}")
        self.query_one(VerticalScroll).border_title = title
        muted = slot_styles(self.app.theme_variables)["muted"]
        table = Table.grid(padding=(0, 2), expand=True)
        table.add_column(width=10, style=muted, no_wrap=True)
        table.add_column(ratio=1)
        for name, text in known:
            table.add_row(Text(name), Text(text, overflow="fold"))
        self.query_one("#facts", Static).update(table)

    def action_close(self) -> None:
        """Go back."""
        self.dismiss()
