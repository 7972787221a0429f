"""Textual messages that belong to no single widget."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from textual.message import Message


class FrameArrived(Message, bubble=False):
    """The store has changed. Has no data, so a later one may replace it."""

    def can_replace(self, message: Message) -> bool:
        """Let one message replace all that are still queued."""
        return isinstance(message, FrameArrived)


class CopyWanted(Message):
    """A request to copy text; the app does it and shows where it is.

    Attributes:
        text: the text.
        what: its name for the bottom line, such as "the rules".
    """

    def __init__(self, text: str, what: str) -> None:
        super().__init__()
        self.text, self.what = text, what


class Offered(NamedTuple):
    """A column on offer: its key, its title, and its meaning."""

    key: str
    title: str
    meaning: str


class HasColumns(Protocol):
    """Shows chosen columns."""

    def columns_chosen(self, keys: tuple[str, ...]) -> None:
        """Show these columns in this order; the default ones if empty."""


class ColumnsWanted(Message):
    """A request to choose columns; the main screen opens the window.

    Attributes:
        heading: of the window.
        offered: all columns.
        shown: keys of those shown, in order.
        pane: gets the choice.
    """

    def __init__(
        self,
        heading: str,
        offered: Sequence[Offered],
        shown: Sequence[str],
        pane: HasColumns,
    ) -> None:
        super().__init__()
        self.heading, self.offered = heading, offered
        self.shown, self.pane = shown, pane


class KeysWanted(Message):
    """A request to show the keys of a page.

    Attributes:
        scope: where they work, in the list of actions.
    """

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope
