"""Windows above a screen: a frame that esc closes, a page to read, the help, facts."""

from collections.abc import Iterator
from typing import ClassVar

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, ScreenResultType
from textual.widget import Widget
from textual.widgets import Static

from tftptui.ui.actions import HELP, WINDOW
from tftptui.ui.keymap import CHAINS, TITLES, actions
from tftptui.ui.keys import bindings
from tftptui.ui.themes import slot_styles

MARKS: tuple[tuple[str, str, str], ...] = (
    ("↑ ↓", "transfer-active", "Transfer running: to the client, from the client."),
    ("●", "transfer-completed", "Completed: the last block was acknowledged."),
    ("◐", "transfer-unconfirmed", "Everything sent, but no ACK for the last block."),
    ("✗ ∅ ⊘", "transfer-failed", "Failed, gave up, aborted by you."),
    ("⊗", "transfer-failed", "Refused with an ERROR: there is no transfer."),
    ("○", "muted", "The client requested only the size; normal."),
    ("⚠", "transfer-stalled", "Stalled: no progress for a while."),
    ("· ■ ▒ ×", "port-used", "Port free, in use, cooling down, in use elsewhere."),
    ("R2 R3", "packet-retransmit", "Packet resent by us: second, third time."),
    ("D", "packet-duplicate", "Packet resent by the client (duplicate)."),
    ("◆ ›", "transfer-active", "Time reference mark; search match."),
    ("? ✗ !", "packet-error", "Wrong sender (TID), not TFTP, ICMP error."),
    ("▶3 ↑12", "transfer-active", "File with 3 readers now; fetched 12 times."),
    ("1468→1428", "muted", "Option blksize: requested → agreed."),
    ("w16 t6", "muted", "Options windowsize and timeout (s), agreed."),
    ("tsize", "muted", "Option tsize: the client was told the size."),
    ("~", "muted", "An estimate."),
    ("atftp?", "muted", "Client program: a guess from its requests."),
)
"""Mark, slot of its colour, meaning."""

TID = (
    "A TID (transfer identifier, RFC 1350) is the UDP port that one end chose for "
    "one transfer."
)


class Window(ModalScreen[ScreenResultType]):
    """A frame in the middle around a ``Vertical`` or a ``VerticalScroll``."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(WINDOW)
    DEFAULT_CSS = """
    Window {
        align: center middle;
        background: $background 60%;
    }
    Window > Vertical, Window > VerticalScroll {
        max-width: 100%;
        max-height: 100%;
        padding: 0 1;
        border: round $frame-focus;
        border-title-color: $foreground;
        border-title-style: bold;
        border-subtitle-color: $muted;
        background: $surface;
    }
    """

    SCOPE: ClassVar[str] = ""
    """Where its keys stand in the list of actions, for the key that tells them."""

    def action_help(self) -> None:
        """Show the keys."""
        self.app.push_screen(HelpScreen(self.SCOPE))

    def action_close(self) -> None:
        """Go back, without an answer."""
        self.dismiss(None)


class Below(Window[ScreenResultType]):
    """A window below a demo's stage; in a tall one it leaves the ports in sight."""

    VERTICAL_BREAKPOINTS: list[tuple[int, str]] | None = [  # noqa: RUF012 - as Textual has it
        (0, "-short"),
        (36, "-tall"),
    ]
    DEFAULT_CSS = """
    Below {
        align: center bottom;
        background: $background 0%;
        & > Vertical { height: 11; max-height: 60%; }
        &.-tall > Vertical { margin-bottom: 8; }
    }
    """


class Page(Window[ScreenResultType]):
    """Something to read, which scrolls where it is longer than the screen.

    Args:
        heading: what it is about.
        foot: the keys that lead on from it.
        text: what stands there until ``show()`` says more.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        ("j", "scroll_by(1)", "Down"),
        ("k", "scroll_by(-1)", "Up"),
        ("g,home", "scroll_by(-1000)", "First"),
        ("G,end", "scroll_by(1000)", "Last"),
        ("q", "close", "Back"),  # as in pagers; it must not end the server from here
    ]
    DEFAULT_CSS = """
    Page > VerticalScroll {
        height: auto;
        scrollbar-size-vertical: 1;
        & > Static { height: auto; }
    }
    """

    def __init__(self, heading: str, *, foot: str = "esc back", text: str = "") -> None:
        super().__init__()
        self._scroll, self._words = VerticalScroll(), Static(text, markup=False)
        self.entitle(heading, foot=foot)

    def compose(self) -> ComposeResult:
        """Lay out what there is to read."""
        with self._scroll:
            yield from self.parts()

    def parts(self) -> Iterator[Widget]:
        """Yield what there is to read: one text, or what a subclass has instead."""
        yield self._words

    def on_mount(self) -> None:
        """Let keys scroll at once."""
        self._scroll.focus()

    def entitle(self, heading: str, *, foot: str) -> None:
        """Write HEADING above, and the keys below."""
        self._scroll.border_title = Content(heading)
        self._scroll.border_subtitle = Content(foot)

    def show(self, content: RenderableType) -> None:
        """Show CONTENT in place of the text."""
        self._words.update(content)

    def action_scroll_by(self, lines: int) -> None:
        """Scroll by LINES."""
        self._scroll.scroll_relative(y=lines, animate=False)


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

    BINDINGS: ClassVar[list[BindingType]] = bindings(HELP)
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
