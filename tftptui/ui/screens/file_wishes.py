"""What keys in the pane of files lead to: other screens, the clipboard, the engine."""

from textual.screen import Screen

from tftptui.knowledge.recipes import TFTP_PORT, Order
from tftptui.ui.screens.commands import CommandsScreen
from tftptui.ui.screens.taste import Taste
from tftptui.ui.store import Store
from tftptui.ui.widgets.file_rows import AskedRow, EntryRow, Row, named_file
from tftptui.ui.widgets.reach import server_addresses


class FileWishes:
    """Carries out what is wished for in the pane of files.

    Args:
        screen: the one that the pane is on.
        store: what is known.
        taste: choices made before.
    """

    def __init__(self, screen: Screen[None], store: Store, taste: Taste) -> None:
        self._screen, self._store, self._taste = screen, store, taste

    def carry_out(self, what: str, row: Row) -> None:
        """Do what is wished for with a row."""
        match what:
            case "commands":
                self._commands(row)
            case "copy":
                self._copy(row)
            case _:
                raise ValueError(f"no wish is called {what}")

    def _commands(self, row: Row) -> None:
        if (named := named_file(row)) is None:
            return
        name, size = named
        client = row.client if isinstance(row, AskedRow) else ""
        servers = server_addresses(self._store, client)
        status = self._store.status
        port = status.port if status else TFTP_PORT
        order = Order(servers[0], port, name, size)
        self._screen.app.push_screen(CommandsScreen(order, servers, taste=self._taste))

    def _copy(self, row: Row) -> None:
        if isinstance(row, EntryRow | AskedRow) and row.name:
            self._screen.app.copy_to_clipboard(row.name)
            self._screen.app.notify(f"copied {row.name}", markup=False)
