"""Messages about requests that were just refused: who, what, why, and the remedy."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from rich.cells import cell_len

from tftptui.engine.messages import Finding, Refusal
from tftptui.findings.codes import Code
from tftptui.telemetry.refusal_reasons import Reason
from tftptui.telemetry.words import counted
from tftptui.ui.bars.status_message import Level, StatusMessage
from tftptui.ui.formats import count, span
from tftptui.ui.kit.fitting import fitting_form
from tftptui.ui.kit.rows import fitted, fitted_words
from tftptui.ui.panes.ports.model import REFUSED_RECENT, Scene, scene
from tftptui.ui.panes.ports.presets import wider
from tftptui.ui.store import Store

RECENT = 30.0
"""Seconds for which a refusal is shown."""

SHORTLY = f"in {RECENT:.0f} s"
"""The same in words, for a count of recent refusals."""

ELSEWHERE = frozenset({Reason.NOT_FOUND, Reason.PORTS_EXHAUSTED})
"""Reasons that the Files pane shows, or that have their own message."""

BY_POLICY = frozenset({Reason.DENIED, Reason.LIMIT})
"""Reasons that depend on what the operator allows."""

CODES: dict[str, Code] = {
    Reason.DENIED: Code.UPLOAD_REFUSED,
    Reason.DISK_FULL: Code.DISK_FULL,
}
"""The finding that explains a refusal."""

LONGEST_NAME = 24
NO_UPLOADS = "uploads are off"
OUTSIDE = Reason.OUTSIDE_ROOT
_OUTSIDE = ("outside the root, not served", "outside the root", "outside")


@dataclass(frozen=True, slots=True)
class _Kind:
    """Refusals of one kind; ``last`` is the latest of them."""

    times: int
    last: Refusal


def refusal_messages(store: Store, now: float) -> Iterator[StatusMessage]:
    """Yield one message per kind of refusal, the most frequent kind first."""
    if forms := exhausted_forms(scene(store, now)):
        known = _finding(store, Code.RANGE_EXHAUSTED)
        yield StatusMessage(Level.NO_PORT, partial(_fitted, forms), known)
    for kind in sorted(_recent_kinds(store, now), key=lambda kind: -kind.times):
        code = CODES.get(kind.last.reason)
        known = _finding(store, code, kind.last) if code else 0
        yield StatusMessage(Level.REFUSED, partial(_fitted, _forms(kind)), known)


def _finding(store: Store, code: Code, refusal: Refusal | None = None) -> int:
    """Return the number of the latest alarm with that code; 0 if there is none."""

    def is_it(one: Finding) -> bool:
        is_theirs = refusal is None or one.client == refusal.client
        return one.code == code and is_theirs and not one.withdrawn

    found = (one.number for one in reversed(store.findings.values()) if is_it(one))
    return next(found, 0)


def _fitted(forms: list[str], width: int) -> str:
    return fitted_words(fitting_form(forms, width), width)


def _recent_kinds(store: Store, now: float) -> list[_Kind]:
    found: dict[str, _Kind] = {}
    for one in reversed(store.refusals):
        if now - one.time > RECENT or one.time < store.scene_since:
            break
        # Requests refused under an earlier policy may be allowed now: skip them.
        is_outdated = one.reason in BY_POLICY and one.time < store.policy_since
        if one.reason not in ELSEWHERE and not is_outdated:
            key = one.message if one.reason == Reason.DENIED else one.reason
            before = found.get(key, _Kind(0, one))
            found[key] = _Kind(before.times + 1, before.last)
    return [*found.values()]


def _forms(kind: _Kind) -> list[str]:
    """Return the message, from the longest form to the shortest."""
    if kind.last.reason == Reason.DENIED and NO_UPLOADS in kind.last.message:
        return _upload_forms(kind)
    last, message = kind.last, kind.last.message
    names = [_whose(name, last) for name in short_names(last.file)]
    if last.reason == OUTSIDE:
        times = (
            f"{count(kind.times)} refused {SHORTLY}, last " if kind.times > 1 else ""
        )
        refused = ": " if times else " refused: "
        forms = [f"✗ {times}{name}{refused}" for name in names]
        return [f"{one}{words}" for one in forms for words in _OUTSIDE]
    if kind.times > 1:
        times = f"✗ {count(kind.times)} requests refused {SHORTLY}"
        forms = [f"{times}, last {name}: {message}" for name in names]
        return [*forms, f"{times}: {message}"]
    return [
        *(f"✗ {name} refused: {message}" for name in names),
        f"✗ {last.client} refused: {message}",
    ]


def _whose(name: str, one: Refusal) -> str:
    if one.direction == "write":
        return f"upload of {name} from {one.client}"
    return f"{name} to {one.client}"


def exhausted_forms(scene: Scene) -> list[str]:
    """Return the message that clients find no port and what to do, longest form first.

    Empty if the next client finds a port and recent ones did.
    """
    now = scene.now
    if now is None or not scene.is_exhausted:
        return []
    ports = span(now.first, now.last)
    requests = counted(len(scene.refused), "request")
    clients = counted(len({refusal.client for refusal in scene.refused}), "client")
    within = f"refused in {REFUSED_RECENT:.0f} s"
    who = [f"{requests} from {clients} {within}", f"{requests} {within}"]
    remedies = [" · r widens the range"]
    if room := wider(scene):
        remedies.insert(0, f" · r ↓ enter widens the range to {span(*room)}")
    forms = [f"✗ {one}: no free port in {ports}" for one in who]
    if not scene.has_room:
        state = f"✗ no free port: all {count(len(now.states))} are in use"
        forms = [f"{state} · {one}" for one in who] if scene.refused else []
        forms.append(state)
    longest = [f"{forms[0]}{remedy}" for remedy in remedies]
    return [*longest, *(f"{one}{remedies[-1]}" for one in forms[1:]), forms[-1]]


def _upload_forms(kind: _Kind) -> list[str]:
    last = kind.last
    remedy = " · P allows them"
    whole = f"refused: {last.message}{remedy}"
    short = "refused · P allows them"
    if kind.times > 1:
        times = f"✗ {count(kind.times)} uploads {SHORTLY}"
        return [
            f"{times}, last {last.file} from {last.client}, {whole}",
            f"{times} {whole}",
            f"{times} {short}",
        ]
    whose = [f"✗ {_whose(name, last)}" for name in short_names(last.file)]
    return [
        *(f"{name} {whole}" for name in whose),
        *(f"{name} {short}" for name in whose),
        f"✗ upload from {last.client} {short}",
    ]


def short_names(file: str) -> list[str]:
    """Return a file's name in full, and its end; of names with "..", the beginning."""
    if ".." in file.split("/"):
        return list(dict.fromkeys([file, fitted(file, LONGEST_NAME).rstrip()]))
    end = file.rpartition("/")[2]
    short = end if cell_len(end) <= LONGEST_NAME else fitted(end, LONGEST_NAME)
    return [file, short] if short != file else [file]
