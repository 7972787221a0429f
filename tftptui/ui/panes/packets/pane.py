"""The pane of packets: each one a line, as they come or held still."""

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Static

from tftptui.ui.memory import Memory
from tftptui.ui.panes.packets.columns import heading
from tftptui.ui.panes.packets.commands import FILTERS, PacketAsking
from tftptui.ui.panes.packets.minimap import PacketMap
from tftptui.ui.panes.packets.titles import state, summary
from tftptui.ui.store import Store


class PacketLog(PacketAsking):
    """The pane; its title says whether it follows, its foot how much there is."""

    SCOPE = "packets"
    DEFAULT_CSS = """
    PacketLog {
        & > #packet-rows { height: 1fr; }
        & > #packet-heading { height: 1; color: $muted; text-style: bold; }
    }
    """

    def __init__(self, store: Store, memory: Memory) -> None:
        super().__init__(store, memory)
        self._map = PacketMap(self.rows.view)
        self._heading = Static(id="packet-heading", markup=False)
        self._headed = ""
        self._write_state()

    def compose(self) -> ComposeResult:
        """Lay out the line to type in, the rows and the strip beside them."""
        yield self.prompt
        yield self._heading
        with Horizontal(id="packet-rows"):
            yield self.rows
            yield self._map

    def main_widget(self) -> Widget:
        """Return the rows."""
        return self.rows

    def frame_arrived(self) -> None:
        """Look at the store again; called when it has news and the pane is in view."""
        self.rows.frame_arrived()
        self._write_state()

    def show_transfer(self, number: int | None) -> None:
        """Show one transfer's packets only, or all."""
        self.rows.show_transfer(number)
        self._write_state()

    def go_to_time(self, time: float) -> None:
        """Hold still with the cursor on what was shown at a wall clock time."""
        self.rows.go_to_time(time)

    def on_packet_scroll_changed(self) -> None:
        """Say so in the title."""
        self._write_state()

    def on_packet_scroll_scrolled(self) -> None:
        """Show in the strip what is in view."""
        self._look_at_map()

    def on_packet_map_chosen(self, event: PacketMap.Chosen) -> None:
        """Go to a row."""
        self.rows.pause()
        self.rows.put_cursor(event.row)

    def on_resize(self) -> None:
        """Name the columns that there are now."""
        self.call_after_refresh(self._write_state)

    def _write_state(self) -> None:
        view = self.rows.view
        self.state = state(view, self._store)
        self.summary = summary(view, self.rows.cursor)
        if not self.rows.is_mounted:
            return
        if self.prompt.is_typing and self.prompt.purpose in FILTERS:
            self.explain()
        headed = heading(self.rows.columns, self.rows.mode)
        if headed != self._headed:
            self._headed = headed
            self._heading.update(Text(headed, no_wrap=True))
        self._look_at_map()

    def _look_at_map(self) -> None:
        self._map.look(self.rows.scroll_offset.y, self.rows.size.height)
