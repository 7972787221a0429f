"""One packet in full: what is known of it, and its bytes; arrows go on to the next."""

from collections.abc import Callable
from typing import ClassVar

from rich.console import Group
from rich.table import Table
from rich.text import Text
from textual.binding import BindingType

from tftptui.engine.client import CommandRefusedError, EngineClient, EngineError
from tftptui.engine.messages import FilePiece, LookAtFile
from tftptui.telemetry.capture.octets import Known
from tftptui.ui.actions import PACKET
from tftptui.ui.formats import count
from tftptui.ui.keys import bindings
from tftptui.ui.messages import CopyWanted
from tftptui.ui.panes.packets.bytes import (
    byte_lines,
    content_wanted,
    explained,
    packet_of_line,
)
from tftptui.ui.panes.packets.details import packet_facts
from tftptui.ui.panes.packets.words import Line, block_of_run, has_run, kind_word
from tftptui.ui.screens.window import Page
from tftptui.ui.themes import slot_styles

WIDEST = 114


class PacketScreen(Page[None]):
    """Shows a packet.

    Args:
        line: the packet.
        step: goes so many rows on in the list below, and returns the packet there,
            or None if there is none.
        client: the engine, which reads the file that a DATA packet is from.
        is_capture: whether the server of a capture is shown, not ours.
    """

    SCOPE = "packet"
    BINDINGS: ClassVar[list[BindingType]] = bindings(PACKET)
    DEFAULT_CSS = f"PacketScreen > VerticalScroll {{ width: {WIDEST}; height: 100%; }}"

    def __init__(
        self,
        line: Line,
        step: Callable[[int], Line | None],
        client: EngineClient,
        *,
        is_capture: bool,
    ) -> None:
        super().__init__("Packet")
        self._line, self._step, self._client = line, step, client
        self._is_capture = is_capture
        self._block = 1
        self._known, self._why = Known(b"", 0), ""
        self._scroll.can_focus = False  # else it would take the arrows

    def on_mount(self) -> None:
        """Show the packet."""
        self._begin()

    def on_resize(self) -> None:
        """Use the room there is."""
        self._draw()

    @property
    def _shown(self) -> Line:
        """The packet whose bytes are shown: of a run, one of its blocks."""
        line = self._line
        return block_of_run(line, self._block) if has_run(line.record) else line

    def _begin(self) -> None:
        self._known = packet_of_line(self._shown)
        wanted = content_wanted(self._shown, is_capture=self._is_capture)
        self._why = wanted if isinstance(wanted, str) else ""
        self._scroll.scroll_home(animate=False)
        self._draw()
        if isinstance(wanted, LookAtFile):
            work = self._read(self._shown, wanted)
            self.run_worker(work, group="bytes", exclusive=True)

    async def _read(self, line: Line, wanted: LookAtFile) -> None:
        """Read what the packet has of its file."""
        view = line.transfer
        self._why = "the file has changed since: its bytes are not shown"
        try:
            piece = await self._client.ask(wanted)
        except (CommandRefusedError, EngineError) as error:
            self._why = f"the file's bytes are not known: {error}"
            piece = None
        if isinstance(piece, FilePiece) and view and piece.version == view.version:
            octets = piece.octets
            self._known = packet_of_line(line, lambda _, length: octets[:length])
        self._draw()

    def _facts(self) -> list[list[str]]:
        facts = packet_facts(self._line, is_capture=self._is_capture)
        told = explained(self._shown, self._known, self._why)
        if has_run(self._line.record):
            block, of = count(self._shown.record.block), count(self._line.record.count)
            told = f"{told}  (block {block}, {self._block} of {of}: → next block)"
        return [*facts, ["bytes", told]]

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        slots = slot_styles(self.app.theme_variables)
        table = Table.grid(padding=(0, 2), expand=True)
        table.add_column(width=8, style=slots["muted"], no_wrap=True)
        table.add_column(ratio=1)
        for name, text in self._facts():
            table.add_row(Text(name), Text(text, overflow="fold"))
        width = min(WIDEST, self.size.width) - 5  # frame, padding, scrollbar
        hexes = Text("\n", no_wrap=True)
        for cells in byte_lines(self._known.octets, width):
            for text, slot in cells:
                hexes.append(text, slots[slot] if slot else None)
            hexes.append("\n")
        self.show(Group(table, hexes))
        foot = "↑ ↓ next packet · pgdn scroll · y copy · esc back"
        self.entitle(f"Packet · {kind_word(self._line.record)}", foot=foot)

    def action_step(self, step: int) -> None:
        """Go on to the next packet."""
        if line := self._step(step):
            self._line, self._block = line, 1
            self._begin()

    def action_block(self, step: int) -> None:
        """Go on to the next block of a run."""
        if has_run(self._line.record):
            last = self._line.record.count
            self._block = max(1, min(last, self._block + step))
            self._begin()

    def action_page(self, pages: int) -> None:
        """Scroll by PAGES."""
        self.action_scroll_by(pages * max(1, self._scroll.size.height - 1))

    def action_copy(self) -> None:
        """Copy what is shown as text."""
        lines = [f"{name:8}  {text}" for name, text in self._facts()]
        lines += [
            "".join(text for text, _ in cells).rstrip()
            for cells in byte_lines(self._known.octets, WIDEST)
        ]
        self.post_message(CopyWanted("\n".join(lines), "1 packet"))
