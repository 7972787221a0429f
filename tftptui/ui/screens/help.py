"""What keys do, those of the focused pane first."""

from collections.abc import Iterator
from typing import ClassVar

from rich.console import Group
from rich.table import Table
from rich.text import Text
from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import Static

from tftptui.ui.keymap import CHAINS, TITLES, actions, bindings
from tftptui.ui.screens.marks import MARKS, TID
from tftptui.ui.screens.window import Page
from tftptui.ui.themes import slot_styles

PANES = ("transfers", "files", "ports", "fields", "packets", "packet-log", "prompt")


def help_order(scope: str) -> list[str]:
    """Return all scopes: what works in SCOPE now, then the other panes."""
    here = list(CHAINS[scope])
    if scope == "ports":
        here.insert(1, "fields")
    if scope == "packets":
        here.insert(2, "prompt")
    return here + [pane for pane in PANES if pane not in here]


class HelpScreen(Page[None]):
    """The list of keys, made from the list of actions."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("help")
    DEFAULT_CSS = """
    HelpScreen > VerticalScroll {
        width: 84;
        & > .heading { text-style: bold; color: $transfer-active; padding-top: 1; }
    }
    """

    def __init__(self, scope: str) -> None:
        super().__init__(f"Keys · {TITLES[scope]}")
        self._scope = scope

    def parts(self) -> Iterator[Widget]:
        """Yield one part for each scope, then the marks."""
        for scope in help_order(self._scope):
            if rows := actions(scope):
                yield Static(TITLES[scope], classes="heading", markup=False)
                table = Table.grid(padding=(0, 2), expand=True)
                table.add_column(width=14, style="bold", no_wrap=True)
                table.add_column(ratio=1)
                for action in rows:
                    table.add_row(Text(action.shown_keys), Text(action.effect))
                yield Static(table)
        yield Static("Marks", classes="heading", markup=False)
        yield Static(self._marks())

    def _marks(self) -> Group:
        slots = slot_styles(self.app.theme_variables)
        table = Table.grid(padding=(0, 2), expand=True)
        table.add_column(width=14, no_wrap=True)
        table.add_column(ratio=1)
        for mark, slot, meaning in MARKS:
            table.add_row(Text(mark, slots[slot]), Text(meaning))
        return Group(table, Text(f"\n{TID}"))
