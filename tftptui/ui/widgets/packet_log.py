"""The pane of packets: each one a line, as they come or held still."""

from textual.app import ComposeResult

from tftptui.ui.store import Store
from tftptui.ui.widgets.packet_list import PacketList
from tftptui.ui.widgets.pane import Pane


class PacketLog(Pane):
    """The pane; its title says whether it follows, its foot how much there is."""

    SCOPE = "packets"

    def __init__(self, store: Store) -> None:
        super().__init__("Packets", 4, id="packets")
        self.rows = PacketList(store)
        self._write_state()

    def compose(self) -> ComposeResult:
        """Yield the rows."""
        yield self.rows

    def frame_arrived(self) -> None:
        """Look at the store again; called when it has news and the pane is in view."""
        self.rows.frame_arrived()
        self._write_state()

    def show_transfer(self, number: int | None) -> None:
        """Show one transfer's packets only, or all."""
        self.rows.show_transfer(number)
        self._write_state()

    def on_packet_list_changed(self) -> None:
        """Say so in the title."""
        self._write_state()

    def _write_state(self) -> None:
        self.state = self.rows.view.state()
        self.summary = self.rows.view.summary()
