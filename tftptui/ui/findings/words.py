"""A finding in words: certainty, place, what would help."""

from collections.abc import Iterable, Mapping

from tftptui.findings.labels import (
    KNOBS,
    VERDICTS,
    place_of,
)
from tftptui.telemetry.findings import OURS, Finding, Remedy, how_sure
from tftptui.telemetry.ttl_walks import Location
from tftptui.telemetry.views import PortMap
from tftptui.telemetry.words import span
from tftptui.ui.store import Store


def mark(finding: Finding) -> str:
    """Return the one-character mark of the kind of finding."""
    if finding.withdrawn:
        return "✓"
    return "⚠" if finding.is_alarm else "·"


def slot(finding: Finding) -> str:
    """Return the style slot of the mark."""
    if finding.withdrawn:
        return "transfer-completed"
    return "transfer-stalled" if finding.is_alarm else "muted"


def telling(finding: Finding, store: Store) -> int | None:
    """Return the transfer to show: the newest of the client that it names.

    None if none of its transfers is known any more.
    """
    known = [number for number in finding.transfers if number in store.transfers]
    whose = (finding.client, finding.file)
    named = [
        number
        for number in known
        if (store.transfers[number].client, store.transfers[number].file) == whose
    ]
    return max(named or known, default=None)


def platforms(finding: Finding) -> list[str]:
    """Return the platforms to choose from, in order, without this server."""
    named = (one.platform for one in finding.remedies)
    return list(dict.fromkeys(one for one in named if one not in ("", OURS)))


def remedies(finding: Finding, platform: str) -> Iterable[Remedy]:
    """Return the general remedies, those for one platform, then this server's.

    Without any for that platform, those for the first platform that has some.
    """
    on_offer = platforms(finding)
    if platform not in on_offer and on_offer:
        platform = on_offer[0]
    for shown in ("", platform, OURS):
        yield from (one for one in finding.remedies if one.platform == shown)


def located(finding: Finding, locations: Mapping[int, Location]) -> list[str]:
    """Return the results of path searches, in words."""
    known = (locations[one] for one in finding.transfers if one in locations)
    verdicts = (
        f"hop by hop to {one.client}: {one.verdict}" for one in known if one.is_done
    )
    return list(dict.fromkeys(verdicts))


def outdated(finding: Finding, now: PortMap | None) -> str:
    """Return a warning if the remedies are for another range than NOW's; else ""."""
    if not finding.ports or now is None:
        return ""
    state = "in single-port mode" if now.single_port else span(now.first, now.last)
    then = finding.ports.replace("-", "–")
    return "" if then == state else f"for ports {then}; now {state}: press f"


def as_text(
    finding: Finding,
    platform: str,
    learned: Iterable[str] = (),
    now: PortMap | None = None,
    *,
    is_capture: bool = False,
) -> str:
    """Return the whole finding as plain text, for the clipboard.

    LEARNED is evidence since the finding was reported; NOW is the range in force.
    """
    lines = [
        f"{finding.headline} ({how_sure(finding.confidence)})",
    ]
    for remedy in remedies(finding, platform):
        where = f"{remedy.platform}: " if remedy.platform else ""
        lines.append(f"Fix: {where}{remedy.text}")
        if remedy.command:
            lines.append(f"    {remedy.command}")
    if warning := outdated(finding, now):
        lines.append(f"Outdated: {warning}")
    if finding.proof:
        lines.append(f"Test it: {finding.proof}")
    lines += [
        f"Where: {place_of(finding.code, finding.stands_at, is_capture=is_capture)}",
        *(
            f"Would it help? {KNOBS[one.knob]}: {VERDICTS[one.verdict]}, {one.why}"
            for one in finding.helps
        ),
        *(f"Evidence: {one.text}" for one in finding.evidence),
        *(f"Evidence: {text}" for text in learned),
    ]
    if finding.withdrawn:
        lines.append(f"Withdrawn: {finding.withdrawn}")
    return "\n".join(lines)
