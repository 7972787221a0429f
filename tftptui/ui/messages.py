"""Textual messages that are not a widget's own."""

from textual.message import Message


class FrameArrived(Message, bubble=False):
    """The store has news. Carries nothing, so that a later one may swallow it."""

    def can_replace(self, message: Message) -> bool:
        """Let one stand for all that are still queued."""
        return isinstance(message, FrameArrived)
