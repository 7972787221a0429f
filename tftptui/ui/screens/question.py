"""A question in one line over the bottom of the screen; No is the default."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import ModalScreen
from textual.widgets import Static

from tftptui.ui.actions import QUESTION
from tftptui.ui.keys import bindings
from tftptui.ui.messages import FrameArrived

NOTICE_SECONDS = 3.0
"""Seconds for which a notice asks for an answer first."""

MARGINS = 2
"""Cells on either side of the line."""


Answer = Literal["yes", "no", "drain"]


class Question(ModalScreen[Answer]):
    """Asks ``3 running: y stop now · esc stay  fit.itb to 10.0.4.21`` in one line.

    Any answer but y is "no", or "drain" for d if that is offered.

    Args:
        matters: the subject, in full and in shorter forms.
        do: what y does.
        leave: what Esc does.
        more: further details, in the same forms; left out if they do not fit.
        drain: what d does; "" if it is not offered.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings(QUESTION)
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
        self,
        matters: Sequence[str],
        do: str,
        leave: str,
        more: Sequence[str],
        *,
        drain: str = "",
    ) -> None:
        super().__init__()
        self._matters, self._do, self._leave, self._more = matters, do, leave, more
        self._drain = drain

    def compose(self) -> ComposeResult:
        """Lay out the line."""
        yield Static(self._words(), id="question", markup=False)

    def on_resize(self) -> None:
        """Choose the forms that fit."""
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
            ("d" if self._drain else "", "bold underline"),
            f" {self._drain} · " if self._drain else "",
            ("esc", "bold underline"),
            f" {self._leave}",
            f"   {more}" if more else "",
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to drain only if that is possible."""
        return action != "answer" or parameters != ("drain",) or bool(self._drain)

    def action_answer(self, answer: Answer) -> None:
        """Return the answer."""
        self.dismiss(answer)

    def on_key(self, event: events.Key) -> None:
        """Show which keys answer the question, if another one is pressed."""
        active = self.active_bindings.get(event.key)
        if active is None or not active.enabled:
            message = f"press y to {self._do}, esc to {self._leave}"
            self.app.notify(message, timeout=NOTICE_SECONDS, markup=False)

    def on_frame_arrived(self, event: FrameArrived) -> None:
        """Let the message reach the panes below."""
        event.stop()
