"""Looks whether files that clients missed may be had by now, beside the server's work.

Something below the root changes, and what a client missed may be there: then what is
told of it is over, though nobody has asked again. The server's own way of understanding
a name decides, in a thread.
"""

import asyncio
import os

from tftptui.engine.findings import Findings, Missed
from tftptui.server.root.explain import explain_read
from tftptui.server.root.root import Root
from tftptui.telemetry.escapes import may_be_changed

MOST_LOOKED_AT = 64
"""Tries looked at in one go after a change; the others are next."""


class MissingFiles:
    """Tells Findings what is there, between begin() and stop().

    Call changed() when something below the root is not as it was, or names are
    understood in another way, and look() often.
    """

    def __init__(self) -> None:
        self._root: Root | None = None
        self._has_changed = False
        self._left: list[Missed] = []
        self._task: asyncio.Task[None] | None = None

    def begin(self, root: Root) -> None:
        """Look below ROOT from now on."""
        self._root, self._has_changed = root, True

    def changed(self) -> None:
        """Take in that what was missing may be there."""
        self._has_changed = True

    def look(self, findings: Findings) -> None:
        """Find out what of that which FINDINGS tell as missing may be had now."""
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
        """Look no more."""
        self._root = None
        if self._task is not None:
            await self._task  # a thread can't be stopped; it is done in a moment

    async def _look(self, root: Root, missed: list[Missed], findings: Findings) -> None:
        found = await asyncio.to_thread(_there, root, missed)
        if root is self._root:
            for one, served in found:
                findings.found_there(one, served)


def _there(root: Root, missed: list[Missed]) -> list[tuple[Missed, str]]:
    """Return whose next request would be served, and with what."""
    found = []
    for one in missed:
        names = (_served(root, name, one.tries.client) for name in one.names)
        served = next((name for name in names if name is not None), None)
        if served is not None:
            found.append((one, served))
    return found


def _served(root: Root, name: str, client: str) -> str | None:
    """Return which file a client gets that asks for a name; None if it gets none.

    A name that had to be made visible is not known any more as it was asked for.
    """
    if may_be_changed(name):
        return None
    asked = os.fsencode(name)
    try:
        return explain_read(root, asked, client).served
    except OSError:  # the root itself is gone, or is another by now
        return None
