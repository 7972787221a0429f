"""Textual messages that are not a widget's own."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from textual.message import Message


class FrameArrived(Message, bubble=False):
    """The store has news. Carries nothing, so that a later one may swallow it."""

    def can_replace(self, message: Message) -> bool:
        """Let one stand for all that are still queued."""
        return isinstance(message, FrameArrived)


class CopyWanted(Message):
    """Somebody asks for text to be copied; the app does it and says where it is.

    Attributes:
        text: what to copy.
        what: what that is, for the bottom line, as "the rules".
    """

    def __init__(self, text: str, what: str) -> None:
        super().__init__()
        self.text, self.what = text, what


class Offered(NamedTuple):
    """A column that may be shown: its key, its title, and what it says."""

    key: str
    title: str
    meaning: str


class HasColumns(Protocol):
    """Shows the columns that somebody chose."""

    def columns_chosen(self, keys: tuple[str, ...]) -> None:
        """Show these in this order; the default ones if empty."""


class ColumnsWanted(Message):
    """Somebody wants to choose columns; the main screen asks which.

    Attributes:
        heading: of the window.
        offered: the columns that there are; shown: keys of those shown, in order.
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
    """The keys of a page shall be shown.

    Attributes:
        scope: where they work, in the list of actions.
    """

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope
