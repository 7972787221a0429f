"""The frame of a pane: its digit, name and state, and whether it has the focus."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar, Self

from textual import events
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tftptui.ui.keys import Action

FOCUS_MARK = "▸"


class Pane(Vertical):
    """One of the four panes of the main screen.

    A subclass sets ``state`` (next to the name) and ``summary`` (in the bottom border),
    both plain text, and reads the store again when frame_arrived() is called.

    Attributes:
        name_shown, digit: the name in the title, and the key that focuses the pane.
    """

    DEFAULT_CSS = """
    Pane {
        padding: 0 0 0 1;
        border: round $frame;
        border-title-color: $muted;
        border-subtitle-color: $muted;
        &:focus-within {
            border: heavy $frame-focus;
            border-title-color: $background;
            border-title-background: $frame-focus;
            border-title-style: bold;
            border-subtitle-color: $frame-focus;
        }
    }
    """
    state: reactive[str] = reactive("", repaint=False)
    summary: reactive[str] = reactive("", repaint=False)
    _frames_only = False
    SCOPE: ClassVar[str] = ""
    """The scope of the pane's keys in the list of actions."""

    class Retitled(Message):
        """State or summary has changed."""

    def __init__(self, name_shown: str, digit: int, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.name_shown, self.digit = name_shown, digit

    def on_mount(self) -> None:
        """Write the initial title."""
        self._write_title()

    def frame_arrived(self) -> None:
        """Update from the store; called after a change while the pane is visible."""

    def clock_ticked(self) -> None:
        """Update the ages; called once a second while the pane is visible."""

    def on_show(self) -> None:
        """Catch up: there were no updates while it was hidden."""
        self.frame_arrived()

    def main_widget(self) -> Widget | None:
        """Return the widget that takes the focus when the pane is selected."""
        return next((child for child in self.query("*") if child.focusable), None)

    def why_not(self, action: Action) -> str:
        """Return why an action of this pane does nothing now; "" if unknown."""
        del action
        return ""

    def focus_main(self) -> None:
        """Focus the pane's main widget."""
        if widget := self.main_widget():
            # At once, so that keys typed ahead arrive in the right place.
            self.screen.set_focus(widget)

    def watch_state(self) -> None:
        """Update the title."""
        self._write_title()
        self.post_message(self.Retitled())

    def watch_summary(self) -> None:
        """Update the bottom border."""
        with self._drawing_frame():
            self.border_subtitle = Content(self.summary) if self.summary else None
        self.post_message(self.Retitled())

    def refresh(
        self,
        *regions: Region,
        repaint: bool = True,
        layout: bool = False,
        recompose: bool = False,
    ) -> Self:
        """Redraw; only the frame if only its text has changed."""
        if self._frames_only:
            left, top = self.content_offset
            lines = (-top, self.outer_size.height - top - 1)
            regions = tuple(Region(-left, y, self.outer_size.width, 1) for y in lines)
            if not self.outer_size or not top:  # it has no frame
                return self
        return super().refresh(
            *regions, repaint=repaint, layout=layout, recompose=recompose
        )

    @contextmanager
    def _drawing_frame(self) -> Iterator[None]:
        self._frames_only = True
        try:
            yield
        finally:
            self._frames_only = False

    def _write_title(self) -> None:
        focused = self.has_focus_within
        words = f"{self.digit} {self.name_shown}"
        words = f"{FOCUS_MARK} {words}" if focused else words
        words = f"{words} · {self.state}" if self.state else words
        with self._drawing_frame():
            self.border_title = Content(words)

    def on_descendant_focus(self, _event: events.DescendantFocus) -> None:
        """Highlight the title."""
        self.call_after_refresh(self._write_title)

    def on_descendant_blur(self, _event: events.DescendantBlur) -> None:
        """Remove the highlight from the title."""
        self.call_after_refresh(self._write_title)
