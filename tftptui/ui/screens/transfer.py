"""Everything known about one transfer, for now as a list of facts."""

from collections.abc import Callable

from textual.containers import VerticalScroll
from textual.content import Content

from tftptui.ui.formats import endpoint
from tftptui.ui.screens.facts import FactsScreen
from tftptui.ui.store import Store
from tftptui.ui.widgets.transfer_words import facts

TICK = 1.0


class TransferScreen(FactsScreen):
    """The facts about transfer NUMBER, kept up to date."""

    def __init__(self, store: Store, number: int, *, now: Callable[[], float]) -> None:
        super().__init__("", [])
        self._store, self._number, self._now = store, number, now
        self._shown: list[list[str]] = []

    def on_mount(self) -> None:
        """Show the facts and keep them up to date."""
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
        self.show(known)
