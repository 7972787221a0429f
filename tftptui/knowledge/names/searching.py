"""Evaluates the searches of one client: healthy or failed.

Times are wall clock, seconds; nothing here reads a clock.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from tftptui.knowledge.names.lists import PATIENCE, SearchList, list_of

State = Literal["going-on", "normal", "empty", "stopped", "again"]

_AGAIN = 3
"""Requests for one name that make it a loop."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One read request: the requested NAME (printable), and whether it was found."""

    time: float
    name: str
    found: bool


@dataclass(frozen=True, slots=True)
class Search:
    """One client's search through one list.

    Attributes:
        list: the list.
        missing: its names that were not found, in order, without duplicates.
        found: the first of its names that was found, or None.
        began, ended: times of the first and the last of these requests.
        state: "going-on" while more may follow; "normal" for a healthy end; "empty" if
            the last entry is missing, too; "stopped" if the client stopped after a
            miss; "again" if it requests the same names in a loop.
    """

    list: SearchList
    missing: tuple[str, ...]
    found: str | None
    began: float
    ended: float
    state: State

    @property
    def is_alarm(self) -> bool:
        """True if it needs attention."""
        return self.state in {"empty", "stopped", "again"}

    @property
    def words(self) -> str:
        """Description of the outcome, for people."""
        names = f"{len(self.missing)} name{'s' * (len(self.missing) != 1)}"
        match self.state:
            case "empty":
                return f"{self.list.client} looked for {names}; none exists"
            case "stopped":
                return f"{self.list.client} looked for {names}, then stopped"
            case "again":
                return f"{self.list.client} looks for {names} again and again"
            case "going-on":
                return f"{self.list.client} looks for {names}"
            case "normal":
                return f"{self.list.client} looked for {names} first, as it does"


def searches(attempts: Iterable[Attempt], now: float) -> list[Search]:
    """Return the searches in the requests of one client, as of NOW.

    Args:
        attempts: all read requests of one address, in order of time, including the
            successful ones.
        now: wall clock, seconds.
    """
    return [search for run in _runs(attempts) for search in _searches_of(run, now)]


def _runs(attempts: Iterable[Attempt]) -> Iterator[list[Attempt]]:
    """Yield groups of requests without a long pause between them."""
    run: list[Attempt] = []
    for attempt in attempts:
        if run and attempt.time - run[-1].time > PATIENCE:
            yield run
            run = []
        run.append(attempt)
    if run:
        yield run


def _searches_of(run: list[Attempt], now: float) -> Iterator[Search]:
    of_list: dict[str, list[Attempt]] = {}
    lists: dict[str, SearchList] = {}
    for attempt in run:
        one = list_of(attempt.name)
        if one is not None:
            lists[one.key] = one
            of_list.setdefault(one.key, []).append(attempt)
    for key, members in of_list.items():
        missing = dict.fromkeys(one.name for one in members if not one.found)
        if missing:
            yield Search(
                list=lists[key],
                missing=tuple(missing),
                found=next((one.name for one in members if one.found), None),
                began=members[0].time,
                ended=members[-1].time,
                state=_state(lists[key], members, run[-1], now),
            )


def _state(
    of: SearchList, members: list[Attempt], latest: Attempt, now: float
) -> State:
    entries = [one for one in members if of.is_entry(one.name)]
    if not entries or any(one.found for one in entries):
        return "normal"
    if any(of.is_last(one.name) for one in entries):
        return "empty"
    if latest is not entries[-1]:
        return "normal"  # it continued with something else
    if max(Counter(one.name for one in entries).values()) >= (2 if of.hint else _AGAIN):
        return "again"
    return "stopped" if now - latest.time > of.patience else "going-on"
