"""The line that tells of trouble elsewhere, and of findings that changed."""

from collections.abc import Callable, Iterator

from rich.text import Text
from textual.widgets import Static

from tftptui.telemetry.findings import Finding
from tftptui.ui.kit.fitting import fitting_form
from tftptui.ui.kit.rows import fitted_words
from tftptui.ui.panes.transfers.words import alarm_in_cells
from tftptui.ui.store import Store

RECENT = 60.0
"""Seconds for which a finding is told."""

TURNED = 15.0
"""Seconds for which it is told that one has changed its mind, or is withdrawn."""

_CAME = {"the client got the file ": "got", "the client sent the file ": "sent"}
_HINT = "  w why?"
_REVISED = "⚠ new evidence: "


class FindingLine(Static):
    """The latest alarm, or the latest that says something else now.

    Hidden when there is none. While the list of transfers is in view it tells what
    no row in sight does: a name that is missing has no transfer.
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

    def look(self, is_told: Callable[[Finding], bool]) -> None:
        """Show what is to be said now; IS_TOLD tells what a row in sight says."""
        alarm = self._say(is_told)
        turned = self._turned(has_alarm=bool(alarm))
        words = self._say_turn(turned) if turned else alarm
        self.set_class(bool(turned) and bool(turned[0].withdrawn), "-over")
        if words != self._words:
            self._words = words
            self.set_class(bool(words), "-shown")
            self.update(Text(words, no_wrap=True))

    def _turned(self, *, has_alarm: bool) -> list[Finding]:
        """Return the alarms that changed a moment ago, the latest first.

        Where an alarm is to be told, only those that changed since.
        """
        latest = self._store.latest_finding() if has_alarm else None
        since = self._now() - TURNED
        changed = [
            one
            for one in self._store.findings.values()
            if one.is_alarm
            and (one.withdrawn or one.revises)
            and one.turned >= since
            and (latest is None or one.turned >= latest.turned)
        ]
        return sorted(changed, key=lambda one: -one.turned)

    def _say_turn(self, turned: list[Finding]) -> str:
        """Say that findings are withdrawn, or what made one another."""
        room, finding = self.app.size.width - len(_HINT) - 2, turned[0]
        if finding.withdrawn:
            others = sum(bool(one.withdrawn) for one in turned[1:])
            forms = _withdrawn(finding, f"; {others} more withdrawn" if others else "")
            words = fitting_form(forms, room)
        else:
            told = alarm_in_cells(finding, self._store, room - len(_REVISED))
            words = f"{_REVISED}{told}"
        return fitted_words(words, room) + _HINT

    def _say(self, is_told: Callable[[Finding], bool]) -> str:
        untold = (one for one in self._alarms() if not is_told(one))
        finding = next(untold, None)
        if finding is None:
            return ""
        room = self.app.size.width - len(_HINT) - 2
        words = alarm_in_cells(finding, self._store, room - 2)
        return fitted_words(f"⚠ {words}", room) + _HINT

    def _alarms(self) -> Iterator[Finding]:
        """Yield the alarms to tell of, the latest first: new ones, and what goes on."""
        for finding in reversed(self._store.findings.values()):
            if not finding.is_alarm or finding.withdrawn:
                continue
            if self._now() - finding.found <= RECENT or self._goes_on(finding):
                yield finding

    def _goes_on(self, finding: Finding) -> bool:
        transfers = self._store.transfers
        known = (transfers.get(number) for number in finding.transfers)
        return any(view is not None and view.running for view in known)


def _withdrawn(finding: Finding, more: str) -> list[str]:
    """Return that a finding is withdrawn, and why, from the longest to the shortest."""
    why, code = finding.withdrawn, f" ({finding.code})"
    if not finding.client:
        return [f"✓ withdrawn: {why}{code}{more}", f"✓ withdrawn: {why}{more}"]
    client, file = finding.client, finding.file
    whole = f"{client} · {file}: {why}" if file else f"{client}: {why}"
    came = next((one for one in _CAME if why.startswith(one)), "")
    if came and file:
        whole = f"{client} {_CAME[came]} {file} {why.removeprefix(came)}"
    short = whole.replace(file, file.rpartition("/")[2]) if file else whole
    return [
        f"✓ withdrawn: {whole}{code}{more}",
        f"✓ withdrawn: {whole}{more}",
        f"✓ {whole}{more}",
        f"✓ {short}{more}",
        f"✓ {short}",
    ]
