"""Waiting until an app under test has nothing left to do, however busy the machine is.

Textual's Pilot goes by the CPU time of the process, so that a process that gets no CPU
looks idle to it. The event loop knows better: callbacks that are ready, timers that
are due in a moment, and what the screen has yet to draw.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from math import inf
from time import process_time
from typing import Any

import pytest
from textual import app, pilot
from textual.app import ScreenStackError
from textual.pilot import Pilot
from textual.screen import Screen

_SOON = 0.012
"""Seconds; a timer that is due so soon is waited for."""

_MOST_TIMERS = 200
"""A timer that is due again and again is not waited for more often."""

_MOST_WORK = 30.0
"""Seconds of this process's CPU time; nothing that a test starts takes so long."""

_MOST_DRAWN = 20
"""To draw may leave something to draw: so often at most."""


def wait_for_the_loop(patch: pytest.MonkeyPatch) -> None:
    """Have every Pilot wait until the loop is idle and all is drawn, after each key."""
    pause, press = Pilot.pause, Pilot.press

    async def wait_for_idle(*_: Any) -> None:
        await _nothing_is_left()

    async def pause_until_drawn(self: Pilot[Any], delay: float | None = None) -> None:
        await pause(self, delay)
        await _all_is_drawn(self)

    async def press_one_by_one(self: Pilot[Any], *keys: str) -> None:
        for key in keys:
            await press(self, key)
            await _all_is_drawn(self)

    for module in (app, pilot):
        patch.setattr(module, "wait_for_idle", wait_for_idle)
    patch.setattr(Pilot, "pause", pause_until_drawn)
    patch.setattr(Pilot, "press", press_one_by_one)


async def _all_is_drawn(pilot: Pilot[Any]) -> None:
    for _ in range(_MOST_DRAWN):
        await _nothing_is_left()
        try:
            screen = pilot.app.screen
        except ScreenStackError:  # it has ended
            return
        if not _is_undrawn(screen):
            return
        screen._on_timer_update()


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
    """Go by the number of things done: a busy machine holds up the clock alone."""
    loop: Any = asyncio.get_running_loop()
    work, timers = process_time() + _MOST_WORK, 0
    while timers < _MOST_TIMERS and process_time() < work:
        await _called_back(loop.call_soon)
        if loop._ready:
            continue
        times = (one.when() for one in loop._scheduled if not one.cancelled())
        due = min(times, default=inf) - loop.time()
        if due > _SOON:
            return
        timers += 1
        await _called_back(partial(loop.call_at, loop.time() + due))


async def _called_back(call: Callable[..., object]) -> None:
    """Wait until the loop gets to a callback that it is given now."""
    done = asyncio.get_running_loop().create_future()
    call(done.set_result, None)
    await done
