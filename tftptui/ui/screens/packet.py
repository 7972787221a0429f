"""One packet in full: its facts and its bytes; arrow keys show the next."""

from collections.abc import Callable, Iterator
from typing import ClassVar

from rich.console import Group
from rich.table import Table
from rich.text import Text
from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import Static

from tftptui.engine.client import CommandRefusedError, EngineClient, EngineError
from tftptui.engine.messages import FilePiece, LookAtFile
from tftptui.telemetry.capture.packet_bytes import Known
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


class PacketBody(Static):
    """The facts about a packet, and its bytes.

    Args:
        client: the engine, which reads the file that a DATA packet is from.
        is_capture: whether a capture's server is shown, not this one.
    """

    def __init__(self, client: EngineClient, *, is_capture: bool) -> None:
        super().__init__(markup=False)
        self._client, self._is_capture = client, is_capture
        self._line: Line | None = None
        self._block = 1
        self._known, self._why = Known(b"", 0), ""

    def look(self, line: Line | None) -> None:
        """Show a packet; for a run of blocks, the first."""
        self._line, self._block = line, 1
        self._begin()

    def go_on(self, step: int) -> None:
        """Show the next block of a run."""
        if self._line is not None and has_run(self._line.record):
            last = self._line.record.count
            self._block = max(1, min(last, self._block + step))
            self._begin()

    def as_text(self) -> str:
        """Return the contents as text."""
        if self._line is None:
            return ""
        lines = [f"{name:8}  {text}" for name, text in self._facts(self._line)]
        lines += [
            "".join(text for text, _ in cells).rstrip()
            for cells in byte_lines(self._known.data, WIDEST)
        ]
        return "\n".join(lines)

    def on_resize(self) -> None:
        """Redraw for the new width."""
        self._draw()

    def _shown(self, line: Line) -> Line:
        """Return the packet whose bytes are shown: for a run, one of its blocks."""
        return block_of_run(line, self._block) if has_run(line.record) else line

    def _begin(self) -> None:
        if self._line is None:
            self.update("")
            return
        shown = self._shown(self._line)
        self._known = packet_of_line(shown)
        wanted = content_wanted(shown, is_capture=self._is_capture)
        self._why = wanted if isinstance(wanted, str) else ""
        self._draw()
        # Bytes read for the previous packet must not appear under this one.
        self.workers.cancel_group(self, "bytes")
        if isinstance(wanted, LookAtFile):
            self.run_worker(self._read(shown, wanted), group="bytes")

    async def _read(self, line: Line, wanted: LookAtFile) -> None:
        """Read the packet's part of its file."""
        view = line.transfer
        try:
            piece = await self._client.ask(wanted)
        except (CommandRefusedError, EngineError) as error:
            self._why = f"the file's bytes are not known: {error}"
        else:
            if isinstance(piece, FilePiece) and view and piece.version == view.version:
                data = piece.data
                self._known = packet_of_line(line, lambda _, length: data[:length])
            else:
                self._why = "the file has changed since: its bytes are not shown"
        self._draw()

    def _facts(self, line: Line) -> list[list[str]]:
        facts, shown = (
            packet_facts(line, is_capture=self._is_capture),
            self._shown(line),
        )
        note = explained(shown, self._known, self._why)
        if has_run(line.record):
            block, of = count(shown.record.block), count(line.record.count)
            note = f"{note}  (block {block}, {self._block} of {of})"
        return [*facts, ["size", note]]

    def _draw(self) -> None:
        width = self.size.width
        if self._line is None or not width:
            return
        slots = slot_styles(self.app.theme_variables)
        table = Table.grid(padding=(0, 2), expand=True)
        table.add_column(width=8, style=slots["muted"], no_wrap=True)
        table.add_column(ratio=1)
        for name, text in self._facts(self._line):
            table.add_row(Text(name), Text(text, overflow="fold"))
        hexes = Text("\n", no_wrap=True)
        for cells in byte_lines(self._known.data, width):
            for text, slot in cells:
                hexes.append(text, slots[slot] if slot else None)
            hexes.append("\n")
        self.update(Group(table, hexes))


class PacketScreen(Page[None]):
    """Shows a packet.

    Args:
        line: the packet.
        step: moves by that many rows in the list below, and returns the packet there,
            or None if there is none.
        client: the engine.
        is_capture: whether a capture's server is shown, not this one.
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
        self._line, self._step = line, step
        self._body = PacketBody(client, is_capture=is_capture)
        self._scroll.can_focus = False  # otherwise it would take the arrow keys

    def parts(self) -> Iterator[Widget]:
        """Yield the packet."""
        yield self._body

    def on_mount(self) -> None:
        """Show the packet."""
        self._look()

    def _look(self) -> None:
        self._scroll.scroll_home(animate=False)
        self._body.look(self._line)
        blocks = "← → blocks · " if has_run(self._line.record) else ""
        foot = f"↑ ↓ next packet · {blocks}pgdn scroll · y copy · esc back"
        self.entitle(f"Packet · {kind_word(self._line.record)}", foot=foot)

    def action_step(self, step: int) -> None:
        """Show the next packet."""
        if line := self._step(step):
            self._line = line
            self._look()

    def action_block(self, step: int) -> None:
        """Show the next block of a run."""
        self._body.go_on(step)

    def action_page(self, pages: int) -> None:
        """Scroll by PAGES."""
        self.action_scroll_by(pages * max(1, self._scroll.size.height - 1))

    def action_copy(self) -> None:
        """Copy the contents as text."""
        self.post_message(CopyWanted(self._body.as_text(), "1 packet"))
