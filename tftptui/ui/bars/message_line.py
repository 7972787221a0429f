"""The line under the header: the most important message, and the number of others."""

from collections.abc import Callable, Sequence
from functools import partial

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual import events
from textual.message import Message
from textual.widget import Widget

from tftptui.ui.bars.alarms import alarm_messages
from tftptui.ui.bars.refusals import refusal_messages
from tftptui.ui.bars.status_message import Level, StatusMessage
from tftptui.ui.kit.rows import fitted_words
from tftptui.ui.store import Store
from tftptui.ui.themes import slot_styles

QUIET = "✓ no alarms"
_SLOTS = {
    Level.DOWN: "transfer-failed",
    Level.NO_PORT: "transfer-failed",
    Level.ALARM: "transfer-stalled",
    Level.REFUSED: "transfer-failed",
    Level.CURED: "transfer-completed",
    Level.NOTICE: "transfer-stalled",
}


def status_messages(
    store: Store, notices: Sequence[str], now: float
) -> list[StatusMessage]:
    """Return all messages for the user at wall-clock time NOW, most important first.

    NOTICES are the screen's own. A finding already named by a refusal is left out.
    """
    refused = [*refusal_messages(store, now)]
    shown = {one.finding for one in refused}
    found = [one for one in alarm_messages(store, now) if one.finding not in shown]
    engines = store.status.notices if store.status else []
    own = [
        StatusMessage(Level.NOTICE, partial(fitted_words, f"! {notice}"))
        for notice in (*notices, *engines)
    ]
    everything = [*_down(store), *refused, *found, *own]
    return sorted(everything, key=lambda one: one.level)


def _down(store: Store) -> list[StatusMessage]:
    if not store.engine_error:
        return []
    keys = "reconnecting" if store.comes_back else "R restarts"
    known = " · the screen shows the last known state" if store.frames else ""
    what = f"✗ Server down: {store.engine_error}"
    forms = [f"{what}{known} · {keys} · q quits", f"{what} · {keys} · q quits"]

    def say(width: int) -> str:
        fits = (form for form in forms if cell_len(form) <= width)
        short = f"{fitted_words(what, width - len(keys) - 3).rstrip()} · {keys}"
        return next(fits, short)

    return [StatusMessage(Level.DOWN, say)]


class MessageLine(Widget):
    """One line that is always there, so that nothing below it moves.

    Attributes:
        messages: the messages, most important first; the line shows the first.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    MessageLine {
        height: 1;
        padding: 0 1;
        background: $surface;
        &.-down { color: $background; background: $error; text-style: bold; }
    }
    """

    class Opened(Message):
        """The line was clicked: on the count of others, or on the message itself."""

        def __init__(self, *, others: bool) -> None:
            super().__init__()
            self.others = others

    def __init__(
        self, store: Store, notices: Sequence[str], *, now: Callable[[], float]
    ) -> None:
        super().__init__(id="message")
        self._store, self._notices, self._now = store, notices, now
        self.messages: list[StatusMessage] = []
        self._hint, self._tail = "", 0
        self._shown: Text | None = None

    def look(self, chosen: int = 0) -> None:
        """Update; CHOSEN is the finding of the selected row, 0 for none."""
        self.messages = status_messages(self._store, self._notices, self._now())
        self._hint = self._hinted(chosen)
        self.set_class(bool(self._store.engine_error), "-down")
        if self._line() != self._shown:
            self.refresh()

    def _hinted(self, chosen: int) -> str:
        """Return the hint for w, unless it opens the finding of another row."""
        if not self.messages:
            return ""
        first = self.messages[0]
        if chosen not in (0, first.finding):
            return ""
        if first.finding:
            return "w why?"
        if first.level is Level.DOWN:  # it needs the room, and names its own keys
            return ""
        is_cut = len(first.whole) > self.content_size.width
        return "w show all" if is_cut or self.messages[1:] else ""

    def render(self) -> Text:
        """Return the line."""
        self._shown = self._line()
        return self._shown

    def _line(self) -> Text:
        slots, width = slot_styles(self.app.theme_variables), self.content_size.width
        if not self.messages:
            return Text(QUIET, slots["muted"], no_wrap=True)
        first, *others = self.messages
        is_down = first.level is Level.DOWN
        more = f"{len(others)} more" if others else ""
        tail = "   ".join(part for part in (more, self._hint) if part)
        self._tail = len(tail)
        room = width - len(tail) - 2 * bool(tail)
        color = Style() if is_down else slots[_SLOTS[first.level]]
        line = Text(first.say(room), color, no_wrap=True)
        line.truncate(room, pad=True)
        aside = Style() if is_down else slots["muted"]
        return line.append(f"  {tail}", aside) if tail else line

    def on_click(self, event: events.Click) -> None:
        """Open the message that was clicked, or the list of all."""
        if self.messages:
            begins = self.size.width - 1 - self._tail
            on_count = bool(self.messages[1:]) and event.x >= begins
            ends = begins + len(f"{len(self.messages) - 1} more")
            self.post_message(self.Opened(others=on_count and event.x < ends))
