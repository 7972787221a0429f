"""Textual messages that are not a widget's own."""

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
