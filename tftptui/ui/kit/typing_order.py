"""Keys that arrive together are taken in their order, by whatever is typed into.

Textual has a field take letters itself, while any other key goes up through everything
around it, and comes back to the field as an action only from the program. Letters that
were sent right after a backspace, as over a slow line, would overtake it.
"""

from textual import events
from textual.message_pump import MessagePump


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
