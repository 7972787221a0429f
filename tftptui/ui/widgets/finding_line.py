"""The line that tells of trouble to whoever looks at another pane."""

from collections.abc import Callable

from rich.text import Text
from textual.widgets import Static

from tftptui.ui.store import Store
from tftptui.ui.widgets.alarm_words import alarm_in_cells
from tftptui.ui.widgets.rows import fitted

RECENT = 60.0
"""Seconds for which a finding is told."""

_HINT = "  w why?"


class FindingLine(Static):
    """The latest alarm; hidden when there is none, or when it is told elsewhere."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    FindingLine {
        height: 1;
        padding: 0 1;
        display: none;
        color: $transfer-stalled;
        background: $surface;
        &.-shown { display: block; }
    }
    """

    def __init__(self, store: Store, *, now: Callable[[], float]) -> None:
        super().__init__(id="finding", markup=False)
        self._store, self._now = store, now
        self._words = ""

    def look(self, *, is_told: bool) -> None:
        """Show what is to be said now; nothing if it is told elsewhere."""
        words = "" if is_told else self._say()
        if words != self._words:
            self._words = words
            self.set_class(bool(words), "-shown")
            self.update(Text(words, no_wrap=True))

    def _say(self) -> str:
        finding = self._store.latest_finding()
        if finding is None or not finding.is_alarm:
            return ""
        if self._now() - finding.found > RECENT:
            return ""
        room = self.app.size.width - len(_HINT) - 2
        words = alarm_in_cells(finding, self._store, room - 2)
        return fitted(f"⚠ {words}", room) + _HINT
