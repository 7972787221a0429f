"""A demo without a screen, as fast as possible: ``tftptui demo --check``."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tftptui.demo.director import Director
from tftptui.demo.expectations import judge
from tftptui.demo.scenario.tables import Scenario
from tftptui.demo.simulation.demo_time import Pace, PacedLoop
from tftptui.demo.stage import Stage, temporary_root

SEED = 1
"""The default seed."""


@dataclass(slots=True)
class Checked:
    """The result of a run.

    Attributes:
        troubles: differences from what the steps expect, in words.
        seconds: of demo time.
        took: real seconds.
    """

    troubles: list[str] = field(default_factory=list)
    seconds: float = 0.0
    took: float = 0.0


async def run_through(
    stage: Stage, shown: Callable[[Director], None] = lambda _: None
) -> list[str]:
    """Run all steps in order; SHOWN is called after each.

    Returns:
        Differences from what is expected.

    Raises:
        Exception: any error on the stage.
    """
    over = asyncio.Event()
    failures: list[Exception] = []

    def failed(_: object, context: dict[str, object]) -> None:
        error = context.get("exception")
        unknown = RuntimeError(str(context.get("message")))
        failures.append(error if isinstance(error, Exception) else unknown)
        over.set()

    stage.loop.set_exception_handler(failed)
    director = Director(stage, over.set)
    director.open()
    troubles: list[str] = []
    director.begin()
    while True:
        await over.wait()
        over.clear()
        if failures:
            raise failures[0]
        number, count = director.number + 1, len(director.steps)
        found = judge(director)
        troubles += [f"step {number} of {count}: {text}" for text in found]
        shown(director)
        if director.is_last:
            return troubles
        director.next()


def check(
    scenario: Scenario,
    *,
    seed: int = SEED,
    speed: float | None = None,
    shown: Callable[[Director], None] = lambda _: None,
) -> Checked:
    """Run a scenario; SPEED None does not wait at all.

    Raises:
        EngineError: no server can run here.
    """
    pace, began = Pace(speed), time.monotonic()
    checked = Checked()

    async def run(root: Path) -> None:
        stage = Stage(scenario, seed, root)
        try:
            await stage.open()
            checked.troubles = await run_through(stage, shown)
            checked.seconds = pace.now
        finally:
            await stage.close()

    with (
        temporary_root() as root,
        asyncio.Runner(loop_factory=lambda: PacedLoop(pace)) as runner,
    ):
        runner.run(run(Path(root)))
    checked.took = time.monotonic() - began
    return checked
