"""Messages about findings: alarms in force, and those recently changed or withdrawn."""

from collections.abc import Iterator
from functools import partial

from tftptui.telemetry.findings import Finding
from tftptui.ui.bars.status_message import Level, StatusMessage
from tftptui.ui.kit.fitting import fitting_form
from tftptui.ui.kit.rows import fitted_words
from tftptui.ui.panes.transfers.words import alarm_in_cells
from tftptui.ui.store import Store

RECENT = 60.0
"""Seconds for which an alarm is shown; longer while its transfers run."""

TURNED = 15.0
"""Seconds for which a finding that changed or was withdrawn is shown as such."""

_CAME = {"the client got the file ": "got", "the client sent the file ": "sent"}
_REVISED = "new evidence: "


def alarm_messages(store: Store, now: float) -> Iterator[StatusMessage]:
    """Yield the messages of the findings at wall-clock time NOW, most important first.

    Packets that do not arrive come before names that do not exist, findings about many
    clients before those about few, the latest first.
    """
    latest = [one for one in reversed(store.findings.values()) if one.is_alarm]
    holding = [one for one in latest if not one.withdrawn and _is_news(one, store, now)]
    for one in sorted(holding, key=lambda one: (not one.broken, -len(one.clients))):
        say = partial(_alarm, one, store, now)
        yield StatusMessage(Level.ALARM, say, one.number)
    for one in sorted(latest, key=lambda one: -one.turned):
        if one.withdrawn and now - one.turned <= TURNED:
            yield StatusMessage(Level.CURED, partial(_cured, one), one.number)


def _is_news(finding: Finding, store: Store, now: float) -> bool:
    if now - finding.found <= RECENT:
        return True
    known = (store.transfers.get(number) for number in finding.transfers)
    return any(view is not None and view.running for view in known)


def _alarm(finding: Finding, store: Store, now: float, width: int) -> str:
    is_other = bool(finding.revises) and now - finding.turned <= TURNED
    mark = f"⚠ {_REVISED}" if is_other else "⚠ "
    words = alarm_in_cells(finding, store, width - len(mark))
    return fitted_words(f"{mark}{words}", width)


def _cured(finding: Finding, width: int) -> str:
    """Return the message that a finding is withdrawn, and why."""
    why, code = finding.withdrawn, f" ({finding.code})"
    if not finding.client:
        forms = [f"✓ withdrawn: {why}{code}", f"✓ withdrawn: {why}"]
        return fitted_words(fitting_form(forms, width), width)
    client, file = finding.client, finding.file
    whole = f"{client} · {file}: {why}" if file else f"{client}: {why}"
    came = next((one for one in _CAME if why.startswith(one)), "")
    if came and file:
        whole = f"{client} {_CAME[came]} {file} {why.removeprefix(came)}"
    short = whole.replace(file, file.rpartition("/")[2]) if file else whole
    forms = [f"✓ withdrawn: {whole}{code}", f"✓ withdrawn: {whole}"]
    forms += [f"✓ {whole}", f"✓ {short}"]
    return fitted_words(fitting_form(forms, width), width)
