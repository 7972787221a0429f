"""Requested names that do not exist: real faults, and normal misses."""

import posixpath
from collections.abc import Iterable

from tftptui.engine.live_settings import exact_rule
from tftptui.engine.messages import NearName, Refusal
from tftptui.knowledge.names import Attempt, Search, searches
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.refusal_reasons import Reason
from tftptui.ui.panes.files.rows import MissingRow, NearRow, QuietRow, Row, plain_name
from tftptui.ui.store import Store

MOST_ASKED = 20

Places = dict[tuple[str, str], Search]
"""Searches by client and name."""

_ODD = (b".", b"..")


class MissingNames:
    """Read the refusals of a store; rows() returns the rows to show."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._asked: list[MissingRow] = []
        self._quiet: QuietRow | None = None
        self._stamp: object = None
        self._goes_on = False

    def read(self, now: float) -> bool:
        """Update from the store; return whether the rows changed."""
        refusals, transfers = self._store.refusals, self._store.transfers
        latest = next(reversed(transfers), None)
        stamp = (
            id(refusals[-1]) if refusals else None,
            latest,
            int(now) if self._goes_on else None,
        )
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        before = (self._asked, self._quiet)
        missing = [one for one in refusals if _is_missing(one)]
        found = [
            (client, one)
            for client, attempts in self._attempts(missing).items()
            for one in searches(attempts, now)
        ]
        self._goes_on = any(one.state == "going-on" for _, one in found)
        loud = _loud(missing, _places(found))
        self._asked = [row for row in loud if not self._has_come(row)]
        names = {row.name for row in loud}
        self._quiet = _quiet((one for _, one in found if not one.is_alarm), names)
        return (self._asked, self._quiet) != before

    def rows(self, here: set[str]) -> list[Row]:
        """Return the rows, without names that exist (HERE) by now."""
        missing = [row for row in self._asked if plain_name(row.name) not in here]
        rows: list[Row] = [MissingRow()] if missing else []
        for row in missing[:MOST_ASKED]:
            rows.append(row)
            rows += [NearRow(row, near) for near in row.near]
        return [*rows, self._quiet] if self._quiet else rows

    def _has_come(self, row: MissingRow) -> bool:
        """Return whether a client got a file of this name since."""
        return any(
            view.file == row.name and view.started > row.time
            for view in reversed(self._store.transfers.values())
        )

    def _attempts(self, missing: Iterable[Refusal]) -> dict[str, list[Attempt]]:
        """Return all read requests of the clients that missed something."""
        attempts: dict[str, list[Attempt]] = {}
        for one in missing:
            attempt = Attempt(one.time, one.file, found=False)
            attempts.setdefault(one.client, []).append(attempt)
        for view in self._store.transfers.values():
            if view.direction == "read" and view.client in attempts:
                attempt = Attempt(view.started, view.file, found=True)
                attempts[view.client].append(attempt)
        for requests in attempts.values():
            requests.sort(key=lambda one: one.time)
        return attempts


def is_answered(store: Store, row: MissingRow, near: NearName) -> bool:
    """Return whether a rewrite rule now maps the requested name to NEAR."""
    rules = store.settings.get("rewrite")
    return isinstance(rules, list) and exact_rule(row.asked, near.name) in rules


def _is_missing(one: Refusal) -> bool:
    return one.reason == Reason.NOT_FOUND and one.direction == "read"


def _places(found: Iterable[tuple[str, Search]]) -> Places:
    """Return the last search for each name; a failed one stays until one succeeds."""
    places: Places = {}
    for client, one in found:
        for name in one.missing:
            before = places.get((client, name))
            is_open = before is not None and before.is_alarm
            if not (is_open and one.state == "going-on"):
                places[client, name] = one
    return places


def _loud(missing: Iterable[Refusal], places: Places) -> list[MissingRow]:
    """Return the names that are faults, the latest first; a failed search is one."""
    found: dict[str, MissingRow] = {}
    for one in missing:
        search = places.get((one.client, one.file))
        if search is not None and (
            not search.is_alarm or one.file != search.missing[-1]
        ):
            continue
        before = found.pop(one.file, MissingRow())
        found[one.file] = MissingRow(
            name=one.file,
            count=before.count + 1,
            client=one.client,
            time=one.time,
            asked=one.asked,
            near=tuple(one.near) or before.near,
            words=search.words if search and not search.list.hint else before.words,
        )
    return [*reversed(found.values())]


def _quiet(healthy: Iterable[Search], shown: set[str]) -> QuietRow | None:
    names: set[str] = set()
    programs: dict[str, None] = {}
    for search in healthy:
        if shown.issuperset(search.missing):
            continue
        names |= {*search.missing} - shown
        programs[search.list.client] = None
    return QuietRow(len(names), tuple(programs)) if names else None


def missing_folder(store: Store, requested: bytes) -> str:
    """Return the missing folder in which a requested name would be, or "".

    Also "" if that is not known: only open folders are known.
    """
    fold = bytes.lower if store.settings.get("ignore_case") else bytes
    steps = [step for step in requested.replace(b"\\", b"/").split(b"/") if step][:-1]
    if any(step in _ODD or step.endswith(b":") for step in steps):
        return ""  # only the server knows what that means
    above = b""
    for step in steps:
        listing = store.listings.get(above)
        if listing is None or listing.more or listing.gone:
            return ""
        there = {fold(one.name): one.name for one in listing.entries}
        name = there.get(fold(step), b"")
        if not name:
            return visible(posixpath.join(above, step))
        above = posixpath.join(above, name)
    return ""
