"""A question in one line over the bottom of the screen; No is the default."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import ModalScreen
from textual.widgets import Static

from tftptui.ui.actions import bindings
from tftptui.ui.messages import FrameArrived

MARGINS = 2
"""Cells beside the line."""


class Question(ModalScreen[bool]):
    """Asks ``3 running: y stop now · esc stay  fit.itb to 10.0.4.21`` in one line.

    It returns True for y and False for everything else.

    Args:
        matters: what it is about, whole and in shorter forms.
        do: what y does.
        leave: what esc does.
        more: what else is worth knowing, the same way; left out where it does not fit.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings("question")
    DEFAULT_CSS = """
    Question {
        background: transparent;
        & > #question {
            dock: bottom;
            width: 100%;
            height: 1;
            margin: 0 0 1 0;
            padding: 0 1;
            text-wrap: nowrap;
            text-overflow: ellipsis;
            background: $warning;
            color: $background;
        }
    }
    """

    def __init__(
        self, matters: Sequence[str], do: str, leave: str, more: Sequence[str]
    ) -> None:
        super().__init__()
        self._matters, self._do, self._leave, self._more = matters, do, leave, more

    def compose(self) -> ComposeResult:
        """Lay the one line out."""
        yield Static(self._words(), id="question", markup=False)

    def on_resize(self) -> None:
        """Say what fits."""
        self.query_one("#question", Static).update(self._words())

    def _words(self) -> Text:
        room = self.app.size.width - MARGINS
        fits = (one for one in self._matters if self._line(one, "").cell_len <= room)
        matter = next(fits, self._matters[-1])
        longer = (self._line(matter, one) for one in self._more)
        fitting = (line for line in longer if line.cell_len <= room)
        return next(fitting, self._line(matter, ""))

    def _line(self, matter: str, more: str) -> Text:
        return Text.assemble(
            (f"{matter}: ", "bold"),
            ("y", "bold underline"),
            f" {self._do} · ",
            ("esc", "bold underline"),
            f" {self._leave}",
            f"   {more}" if more else "",
        )

    def action_answer(self, answer: bool) -> None:  # noqa: FBT001 - Textual's call
        """Return the answer."""
        self.dismiss(answer)

    def on_frame_arrived(self, event: FrameArrived) -> None:
        """Let the panes below have the news."""
        event.stop()
