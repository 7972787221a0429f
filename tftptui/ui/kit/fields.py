"""Fields to type in: keys in the order they arrive, and words that narrow a list."""

from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.message_pump import MessagePump
from textual.widgets import Input

from tftptui.ui.actions import NARROWING
from tftptui.ui.keys import bindings


class InOrder(MessagePump):
    """Stands before Input or TextArea among the bases of a field.

    It is no widget itself: Textual looks for styles in the first one among the bases.
    """

    async def _on_key(self, event: events.Key) -> None:
        """Do what a key means at once; letters are the field's own matter."""
        if not event.is_printable and await self._is_done(event.key):
            event.prevent_default().stop()

    async def _is_done(self, key: str) -> bool:
        # Enter is a letter to a field of several lines: no binding has it there.
        return await self.app._check_bindings(key)  # noqa: SLF001 - as Textual does it


class NarrowField(InOrder, Input):
    """One line, hidden until open() is called.

    It tells each change by Narrowed, and by Left that the list has the keys again.
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
        """Other words are typed."""

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
        """The words, without case."""
        return tuple(self.value.casefold().split())

    def open(self) -> None:
        """Show the field and take the keys."""
        self.display = True
        # At once, so that what is typed ahead arrives here.
        self.screen.set_focus(self)

    def clear_words(self) -> bool:
        """Forget the words and hide; return whether there was anything to forget."""
        had_words = bool(self.words)
        self.value = ""
        self.display = False
        return had_words

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell the words."""
        event.stop()
        self.post_message(self.Narrowed(self.words))

    def action_keep(self) -> None:
        """Go back to the list with what was typed."""
        if not self.words:
            self.display = False
        self.post_message(self.Left())

    def action_widen(self) -> None:
        """Forget the words first; without any, go back."""
        self.clear_words()
        self.post_message(self.Left())


def has_all(words: tuple[str, ...], text: str) -> bool:
    """Whether every word is somewhere in TEXT, in whatever case."""
    folded = text.casefold()
    return all(word in folded for word in words)
