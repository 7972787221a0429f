"""A field for another folder to serve."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from tftptui.ui.actions import FOLDER
from tftptui.ui.keys import bindings
from tftptui.ui.kit.fields import InOrder
from tftptui.ui.screens.window import Window

PROMISE = "Running transfers finish with their old files."


class FolderField(InOrder, Input):
    """The path of the folder."""


class FolderScreen(Window[str]):
    """Asks for a folder on the server's host; returns it, or "" for Esc.

    Args:
        folder: the initial text.
        why: the error, if it is asked for again.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings(FOLDER)
    DEFAULT_CSS = """
    FolderScreen > Vertical {
        width: 80;
        height: auto;
        & > Input { height: 1; border: none; background: $cursor-row; }
        & > Input:focus { border: none; }
        & > Static { height: auto; color: $muted; }
        & > .-wrong { color: $transfer-failed; }
    }
    """

    def __init__(self, folder: str, why: str = "") -> None:
        super().__init__()
        self._folder, self._why = folder, why

    def compose(self) -> ComposeResult:
        """Lay out the field and its hint."""
        with Vertical() as body:
            body.border_title = Content("Serve another folder")
            body.border_subtitle = Content("enter serve it · esc back")
            yield FolderField(self._folder, compact=True)
            yield Static(
                f"✗ {self._why}" if self._why else PROMISE,
                markup=False,
                classes="-wrong" if self._why else "",
            )

    def on_mount(self) -> None:
        """Focus the field."""
        self.query_one(Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Return the folder."""
        event.stop()
        self.dismiss(event.value.strip())

    def action_close(self) -> None:
        """Return ""."""
        self.dismiss("")
