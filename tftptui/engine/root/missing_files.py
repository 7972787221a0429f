"""Checks whether files that clients requested without success are available now.

When something below the root changes, a missing file may appear; then its finding is
over, though no client has requested it again. The server's own name resolution decides,
in a thread.
"""

import asyncio
import os

from tftptui.engine.findings import Findings, Missed
from tftptui.server.root.explain import explain_read
from tftptui.server.root.root import Root
from tftptui.telemetry.escapes import may_be_changed

MOST_LOOKED_AT = 64
"""Tries checked in one step after a change; the rest follow."""


class MissingFiles:
    """Reports files that have appeared to Findings, between begin() and stop().

    Call changed() when the root or the name rules have changed, and look() often.
    """

    def __init__(self) -> None:
        self._root: Root | None = None
        self._has_changed = False
        self._left: list[Missed] = []
        self._task: asyncio.Task[None] | None = None

    def begin(self, root: Root) -> None:
        """Check below ROOT from now on."""
        self._root, self._has_changed = root, True

    def changed(self) -> None:
        """Record that missing files may have appeared."""
        self._has_changed = True

    def look(self, findings: Findings) -> None:
        """Check the names that FINDINGS reports as missing, if there was a change."""
        is_busy = self._task is not None and not self._task.done()
        if self._root is None or is_busy:
            return
        if self._has_changed:
            self._has_changed = False
            self._left = findings.missed()
        missed, self._left = self._left[:MOST_LOOKED_AT], self._left[MOST_LOOKED_AT:]
        if missed:
            work = self._look(self._root, missed, findings)
            self._task = asyncio.get_running_loop().create_task(work)

    async def stop(self) -> None:
        """Stop checking."""
        self._root = None
        if self._task is not None:
            await self._task  # a thread can't be canceled; it ends soon

    async def _look(self, root: Root, missed: list[Missed], findings: Findings) -> None:
        found = await asyncio.to_thread(_there, root, missed)
        if root is self._root:
            for one, served in found:
                findings.found_there(one, served)


def _there(root: Root, missed: list[Missed]) -> list[tuple[Missed, str]]:
    """Return the tries whose next request would be served, and the file."""
    found = []
    for one in missed:
        names = (_served(root, name, one.tries.client) for name in one.names)
        served = next((name for name in names if name is not None), None)
        if served is not None:
            found.append((one, served))
    return found


def _served(root: Root, name: str, client: str) -> str | None:
    """Return the file that a client gets for a name, or None.

    A name with replaced characters can't be turned back into the requested bytes.
    """
    if may_be_changed(name):
        return None
    requested = os.fsencode(name)
    try:
        return explain_read(root, requested, client).served
    except OSError:  # the root is gone or was replaced
        return None
