"""Checks now and then which other programs use UDP ports of this machine.

Finding the owner of a port means walking all processes, so it is done in a thread, and
the longer it takes the less often it is done.
"""

import asyncio
import os
from collections.abc import Callable, Set
from contextlib import suppress

import msgspec

from tftptui.net.local_ports import (
    ephemeral_range,
    first_plain_port,
    may_bind_low,
    udp_holders,
)
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.views import HostPorts

PAUSE = 10.0
"""Minimum seconds between two checks."""

IDLE_SHARE = 50
"""Minimum pause as a multiple of the duration of a check."""


def look_around() -> HostPorts:
    """Return the state of this machine's UDP ports."""
    first, last = ephemeral_range()
    held = udp_holders(but=os.getpid())
    return HostPorts(
        own_first=first,
        own_last=last,
        first_plain=first_plain_port(),
        may_bind_low=may_bind_low(),
        held={port: visible(who) for port, who in sorted(held.items())},
    )


def without(seen: HostPorts, ours: Set[int]) -> HostPorts:
    """Return SEEN without the ports in OURS.

    A socket that we opened during the check may appear with an unknown owner.
    """
    held = {port: who for port, who in seen.held.items() if port not in ours}
    return msgspec.structs.replace(seen, held=held)


class Survey:
    """Keeps ``latest`` up to date between start() and stop().

    ``latest`` is None until the first check is done; ``version`` increases with each
    change.

    Args:
        now: a monotonic clock, seconds.
        ours: returns the ports in use by this server.
    """

    def __init__(self, now: Callable[[], float], ours: Callable[[], Set[int]]) -> None:
        self._now, self._ours = now, ours
        self.latest: HostPorts | None = None
        self.version = 0
        self._task: asyncio.Task[None] | None = None
        self._wanted = asyncio.Event()

    def start(self) -> None:
        """Start checking; does nothing if already started."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Stop checking."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def look_now(self) -> None:
        """Check soon, without the pause."""
        self._wanted.set()

    async def _run(self) -> None:
        while True:
            self._wanted.clear()
            begun = self._now()
            seen = without(await asyncio.to_thread(look_around), self._ours())
            took = self._now() - begun
            if seen != self.latest:
                self.latest = seen
                self.version += 1
            with suppress(TimeoutError):
                pause = max(PAUSE, IDLE_SHARE * took)
                await asyncio.wait_for(self._wanted.wait(), pause)
