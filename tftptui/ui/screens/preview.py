"""The preview of a file: its kind, and its text or bytes."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tftptui.engine.client import CommandRefusedError, EngineClient, EngineError
from tftptui.engine.messages import FilePiece, LookAtFile
from tftptui.telemetry.escapes import visible
from tftptui.ui.actions import PAGE, PREVIEW
from tftptui.ui.formats import count
from tftptui.ui.keys import bindings
from tftptui.ui.kit.file_view import LONGEST_TEXT, PIECE, FileView, language_of
from tftptui.ui.screens.window import Window

TEXTS = frozenset({"text", "config", "script", "xml", "json", "hex", "srec"})
"""Kinds first shown as text, besides certificates in PEM format."""


class PreviewScreen(Window[None]):
    """Shows the file NAME; the engine reads it in pieces.

    FETCHES are its latest fetches, in words.
    """

    SCOPE = "preview"
    BINDINGS: ClassVar[list[BindingType]] = bindings((*PREVIEW, *PAGE))
    DEFAULT_CSS = """
    PreviewScreen > Vertical {
        width: 116;
        height: 100%;
        max-height: 44;
        & > #kind {
            height: auto;
            max-height: 9;
            color: $muted;
            border-bottom: solid $frame;
        }
    }
    """

    def __init__(
        self, client: EngineClient, name: bytes, fetches: Sequence[str] = ()
    ) -> None:
        super().__init__()
        self._client, self._file, self._fetches = client, name, fetches
        self._view = FileView(self._want)
        self._version: object = None

    def compose(self) -> ComposeResult:
        """Lay out the kind and the content."""
        with Vertical() as body:
            body.border_title = Content(visible(self._file))
            body.border_subtitle = Content("x text or bytes · esc back")
            yield Static("reading …", id="kind", markup=False)
            yield self._view

    def on_mount(self) -> None:
        """Read the beginning."""
        self._view.focus()
        self.run_worker(self._begin(), group="preview", exclusive=True)

    def action_other(self) -> None:
        """Switch between text and bytes."""
        if self._view.mode == "text":
            self._view.show_as("bytes")
        elif self._view.has_text:
            self._view.show_as("text")

    def action_move(self, lines: int) -> None:
        """Scroll by LINES."""
        self._view.scroll_relative(y=lines, animate=False)

    def action_page(self, pages: int) -> None:
        """Scroll by PAGES."""
        self.action_move(pages * max(1, self._view.size.height - 1))

    def action_first(self) -> None:
        """Scroll to the beginning."""
        self._view.scroll_home(animate=False)

    def action_last(self) -> None:
        """Scroll to the end."""
        self._view.scroll_end(animate=False)

    async def _begin(self) -> None:
        piece = await self._ask(0)
        if piece is None:
            return
        self._version = _version(piece)
        self._view.begin(piece.size)
        self._view.take(0, piece.data)
        self._tell(piece)
        text = piece.data
        while len(text) < min(piece.size, LONGEST_TEXT):
            more = await self._ask(len(text))
            if more is None or not more.data:
                break
            text += more.data
        if b"\0" not in text:
            self._view.show_text(text, language_of(piece.kind, self._file))
            if not _is_text(piece):
                self._view.show_as("bytes")

    def _tell(self, piece: FilePiece) -> None:
        words = [f"{piece.kind.words} · {count(piece.size)} bytes"]
        words += [f"⚠ {trouble}" for trouble in piece.kind.troubles]
        if _is_text(piece) and piece.size > LONGEST_TEXT:
            words.append(f"text: the first {count(LONGEST_TEXT)} bytes; x shows all")
        words += [f"fetched {fetch}" for fetch in self._fetches]
        self.query_one("#kind", Static).update("\n".join(words))

    def _want(self, offset: int) -> None:
        self.run_worker(self._fetch(offset), group="pieces")

    async def _fetch(self, offset: int) -> None:
        piece = await self._ask(offset)
        if piece is None:
            return
        if _version(piece) != self._version:  # another version: start over
            self.run_worker(self._begin(), group="preview", exclusive=True)
        else:
            self._view.take(offset, piece.data)

    async def _ask(self, offset: int) -> FilePiece | None:
        try:
            answer = await self._client.ask(LookAtFile(self._file, offset, PIECE))
        except (CommandRefusedError, EngineError) as error:
            self.query_one("#kind", Static).update(f"✗ {error}")
            return None
        return answer if isinstance(answer, FilePiece) else None


def _version(piece: FilePiece) -> object:
    """Return an identity of the version; older servers report only a time."""
    return piece.version or piece.modified


def _is_text(piece: FilePiece) -> bool:
    return piece.kind.key in TEXTS or piece.data.startswith(b"-----BEGIN ")
