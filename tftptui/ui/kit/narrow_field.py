"""The field for words that narrow a list: every word has to be somewhere in a row."""

from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message
from textual.widgets import Input

from tftptui.ui.keymap import bindings
from tftptui.ui.kit.typing_order import InOrder


class NarrowField(InOrder, Input):
    """One line, hidden until open() is called.

    It tells each change by Narrowed, and by Left that the list has the keys again.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings("narrowing")
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
