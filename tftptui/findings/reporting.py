"""Turns drafts into findings: numbered, reported once, revised, rate-limited."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec

from tftptui.findings.causes import Affected
from tftptui.findings.draft import Draft, LazyRemedies
from tftptui.server.rate_limits import Bucket, Rate
from tftptui.telemetry.events import Event, Found
from tftptui.telemetry.findings import Earlier, Finding

ALARMS = Rate(per_second=5, burst=100)
"""Rate of new alarms, so that a flood of strange requests fills no screen and no
disk."""

NOTED = Rate(per_second=1, burst=50)
"""Rate of new notes, separate so that they don't use up the rate of alarms."""

NEW_AT_ONCE = 3
"""Limit of reports per round: the commands for nine firewalls take a while."""

KEPT_NEWS = 1_000
"""Limit of findings and changed transfers queued for a watcher."""

STANDS = 3_600.0
"""Seconds for which an alarm counts as open without news: a client that is switched off
for good never shows that it is over."""

KEPT_HISTORY = 8
"""Limit of earlier versions per finding."""

_JOURNALLED = ("code", "headline", "confidence", "stands_at", "clients", "files")


class Reporter:
    """Numbers findings and passes them to the journal and to watchers.

    Call begin_round() regularly: it resets the limit of reports.

    Args:
        now: a monotonic clock, seconds.
        wall: seconds since the epoch.
        emit: gets an event for each finding that is new, withdrawn, or has changed.

    Attributes:
        alarms: how many alarms were reported.
        reported: how many findings were reported, by code.
    """

    def __init__(
        self,
        now: Callable[[], float],
        wall: Callable[[], float],
        emit: Callable[[Event], None],
    ) -> None:
        self._now, self._wall, self._emit = now, wall, emit
        self._alarms_left, self._notes_left = Bucket(ALARMS), Bucket(NOTED)
        self.alarms, self.reported = 0, Counter[str]()
        self._news: dict[int, Finding] = {}
        self._open: dict[int, float] = {}  # time of each latest report, in this order
        self._number = self._this_round = 0

    @property
    def open_alarms(self) -> int:
        """The number of alarms not withdrawn, with recent news."""
        oldest = self._now() - STANDS
        return sum(finding > oldest for finding in self._open.values())

    def begin_round(self) -> None:
        """Reset the limit of new alarms."""
        self._this_round = 0

    def take_news(self) -> list[Finding]:
        """Return findings that are new, revised or withdrawn since the last call."""
        news, self._news = list(self._news.values()), {}
        return news

    def alarm(self, draft: Draft, whose: Affected) -> Finding | None:
        """Report a new alarm; None if there are too many at the moment."""
        now = self._now()
        if self._this_round >= NEW_AT_ONCE or not self._alarms_left.take(1, now):
            return None
        self._this_round += 1
        return self._new(draft, whose)

    def note(self, draft: Draft, whose: Affected) -> Finding | None:
        """Report a new note; None if there are too many at the moment."""
        if not self._notes_left.take(1, self._now()):
            return None
        return self._new(draft, whose)

    def name(self, before: Finding, draft: Draft, whose: Affected) -> Finding:
        """Add cases to a note, without a line in the journal."""
        return self._tell(
            msgspec.structs.replace(
                before, **_fields(draft), **_whose(whose), found=self._wall()
            ),
            is_journalled=False,
        )

    def revise(
        self, before: Finding, draft: Draft, whose: Affected, *, renew: bool = False
    ) -> Finding:
        """Report new evidence about a finding; to the journal only if it matters.

        RENEW: its remedies have changed, which take a while to compute.
        """
        if not renew and not _differs(before, draft, whose):
            return before
        first, is_turned = _whose(whose), before.code != draft.code
        is_worked_out = isinstance(draft.remedies, LazyRemedies)  # slow to compute
        is_same = (
            is_worked_out
            and not renew
            and not is_turned
            and before.stands_at == draft.stands_at
            and all(getattr(before, name) == first[name] for name in ("client", "file"))
        )
        revised = msgspec.structs.replace(
            before,
            **_fields(draft),
            **first,
            found=self._wall(),
            remedies=before.remedies if is_same else list(draft.remedies),
            ports=before.ports if is_same else draft.ports,
            revises=before.code if is_turned else before.revises,
        )
        if is_turned:
            self._count(revised, was_alarm=before.is_alarm)
        elif revised.is_alarm and not before.is_alarm:
            self.alarms += 1
        if is_turned or before.confidence != draft.confidence:
            revised = msgspec.structs.replace(
                revised, history=_and_before(before), turned=revised.found
            )
        is_other = any(
            getattr(before, name) != getattr(revised, name) for name in _JOURNALLED
        )
        return self._tell(revised, is_journalled=is_other)

    def withdraw(self, before: Finding, why: str) -> Finding:
        """Report that a finding is over."""
        now = self._wall()
        over = msgspec.structs.replace(
            before,
            found=now,
            turned=now,
            withdrawn=why,
            history=_and_before(before),
        )
        return self._tell(over)

    def _new(self, draft: Draft, whose: Affected) -> Finding:
        self._number += 1
        now = self._wall()
        finding = Finding(
            number=self._number,
            found=now,
            turned=now,
            remedies=list(draft.remedies),
            ports=draft.ports,
            **_whose(whose),
            **_fields(draft),
        )
        self._count(finding)
        return self._tell(finding)

    def _count(self, finding: Finding, *, was_alarm: bool = False) -> None:
        self.alarms += finding.is_alarm and not was_alarm
        self.reported[finding.code] += 1

    def _tell(self, finding: Finding, *, is_journalled: bool = True) -> Finding:
        self._news[finding.number] = finding
        bound(self._news)
        self._open.pop(finding.number, None)
        if finding.is_alarm and not finding.withdrawn:
            self._open[finding.number] = self._now()
            bound(self._open)
        if is_journalled:
            self._emit(Found.of(finding))
        return finding


def bound(news: dict[int, Any]) -> None:
    """Drop the oldest news that nobody has taken: a server may have no watcher."""
    while len(news) > KEPT_NEWS:
        del news[next(iter(news))]


def _and_before(before: Finding) -> list[Earlier]:
    """Return the history of a finding with its current version added."""
    said = Earlier(
        code=before.code,
        headline=before.headline,
        confidence=before.confidence,
        told=before.turned,
    )
    return [*before.history, said][-KEPT_HISTORY:]


def _fields(draft: Draft) -> dict[str, Any]:
    """Return the fields that come from a draft, except the slow remedies."""
    return {
        "code": draft.code.value,
        "headline": draft.headline,
        "confidence": draft.confidence,
        "stands_at": draft.stands_at,
        "is_alarm": draft.is_alarm,
        "transfers": list(draft.transfers),
        "said": dict(draft.said),
        "since": draft.since,
        "evidence": list(draft.evidence),
        "helps": list(draft.helps),
        "proof": draft.proof,
        "broken": list(draft.kind.broken),
    }


def _whose(whose: Affected) -> dict[str, Any]:
    """Return the fields of a finding about who is affected."""
    return {
        "client": next(iter(whose.clients), ""),
        "clients": whose.clients,
        "file": next(iter(whose.files), ""),
        "files": whose.files,
    }


def _differs(finding: Finding, draft: Draft, whose: Affected) -> bool:
    fields = _fields(draft) | _whose(whose)
    return any(getattr(finding, name) != value for name, value in fields.items())
