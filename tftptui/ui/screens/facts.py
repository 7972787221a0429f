"""Pairs of a name and a text in a small window of their own."""

from collections.abc import Sequence
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
from tftptui.ui.themes import slot_styles


class FactsScreen(ModalScreen[None]):
    """Shows FACTS under a title, until esc."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("help")
    DEFAULT_CSS = """
    FactsScreen {
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

    def __init__(self, title: str, facts: Sequence[Sequence[str]]) -> None:
        super().__init__()
        self._title, self._facts = title, facts

    def compose(self) -> ComposeResult:
        """Lay out the one table."""
        with VerticalScroll() as body:
            body.border_title = Content(self._title)
            body.border_subtitle = Content("esc back")
            yield Static(id="facts", markup=False)

    def on_mount(self) -> None:
        """Take the focus and show the facts."""
        self.query_one(VerticalScroll).focus()
        if self._facts:
            self.show(self._facts)

    def show(self, facts: Sequence[Sequence[str]]) -> None:
        """Show other facts."""
        muted = slot_styles(self.app.theme_variables)["muted"]
        table = Table.grid(padding=(0, 2), expand=True)
        table.add_column(width=10, style=muted, no_wrap=True)
        table.add_column(ratio=1)
        for name, text in facts:
            table.add_row(Text(name), Text(text, overflow="fold"))
        self.query_one("#facts", Static).update(table)

    def action_close(self) -> None:
        """Go back."""
        self.dismiss()
