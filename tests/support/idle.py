"""Waiting until an app under test has nothing left to do, however busy the machine is.

Textual's Pilot goes by the CPU time of the process, so that a process that gets no CPU
looks idle to it. The event loop knows better: callbacks that are ready, timers that
are due in a moment, and what the screen has yet to draw.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from math import inf
from typing import Any

import pytest
from textual import app, pilot
from textual.app import ScreenStackError
from textual.pilot import Pilot
from textual.screen import Screen

_SOON = 0.012
"""Seconds; a timer that is due so soon is waited for."""

_LONGEST = 2.0
"""Seconds; a timer that is due again and again is not waited for longer."""

_MOST_DRAWN = 20
"""To draw may leave something to draw: so often at most."""


def wait_for_the_loop(patch: pytest.MonkeyPatch) -> None:
    """Have every Pilot wait until the loop is idle, too."""
    pause = Pilot.pause

    async def wait_for_idle(*_: Any) -> None:
        await _nothing_is_left()

    async def pause_until_drawn(self: Pilot[Any], delay: float | None = None) -> None:
        await pause(self, delay)
        for _ in range(_MOST_DRAWN):
            await _nothing_is_left()
            try:
                screen = self.app.screen
            except ScreenStackError:  # it has ended
                return
            if not _is_undrawn(screen):
                return
            screen._on_timer_update()

    for module in (app, pilot):
        patch.setattr(module, "wait_for_idle", wait_for_idle)
    patch.setattr(Pilot, "pause", pause_until_drawn)


def _is_undrawn(screen: Screen[Any]) -> bool:
    return bool(
        screen._layout_required
        or screen._scroll_required
        or screen._repaint_required
        or screen._recompose_required
        or screen._dirty_widgets
        or screen._callbacks
    )


async def _nothing_is_left() -> None:
    loop: Any = asyncio.get_running_loop()
    end = loop.time() + _LONGEST
    while loop.time() < end:
        await _called_back(loop.call_soon)
        if loop._ready:
            continue
        timers = (one.when() for one in loop._scheduled if not one.cancelled())
        due = min(timers, default=inf) - loop.time()
        if due > _SOON:
            return
        await _called_back(partial(loop.call_at, loop.time() + due))


async def _called_back(call: Callable[..., object]) -> None:
    """Wait until the loop gets to a callback that it is given now."""
    done = asyncio.get_running_loop().create_future()
    call(done.set_result, None)
    await done
