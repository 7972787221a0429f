"""A question in one line over the bottom of the screen; No is the default."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import ModalScreen
from textual.widgets import Static

from tftptui.ui.actions import bindings
from tftptui.ui.messages import FrameArrived


class Question(ModalScreen[bool]):
    """Asks ``3 running: y stop now · esc stay  fit.itb to 10.0.4.21``.

    It returns True for y and False for everything else.

    Args:
        matter: what it is about.
        names: which things are meant; drawn as it is.
        do: what y does.
        leave: what esc does.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings("question")
    DEFAULT_CSS = """
    Question {
        background: transparent;
        & > #question {
            dock: bottom;
            width: 100%;
            height: auto;
            max-height: 3;
            padding: 0 1;
            background: $warning;
            color: $background;
        }
    }
    """

    def __init__(self, matter: str, names: str, do: str, leave: str) -> None:
        super().__init__()
        self._words = Text.assemble(
            (f"{matter}: ", "bold"),
            ("y", "bold underline"),
            f" {do} · ",
            ("esc", "bold underline"),
            f" {leave}",
            f"   {names}" if names else "",
        )

    def compose(self) -> ComposeResult:
        """Lay the one line out."""
        yield Static(self._words, id="question", markup=False)

    def action_answer(self, answer: bool) -> None:  # noqa: FBT001 - Textual's call
        """Return the answer."""
        self.dismiss(answer)

    def on_frame_arrived(self, event: FrameArrived) -> None:
        """Let the panes below have the news."""
        event.stop()
