"""Pairs of a name and a text in a small window of their own."""

from collections.abc import Sequence
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.binding import BindingType

from tftptui.ui.keymap import bindings
from tftptui.ui.screens.window import Page
from tftptui.ui.themes import slot_styles


class FactsScreen(Page[None]):
    """Shows FACTS under a title, until esc."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("help")
    DEFAULT_CSS = "FactsScreen > VerticalScroll { width: 96; padding: 1 2; }"

    def __init__(self, title: str, facts: Sequence[Sequence[str]]) -> None:
        super().__init__(title)
        self._facts = facts

    def on_mount(self) -> None:
        """Show the facts."""
        muted = slot_styles(self.app.theme_variables)["muted"]
        table = Table.grid(padding=(0, 2), expand=True)
        table.add_column(width=10, style=muted, no_wrap=True)
        table.add_column(ratio=1)
        for name, text in self._facts:
            table.add_row(Text(name), Text(text, overflow="fold"))
        self.show(table)
