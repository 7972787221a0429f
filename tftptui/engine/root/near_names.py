"""Finds similar names for requested files that do not exist.

The names below the root are read in a thread when a client first requests a missing
file, and again after changes. Each match is checked before it is reported: it still
exists, is inside the root, and is readable.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import closing
from itertools import takewhile

import msgspec

from tftptui.engine.findings import Findings
from tftptui.engine.root.missing_files import MissingFiles
from tftptui.knowledge.names import KnownNames, near_names
from tftptui.knowledge.names.near import MOST, Near
from tftptui.server.root.all_names import is_served, names_below
from tftptui.server.root.explain import Explanation
from tftptui.server.root.from_settings import root_of
from tftptui.server.root.root import Root
from tftptui.settings import Settings
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.refusal_reasons import Reason
from tftptui.telemetry.views import NearName

MOST_WAITING = 64
"""Names queued; requests beyond get no answer."""

OLDEST = 30.0
"""Seconds after which the names are read again in any case."""

PAUSE = 1.0
IDLE_SHARE = 20
"""Reading the names pauses for this many times its duration, and at least PAUSE
seconds."""

LONGEST_COUNT = 10.0
"""Seconds after which reading stops with the names found so far."""

_KEPT = 1_000
_OFFERED = 3 * MOST
"""Candidates checked to find MOST matches."""

Tell = Callable[[list[NearName]], None]


class NearNames:
    """Answers seek() between begin() and stop(); otherwise with nothing, at once.

    Args:
        now: a monotonic clock, seconds.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._root: Root | None = None
        self._known: KnownNames | None = None
        self._answers: dict[bytes, list[NearName]] = {}
        self._counted, self._took = 0.0, 0.0
        self._has_changed = False
        self._waiting: deque[tuple[bytes, Tell]] = deque()
        self._task: asyncio.Task[None] | None = None
        self._mended = MissingFiles()

    def begin(self, root: Root) -> None:
        """Search below ROOT from now on."""
        self._root, self._known = root, None
        self._answers.clear()
        self._mended.begin(root)

    def look_again(self, findings: Findings) -> None:
        """Check if files that FINDINGS reports as missing exist now; call it often."""
        self._mended.look(findings)

    def changed(self) -> None:
        """Record that something below the root has changed."""
        self._has_changed = True
        self._mended.changed()

    async def stop(self) -> None:
        """Stop searching; waiting callers get nothing."""
        self._root = None
        await self._mended.stop()
        if self._task is not None:
            await self._task  # a thread can't be canceled, but it checks for this

    def seek(self, requested: bytes, tell: Tell) -> None:
        """Find files with names similar to REQUESTED, and pass them to TELL."""
        if self._root is None or len(self._waiting) >= MOST_WAITING:
            tell([])
            return
        self._waiting.append((requested, tell))
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._work())

    async def _work(self) -> None:
        while self._waiting:
            names = {requested for requested, _ in self._waiting}
            found: dict[bytes, list[NearName]] = {}
            if self._root is not None:
                found = await asyncio.to_thread(self._find, self._root, names)
            # New entries wait for the next round.
            for _ in range(len(self._waiting)):
                requested, tell = self._waiting.popleft()
                if requested in found or self._root is None:
                    tell(found.get(requested, []))
                else:
                    self._waiting.append((requested, tell))

    def _find(self, root: Root, names: set[bytes]) -> dict[bytes, list[NearName]]:
        """Answer some names; runs in a thread, one at a time."""
        known = self._fresh_names(root)
        found = {}
        for name in names:
            if name not in self._answers and len(self._answers) < _KEPT:
                self._answers[name] = near_below(root, name, known)
            answer = self._answers.get(name)
            found[name] = near_below(root, name, known) if answer is None else answer
        return found

    def _fresh_names(self, root: Root) -> KnownNames:
        begun = self._now()
        age, known = begun - self._counted, self._known
        is_old = self._has_changed or age > OLDEST
        if known is not None and not (
            is_old and age > max(PAUSE, IDLE_SHARE * self._took)
        ):
            return known
        self._has_changed = False
        known = count_names(root, go_on=lambda: self._may_go_on(begun))
        self._known, self._answers = known, {}
        self._counted = self._now()
        self._took = self._counted - begun
        return known

    def _may_go_on(self, begun: float) -> bool:
        return self._root is not None and self._now() - begun < LONGEST_COUNT


def count_names(root: Root, *, go_on: Callable[[], bool] = lambda: True) -> KnownNames:
    """Return the names below the root, within limits."""
    return KnownNames(names_below(root, go_on=go_on), root=bytes(root.path))


def with_near_names(
    explanation: Explanation, settings: Settings, requested: bytes
) -> Explanation:
    """Add similar names to an explanation of a read of a missing file."""
    if explanation.reason != Reason.NOT_FOUND or explanation.direction != "read":
        return explanation
    with closing(root_of(settings)) as root:
        near = near_below(root, requested, count_names(root))
    return msgspec.structs.replace(explanation, near=near)


def near_below(root: Root, requested: bytes, known: KnownNames) -> list[NearName]:
    """Return the files served now whose names are similar to REQUESTED."""
    offered = near_names(requested, known, most=_OFFERED)
    there = [near for near in offered if is_served(root, near.name)]
    return [_near_name(near) for near in _alike_sure(there)][:MOST]


def _alike_sure(near: list[Near]) -> Iterable[Near]:
    """Drop guesses after certain matches."""
    return takewhile(lambda one: one.is_sure == near[0].is_sure, near)


def _near_name(near: Near) -> NearName:
    return NearName(
        name=near.name,
        text=visible(near.name),
        rule=near.rule,
        words=near.words,
        sure=near.is_sure,
    )
