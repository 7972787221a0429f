"""A demo's stage for tests."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from tftptui.demo.check import run_through
from tftptui.demo.director import Director
from tftptui.demo.scenario.files import parse_scenario
from tftptui.demo.scenario.tables import Scenario
from tftptui.demo.simulation.addresses import Places
from tftptui.demo.simulation.demo_time import Pace, PacedLoop
from tftptui.demo.stage import Stage, temporary_root

Play = Callable[[Director, "Over"], Awaitable[None]]


class Over:
    """Waits until the current step is over."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def note(self) -> None:
        self._event.set()

    async def wait(self) -> None:
        await self._event.wait()
        self._event.clear()


def on_stage(text: str, play: Play) -> None:
    """Run PLAY with a director of the scenario in TEXT, as fast as possible."""
    scenario = parse_scenario(text)

    async def run(root: Path) -> None:
        stage, over = Stage(scenario, 1, root), Over()
        try:
            await stage.open()
            director = Director(stage, over.note)
            director.open()
            await play(director, over)
        finally:
            await stage.close()

    with (
        temporary_root() as root,
        asyncio.Runner(loop_factory=lambda: PacedLoop(Pace())) as runner,
    ):
        runner.run(run(Path(root)))


def run_in_places(scenario: Scenario, places: Places) -> list[str]:
    """Run a scenario in PLACES; return differences from what it expects."""

    async def run(root: Path) -> list[str]:
        stage = Stage(scenario, 1, root, places)
        try:
            await stage.open()
            return await run_through(stage)
        finally:
            await stage.close()

    with (
        temporary_root() as root,
        asyncio.Runner(loop_factory=lambda: PacedLoop(Pace())) as runner,
    ):
        return runner.run(run(Path(root)))
