"""The open incidents: opened, joined by cause, and withdrawn.

Tries whose cause is already reported become one more occurrence of that incident; it
ends when its last occurrence does. Everything is reported at the end of a round: many
clients with the same cause at once make one finding, with one end.
"""

from collections.abc import Iterable, Iterator

from tftptui.findings.causes import (
    Cause,
    Incident,
    Occurrence,
    affected,
    cause_of,
    joined,
    leading,
)
from tftptui.findings.draft import Draft
from tftptui.findings.ends import answers_again
from tftptui.findings.facts import Facts
from tftptui.findings.kind import Kind
from tftptui.findings.registry import (
    Rule,
    judge,
)
from tftptui.findings.reporting import Reporter
from tftptui.findings.tries import ClientTries

MOST_ALIKE = 20
"""Limit of open findings with the same code and network, such as missing files."""

MOST_JOINED = 100
"""Limit of tries followed for one cause."""

KEPT_STANDING = 1_000
"""Limit of tries whose findings can still be revised or withdrawn."""

REMEMBERED = 600.0
"""Seconds after their end for which tries can still revise or withdraw a finding."""


class Incidents:
    """The open incidents, by cause.

    Call follow() with all facts, and tell() at the end of each round.

    Args:
        reporter: numbers and reports the findings.
        slot: key of the incident in ClientTries.incidents; others have other keys.
        rule: evaluates the facts.
    """

    def __init__(self, reporter: Reporter, slot: str = "", rule: Rule = judge) -> None:
        self._reporter, self._slot, self._rule = reporter, slot, rule
        self._open: dict[Cause, Incident] = {}
        self._standing: dict[ClientTries, None] = {}
        self._changed: dict[Incident, None] = {}

    def __iter__(self) -> Iterator[ClientTries]:
        return iter(self._standing)

    def follow(self, tries: ClientTries, facts: Facts) -> None:
        """Evaluate a client's tries."""
        draft, incident = self._rule(facts), self._of(tries)
        if incident is None or tries not in incident.occurrences:
            if draft is not None and not draft.kind.ended(facts):
                self._join(tries, draft, cause_of(draft, facts, tries.way))
            return
        before = incident.occurrences[tries].draft
        if draft is None and before.kind.undecided(facts):
            return
        why = (draft or before).kind.ended(facts)
        if why or draft is None:
            self._leave(tries, why or answers_again(facts))
            return
        cause = cause_of(draft, facts, tries.way)
        if cause == incident.cause:
            reckoned = (*facts.others, *_walked(facts))
            self._take_occurrence(incident, tries, draft, reckoned)
        else:
            self._turn(tries, draft, cause)

    def tell(self) -> None:
        """Report all changes."""
        changed, self._changed = self._changed, {}
        for incident in changed:
            if incident.is_over:
                self._end(incident)
            elif incident.finding is None:
                self._begin(incident)
            else:
                occurrences = list(incident.occurrences.values())
                before, incident.reckoned = (
                    incident.reckoned,
                    leading(occurrences).reckoned,
                )
                incident.finding = self._reporter.revise(
                    incident.finding,
                    joined(occurrences),
                    affected(occurrences),
                    renew=incident.reckoned != before,
                )

    def look_back(self, now: float) -> list[ClientTries]:
        """Drop old tries; return tries whose incident may end by time alone."""
        passing = []
        for tries in list(self._standing):
            incident = self._of(tries)
            if incident is not None and incident.cause.kind.ends_in_time:
                passing.append(tries)
            if tries.is_over and tries.touched < now - REMEMBERED:
                self._let_go(tries)
        return passing

    def withdraw_all(self, why: str, all_tries: Iterable[ClientTries]) -> None:
        """Withdraw all findings, including those known only to ALL_TRIES."""
        open_incidents = [self._of(tries) for tries in (*self._standing, *all_tries)]
        for incident in dict.fromkeys(one for one in open_incidents if one is not None):
            if not incident.is_over and incident.finding is not None:
                self._reporter.withdraw(incident.finding, why)
            incident.occurrences.clear()
        for known in (self._open, self._standing, self._changed):
            known.clear()

    def _join(self, tries: ClientTries, draft: Draft, cause: Cause) -> None:
        """Add tries to the incident with the same cause, or open one."""
        incident = self._open.get(cause)
        if incident is None:
            if self._are_too_many(tries.network, cause.kind):
                return
            incident = self._open[cause] = Incident(cause, tries.network)
        elif len(incident.occurrences) >= MOST_JOINED:
            return
        tries.incidents[self._slot] = incident
        self._standing[tries] = None
        self._take_occurrence(incident, tries, draft)
        if len(self._standing) > KEPT_STANDING:
            self._forget(next(iter(self._standing)))

    def _take_occurrence(
        self,
        incident: Incident,
        tries: ClientTries,
        draft: Draft,
        reckoned: tuple[str, ...] = (),
    ) -> None:
        incident.occurrences[tries] = Occurrence(
            draft, tries.client, tries.file, reckoned
        )
        self._changed[incident] = None

    def _turn(self, tries: ClientTries, draft: Draft, cause: Cause) -> None:
        """Apply new evidence that shows another cause."""
        incident, other = self._of(tries), self._open.get(cause)
        if incident is None:
            return
        if (
            other is None and len(incident.occurrences) == 1
        ):  # then it is reported as another
            self._close(incident)
            incident.cause = cause
            self._open[cause] = incident
            self._take_occurrence(incident, tries, draft)
            return
        why = "new evidence shows another cause"
        if other is not None:
            why = f"it has the same cause as {_first_of(other)}"
        self._leave(tries, why)
        self._join(tries, draft, cause)

    def _leave(self, tries: ClientTries, why: str) -> None:
        """Remove tries from their incident."""
        incident = self._of(tries)
        if incident is None:
            return
        self._standing.pop(tries, None)
        incident.occurrences.pop(tries, None)
        incident.why, incident.last = why, tries.client
        self._changed[incident] = None
        if incident.is_over:
            self._close(incident)

    def _begin(self, incident: Incident) -> None:
        occurrences = list(incident.occurrences.values())
        incident.finding = self._reporter.alarm(
            joined(occurrences), affected(occurrences)
        )
        if incident.finding is None:  # too many at the moment: it is evaluated again
            self._close(incident)
            for tries in list(self._standing):
                if self._of(tries) is incident:
                    del self._standing[tries], tries.incidents[self._slot]

    def _end(self, incident: Incident) -> None:
        finding, why = incident.finding, incident.why
        if finding is not None:
            if finding.client != incident.last:
                why = f"{why} ({incident.last}, the last of them)"
            incident.finding = self._reporter.withdraw(finding, why)

    def _let_go(self, tries: ClientTries) -> None:
        """Stop following old tries; without requests their incident may end."""
        incident = self._of(tries)
        if incident is not None and incident.cause.kind.ends_unrequested:
            self._leave(tries, "it is no longer requested")
        else:
            self._forget(tries)

    def _forget(self, tries: ClientTries) -> None:
        """Stop following tries; their findings stay."""
        del self._standing[tries]
        incident = self._of(tries)
        if incident is not None and self._standing.keys().isdisjoint(
            incident.occurrences
        ):
            self._close(incident)

    def _of(self, tries: ClientTries) -> Incident | None:
        return tries.incidents.get(self._slot)

    def _close(self, incident: Incident) -> None:
        """Close an incident to further tries."""
        if self._open.get(incident.cause) is incident:
            del self._open[incident.cause]

    def _are_too_many(self, network: str, kind: Kind) -> bool:
        alike = sum(
            one.network == network and one.cause.kind is kind
            for one in self._open.values()
        )
        return alike >= MOST_ALIKE


def _walked(facts: Facts) -> tuple[str, ...]:
    found = facts.location
    return (found.verdict,) if found is not None and found.verdict else ()


def _first_of(incident: Incident) -> str:
    one = leading(list(incident.occurrences.values()))
    return f"{one.file} for {one.client}"
