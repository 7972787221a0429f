"""Windows above a screen: a frame that Esc closes, and a page to read."""

from collections.abc import Iterator
from typing import ClassVar

from rich.console import RenderableType
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, ScreenResultType
from textual.widget import Widget
from textual.widgets import Static

from tftptui.ui.actions import WINDOW
from tftptui.ui.keys import bindings
from tftptui.ui.messages import KeysWanted


class Window(ModalScreen[ScreenResultType]):
    """A centered frame around a ``Vertical`` or a ``VerticalScroll``."""

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
    """The scope of its keys in the list of actions, for the help."""

    def action_help(self) -> None:
        """Show the keys."""
        self.post_message(KeysWanted(self.SCOPE))

    def action_close(self) -> None:
        """Go back without a result."""
        self.dismiss(None)


class Below(Window[ScreenResultType]):
    """A window below a demo's stage; in a tall window the ports stay visible."""

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
    """A text to read, which scrolls if it is longer than the screen.

    Args:
        heading: the title.
        foot: the keys.
        text: shown until ``show()`` is called.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        ("j", "scroll_by(1)", "Down"),
        ("k", "scroll_by(-1)", "Up"),
        ("g,home", "scroll_by(-1000)", "First"),
        ("G,end", "scroll_by(1000)", "Last"),
        ("q", "close", "Back"),  # as in pagers; here it must not stop the server
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
        """Lay out the contents."""
        with self._scroll:
            yield from self.parts()

    def parts(self) -> Iterator[Widget]:
        """Yield the contents: one text, unless a subclass has other widgets."""
        yield self._words

    def on_mount(self) -> None:
        """Focus the contents, so that keys scroll."""
        self._scroll.focus()

    def entitle(self, heading: str, *, foot: str) -> None:
        """Set the title and the keys."""
        self._scroll.border_title = Content(heading)
        self._scroll.border_subtitle = Content(foot)

    def show(self, content: RenderableType) -> None:
        """Replace the text with CONTENT."""
        self._words.update(content)

    def action_scroll_by(self, lines: int) -> None:
        """Scroll by LINES."""
        self._scroll.scroll_relative(y=lines, animate=False)
