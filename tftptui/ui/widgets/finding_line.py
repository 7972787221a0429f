"""The line that tells of trouble elsewhere, and of findings that changed."""

from collections.abc import Callable

from rich.text import Text
from textual.widgets import Static

from tftptui.telemetry.findings import Finding
from tftptui.ui.store import Store
from tftptui.ui.widgets.alarm_words import alarm_in_cells
from tftptui.ui.widgets.rows import fitted

RECENT = 60.0
"""Seconds for which a finding is told."""

TURNED = 15.0
"""Seconds for which it is told that one has changed its mind, or is withdrawn."""

_HINT = "  w why?"
_REVISED = "⚠ new evidence: "


class FindingLine(Static):
    """The latest alarm, or the latest that says something else now.

    Hidden when there is none, and while an alarm is told elsewhere.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    FindingLine {
        height: 1;
        padding: 0 1;
        display: none;
        color: $transfer-stalled;
        background: $surface;
        &.-shown { display: block; }
        &.-over { color: $transfer-completed; }
    }
    """

    def __init__(self, store: Store, *, now: Callable[[], float]) -> None:
        super().__init__(id="finding", markup=False)
        self._store, self._now = store, now
        self._words = ""

    def look(self, *, is_told: bool) -> None:
        """Show what is to be said now; an alarm not if it is told elsewhere."""
        turned = self._turned()
        words = self._say_turn(turned) if turned else "" if is_told else self._say()
        self.set_class(turned is not None and bool(turned.withdrawn), "-over")
        if words != self._words:
            self._words = words
            self.set_class(bool(words), "-shown")
            self.update(Text(words, no_wrap=True))

    def _turned(self) -> Finding | None:
        """Return the alarm that was the last to change, a moment ago."""
        now = self._now()
        changed = [
            one
            for one in self._store.findings.values()
            if one.is_alarm
            and (one.withdrawn or one.revises)
            and now - one.turned <= TURNED
        ]
        return max(changed, key=lambda one: one.turned, default=None)

    def _say_turn(self, finding: Finding) -> str:
        """Say that a finding is withdrawn, or what made it another."""
        room = self.app.size.width - len(_HINT) - 2
        if finding.withdrawn:
            who = f"{finding.client}: " if finding.client else ""
            words = f"✓ {who}{finding.withdrawn} ({finding.code} withdrawn)"
        else:
            told = alarm_in_cells(finding, self._store, room - len(_REVISED))
            words = f"{_REVISED}{told}"
        return fitted(words, room) + _HINT

    def _say(self) -> str:
        finding = self._store.latest_finding()
        if finding is None or not finding.is_alarm:
            return ""
        if self._now() - finding.found > RECENT:
            return ""
        room = self.app.size.width - len(_HINT) - 2
        words = alarm_in_cells(finding, self._store, room - 2)
        return fitted(f"⚠ {words}", room) + _HINT
