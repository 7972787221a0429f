"""The line about clients that were just refused: who, what, why, and the remedy."""

from collections.abc import Callable
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text
from textual.widgets import Static

from tftptui.engine.messages import QUARANTINED, Refusal
from tftptui.telemetry.refusal_reasons import Reason
from tftptui.telemetry.words import counted
from tftptui.ui.formats import count
from tftptui.ui.kit.rows import fitted, fitted_words
from tftptui.ui.store import Store

RECENT = 30.0
"""Seconds for which a refusal is told."""

SHORTLY = f"in {RECENT:.0f} s"
"""The same where there is little room: a count that shrinks needs its time."""

ELSEWHERE = frozenset({Reason.NOT_FOUND})
"""Reasons that the Files pane tells."""

BY_POLICY = frozenset({Reason.DENIED, Reason.LIMIT})
"""Reasons that lie in what the operator allows."""

LONGEST_NAME = 24
NO_UPLOADS = "no uploads"
OUTSIDE = Reason.OUTSIDE_ROOT
_OUTSIDE = ("that lies outside the folder that is served", "it lies outside", "outside")


@dataclass(frozen=True, slots=True)
class _Kind:
    """Refusals of one kind; ``last`` is the latest of them."""

    times: int
    last: Refusal


def tell_refusals(store: Store, now: float, width: int) -> str:
    """Return one line about the latest refusals in at most WIDTH cells, or nothing.

    The kind that came most often is told whole, the others are counted.
    """
    kinds = _recent_kinds(store, now)
    if not kinds:
        return ""
    chosen = max(kinds, key=lambda kind: kind.times)
    others = sum(kind.times for kind in kinds) - chosen.times
    more = f" · {count(others)} of other kinds" if others else ""
    forms = [
        form + end
        for form in _forms(chosen, store)
        for end in dict.fromkeys((more, ""))
    ]
    fits = (form for form in forms if cell_len(form) <= width)
    return next(fits, fitted_words(forms[-1], width))


def _recent_kinds(store: Store, now: float) -> list[_Kind]:
    found: dict[str, _Kind] = {}
    for one in reversed(store.refusals):
        if now - one.time > RECENT or one.time < store.scene_since:
            break
        # What another policy refused may be let in now: that is no news any more.
        is_outdated = one.reason in BY_POLICY and one.time < store.policy_since
        if one.reason not in ELSEWHERE and not is_outdated:
            key = one.message if one.reason == Reason.DENIED else one.reason
            before = found.get(key, _Kind(0, one))
            found[key] = _Kind(before.times + 1, before.last)
    return [*found.values()]


def _forms(kind: _Kind, store: Store) -> list[str]:
    """Return the same from the longest to the shortest."""
    if kind.last.reason == Reason.PORTS_EXHAUSTED:
        return _ports_forms(kind, store)
    if kind.last.reason == Reason.DENIED and NO_UPLOADS in kind.last.message:
        return _upload_forms(kind)
    last, message = kind.last, kind.last.message
    names = [_whose(name, last) for name in short_names(last.file)]
    if last.reason == OUTSIDE:
        times = (
            f"{count(kind.times)} refused {SHORTLY}, the last "
            if kind.times > 1
            else ""
        )
        refused = ": " if times else " refused: "
        told = [f"✗ {times}{name}{refused}" for name in names]
        return [f"{one}{words}" for one in told for words in _OUTSIDE]
    if kind.times > 1:
        times = f"✗ {count(kind.times)} requests refused {SHORTLY}"
        told = [f"{times}, the last {name}: {message}" for name in names]
        return [*told, f"{times}: {message}"]
    return [
        *(f"✗ {name} refused: {message}" for name in names),
        f"✗ {last.client} refused: {message}",
    ]


def _whose(name: str, one: Refusal) -> str:
    if one.direction == "write":
        return f"upload of {name} by {one.client}"
    return f"{name} to {one.client}"


def _ports_forms(kind: _Kind, store: Store) -> list[str]:
    number, message = count(kind.times), kind.last.message
    requests = counted(kind.times, "request")
    resting = store.ports.states.count(QUARANTINED) if store.ports else 0
    rest = ""
    if resting:
        rest = f" · {counted(resting, 'port rests', 'ports rest')}"
    remedy, short = " · r widens the range", message.removeprefix("server has ")
    return [
        f"✗ {requests} refused in the last {RECENT:.0f} s: {message}{rest}{remedy}",
        f"✗ {requests} refused {SHORTLY}: {message}{rest}{remedy}",
        f"✗ {requests} refused {SHORTLY}: {message}{remedy}",
        f"✗ {number} refused {SHORTLY}: {message}{remedy}",
        f"✗ {number} refused {SHORTLY}: {short}{remedy}",
        f"✗ {number} refused {SHORTLY}: {message}",
        f"✗ {number} refused {SHORTLY}: {short}",
        f"✗ {number} refused {SHORTLY}: no free port",
    ]


def _upload_forms(kind: _Kind) -> list[str]:
    last = kind.last
    remedy = " · P allows them"
    whole = f"refused: {last.message}{remedy}"
    short = "refused · P allows them"
    if kind.times > 1:
        times = f"✗ {count(kind.times)} uploads {SHORTLY}"
        return [
            f"{times}, the last {last.file} by {last.client}, {whole}",
            f"{times} {whole}",
            f"{times} {short}",
        ]
    whose = [f"✗ {_whose(name, last)}" for name in short_names(last.file)]
    return [
        *(f"{name} {whole}" for name in whose),
        *(f"{name} {short}" for name in whose),
        f"✗ upload by {last.client} {short}",
    ]


def short_names(file: str) -> list[str]:
    """Return a file's name whole, and its end; where it climbs, that is the point."""
    if ".." in file.split("/"):
        return list(dict.fromkeys([file, fitted(file, LONGEST_NAME).rstrip()]))
    end = file.rpartition("/")[2]
    short = end if cell_len(end) <= LONGEST_NAME else fitted(end, LONGEST_NAME)
    return [file, short] if short != file else [file]


class RefusalLine(Static):
    """One line under the notices, there only while there is something to tell."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    RefusalLine {
        height: 1;
        padding: 0 1;
        display: none;
        color: $transfer-failed;
        background: $surface;
        text-wrap: nowrap;
        text-overflow: ellipsis;
        &.-shown { display: block; }
    }
    """

    def __init__(self, store: Store, *, now: Callable[[], float]) -> None:
        super().__init__(id="refusals", markup=False)
        self._store, self._now = store, now
        self._words = ""

    def look(self) -> None:
        """Show what is to be said now."""
        words = tell_refusals(self._store, self._now(), self.app.size.width - 2)
        if words != self._words:
            self._words = words
            self.set_class(bool(words), "-shown")
            self.update(Text(words))
