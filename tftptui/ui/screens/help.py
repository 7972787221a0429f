"""What keys do, those of the focused pane first."""

from typing import ClassVar

from rich.console import Group
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tftptui.ui.actions import CHAINS, TITLES, actions, bindings
from tftptui.ui.screens.marks import MARKS, TID
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


class HelpScreen(ModalScreen[None]):
    """The list of keys, made from the list of actions."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("help"),
        ("j", "scroll_by(1)", "Down"),
        ("k", "scroll_by(-1)", "Up"),
        ("g,home", "scroll_by(-1000)", "First"),
        ("G,end", "scroll_by(1000)", "Last"),
    ]
    DEFAULT_CSS = """
    HelpScreen {
        align: center middle;
        background: $background 60%;
        & > VerticalScroll {
            width: 84;
            max-width: 100%;
            height: auto;
            max-height: 100%;
            padding: 0 1;
            border: round $frame-focus;
            border-title-color: $foreground;
            border-title-style: bold;
            border-subtitle-color: $muted;
            background: $surface;
            scrollbar-size-vertical: 1;
            & > .heading { text-style: bold; color: $transfer-active; padding-top: 1; }
            & > Static { height: auto; }
        }
    }
    """

    def __init__(self, scope: str) -> None:
        super().__init__()
        self._scope = scope

    def compose(self) -> ComposeResult:
        """Lay out one part for each scope."""
        with VerticalScroll() as body:
            body.border_title = Content(f"Keys · {TITLES[self._scope]}")
            body.border_subtitle = Content("esc back")
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

    def on_mount(self) -> None:
        """Let keys scroll at once."""
        self.query_one(VerticalScroll).focus()

    def action_close(self) -> None:
        """Go back."""
        self.dismiss()

    def action_scroll_by(self, lines: int) -> None:
        """Scroll by LINES."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)
