"""Input fields: keys handled in order of arrival, and words that filter a list."""

from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.message_pump import MessagePump
from textual.widgets import Input

from tftptui.ui.actions import NARROWING
from tftptui.ui.keys import bindings


class InOrder(MessagePump):
    """Mixin for a field; comes before Input or TextArea among the bases.

    It is not a widget itself: Textual takes the styles from the first base that is one.
    """

    async def _on_key(self, event: events.Key) -> None:
        """Handle a key at once; printable characters are left to the field."""
        if not event.is_printable and await self._is_done(event.key):
            event.prevent_default().stop()

    async def _is_done(self, key: str) -> bool:
        # Enter is text to a field with several lines: no binding has it there.
        return await self.app._check_bindings(key)  # noqa: SLF001 - as Textual does it


class NarrowField(InOrder, Input):
    """One line, hidden until open() is called.

    Posts Narrowed after each change, and Left when the list gets the focus back.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings(NARROWING)
    DEFAULT_CSS = """
    NarrowField {
        height: 1;
        border: none;
        padding: 0 1;
        background: $panel;
        &:focus { border: none; background: $cursor-row; }
    }
    """

    class Narrowed(Message):
        """The words have changed."""

        def __init__(self, words: tuple[str, ...]) -> None:
            super().__init__()
            self.words = words

    class Left(Message):
        """Typing is over."""

    def __init__(self) -> None:
        super().__init__(placeholder="words to look for", compact=True)
        self.display = False

    @property
    def words(self) -> tuple[str, ...]:
        """The words, case-folded."""
        return tuple(self.value.casefold().split())

    def open(self) -> None:
        """Show and focus the field."""
        self.display = True
        # At once, so that keys typed ahead arrive here.
        self.screen.set_focus(self)

    def clear_words(self) -> bool:
        """Clear the words and hide; return whether there were any."""
        had_words = bool(self.words)
        self.value = ""
        self.display = False
        return had_words

    def on_input_changed(self, event: Input.Changed) -> None:
        """Post the words."""
        event.stop()
        self.post_message(self.Narrowed(self.words))

    def action_keep(self) -> None:
        """Return to the list and keep the words."""
        if not self.words:
            self.display = False
        self.post_message(self.Left())

    def action_widen(self) -> None:
        """Clear the words and return to the list."""
        self.clear_words()
        self.post_message(self.Left())


def has_all(words: tuple[str, ...], text: str) -> bool:
    """Return whether TEXT contains every word, in any case."""
    folded = text.casefold()
    return all(word in folded for word in words)
