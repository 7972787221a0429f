"""Filters on transfers and refused requests."""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple, assert_never

from tftptui.telemetry.records.filters.matching import moment_time
from tftptui.telemetry.records.filters.terms import (
    Filter,
    Mark,
    Moment,
    Numbers,
    Term,
    Test,
    Texts,
    Types,
    Word,
)
from tftptui.telemetry.records.filters.texts import test_of
from tftptui.telemetry.views import TransferView

UNSUCCESSFUL = frozenset({"failed", "abandoned", "aborted"})
"""Phases of transfers that ended without success."""


class Filtered(NamedTuple):
    """A transfer or a refused request, as seen by filters.

    Attributes:
        view: the transfer; for a refused request its client, file, ports and error.
        is_refused: whether it is a refused request.
        tries: how many of the client's requests for the file it represents.
        finding: headline of its finding.
    """

    view: TransferView
    is_refused: bool = False
    tries: int = 1
    finding: str = ""

    @property
    def is_trouble(self) -> bool:
        """True if it failed, was refused or is stalled."""
        return self.is_refused or self.view.phase in UNSUCCESSFUL | {"stalled"}


def passes(wanted: Filter, one: Filtered, now: float) -> bool:
    """Return whether a filter matches a transfer; ``since:5s`` counts back from NOW.

    An unknown number, such as an RTT not measured yet, matches no range.
    """
    return not wanted or any(
        all(_term(term, one, now) for term in terms) for terms in wanted
    )


def _term(term: Term, one: Filtered, now: float) -> bool:
    return _test(term.test, one, now) != term.negated


def _test(test: Test, one: Filtered, now: float) -> bool:
    view = one.view
    match test:
        case Mark(name):
            found = _MARKED[name](one)
        case Types(names):
            found = any(name in names for name in _states(one))
        case Numbers(key, ranges):
            found = any(
                first <= number and (last is None or number <= last)
                for number in _NUMBERS[key](one)
                if number is not None
                for first, last in ranges
            )
        case Word():
            searched = (_TEXTS[key](one) for key in ("client", "file", "kind", "error"))
            found = any(any(map(_finder(test), texts)) for texts in searched)
        case Texts(key):
            found = any(map(_finder(test), _TEXTS[key](one)))
        case Moment(key):
            limit = moment_time(test, now)
            found = view.started >= limit if key == "since" else view.started <= limit
        case _:
            assert_never(test)
    return found


@lru_cache(maxsize=64)
def _finder(test: Word | Texts) -> Callable[[str], bool]:
    return test_of(test)


def _states(one: Filtered) -> tuple[str, ...]:
    if one.is_refused:
        return ("refused",)
    return (one.view.phase, "running") if one.view.running else (one.view.phase,)


def _options(one: Filtered) -> Iterable[str]:
    view = one.view
    pairs = dict.fromkeys([*view.asked, *view.agreed])
    return [f"{name}={value}" for name, value in pairs]


_TEXTS: Mapping[str, Callable[[Filtered], Iterable[str]]] = {
    "client": lambda one: (one.view.client,),
    "server": lambda one: (one.view.server,),
    "file": lambda one: (
        one.view.file,
        one.view.file.rpartition("/")[2],
        one.view.served,
    ),
    "kind": lambda one: (one.view.kind,),
    "option": _options,
    "error": lambda one: (one.view.error,),
    "finding": lambda one: (one.finding,),
}

_NUMBERS: Mapping[str, Callable[[Filtered], tuple[int | None, ...]]] = {
    "port": lambda one: (one.view.client_tid, one.view.server_tid),
    "client-port": lambda one: (one.view.client_tid,),
    "server-port": lambda one: (one.view.server_tid,),
    "size": lambda one: (one.view.total_size,),
    "bytes": lambda one: (one.view.acked_bytes,),
    "block": lambda one: (one.view.acked_blocks,),
    "blksize": lambda one: (one.view.block_size,),
    "window": lambda one: (one.view.window,),
    "resent": lambda one: (one.view.retransmits,),
    "duplicates": lambda one: (one.view.duplicates,),
    "rtt": lambda one: (_milliseconds(one.view.round_trip),),
    "tries": lambda one: (one.tries,),
    "transfer": lambda one: (one.view.number,),
}

_MARKED: Mapping[str, Callable[[Filtered], bool]] = {
    "retrans": lambda one: one.view.retransmits > 0,
    "dup": lambda one: one.view.duplicates > 0,
    "trouble": lambda one: one.is_trouble,
    "upload": lambda one: one.view.direction == "write",
    "download": lambda one: one.view.direction == "read",
}


def _milliseconds(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)
