"""All messages of the line under the header, in full."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tftptui.ui.actions import MESSAGES, PAGE
from tftptui.ui.bars.status_message import StatusMessage
from tftptui.ui.keys import bindings
from tftptui.ui.screens.window import Window


class AllMessagesScreen(Window[int]):
    """Shows MESSAGES; returns the number of the selected finding, if any."""

    SCOPE = "messages"
    BINDINGS: ClassVar[list[BindingType]] = bindings((*MESSAGES, *PAGE))
    DEFAULT_CSS = """
    AllMessagesScreen > Vertical {
        width: 120;
        height: auto;
        & > OptionList {
            height: auto;
            border: none;
            padding: 0;
            background: $surface;
            &:focus { border: none; }
        }
    }
    """

    def __init__(self, messages: Sequence[StatusMessage]) -> None:
        super().__init__()
        self._messages = messages

    def compose(self) -> ComposeResult:
        """Lay out the list."""
        with Vertical() as frame:
            frame.border_title = Content("Messages, the worst first")
            frame.border_subtitle = Content("esc back · enter why?")
            texts = (Text(one.whole, overflow="fold") for one in self._messages)
            yield OptionList(*(Option(text) for text in texts), markup=False)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Return the finding of the message, if it has one."""
        if number := self._messages[event.option_index].finding:
            self.dismiss(number)
