"""Waits until an app under test is idle, however busy the machine is.

Textual's Pilot measures the CPU time of the process, so a process that gets no CPU
looks idle. The event loop is more reliable: ready callbacks, timers that are due
shortly, and pending updates of the screen.
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
"""Seconds; timers due within this time are waited for."""

_MOST_TIMERS = 200
"""Limit of timers to wait for, if one is due repeatedly."""

_MOST_WORK = 30.0
"""Limit of CPU seconds of this process; nothing that a test starts takes so long."""

_MOST_DRAWN = 20
"""Limit of updates, as each may cause another."""


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
    """Count what is done instead of measuring time: a busy machine only delays it."""
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
    """Wait until the loop runs a callback that is scheduled now."""
    done = asyncio.get_running_loop().create_future()
    call(done.set_result, None)
    await done
