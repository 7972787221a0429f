"""Make the pictures of docs/demo.md: shipped scenarios on the real app.

Run from the checkout: ``python tools/make_demo_pictures.py``; make_screenshots.py
makes them as well.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from textual.pilot import Pilot

from tftptui.demo.demo_engine import DemoEngine
from tftptui.demo.scenario.files import read_scenario, shipped_scenarios
from tftptui.ui.demo_app import DemoApp
from tftptui.ui.screens.demo import Manner
from tftptui.ui.themes import DEFAULT_THEME

IMAGES = Path(__file__).parent.parent / "docs" / "images"
LARGE, SMALL = (140, 40), (80, 24)
LOOK = 0.02


async def until(demo: DemoEngine, pilot: Pilot[None], *words: str) -> None:
    """Wait for a moment at which packets called so are on the lanes, and stop it."""
    while True:
        view = await demo.look()
        labels = [packet.label for lane in view.lanes for packet in lane.packets]
        if all(word in labels for word in words):
            await demo.pause()
            await pilot.pause(0.5)
            return
        await pilot.pause(LOOK)


@dataclass(frozen=True)
class Moment:
    """What a picture shows.

    Attributes:
        name: of the file, after "demo-"; scenario: as it ships.
        step: of it, from 1.
        words: packets that are on the lanes.
        keys: pressed before that.
        big: whether the stage is drawn in large.
    """

    name: str
    scenario: str
    size: tuple[int, int]
    step: int
    words: tuple[str, ...]
    keys: tuple[str, ...] = ()
    theme: str = DEFAULT_THEME
    big: bool = False


NARROW = ("W", "tab", "end", "ctrl+u", *"40000", "minus", *"40004", "enter")

MOMENTS = (
    Moment("pxe-2072", "pxe-2072", LARGE, 3, ("OACK", "RRQ")),
    Moment("two-tids", "two-tids", SMALL, 2, ("ACK 2",)),
    Moment("by-hand", "pxe-2072", LARGE, 2, ("OACK", "RRQ"), NARROW),
    Moment("big", "pxe-2072", SMALL, 2, ("OACK", "RRQ"), theme="projector", big=True),
)


async def picture(moment: Moment) -> None:
    """Save a moment of a step of a scenario."""
    demo = DemoEngine(read_scenario(shipped_scenarios()[moment.scenario]), seed=1)
    app = DemoApp(demo, theme=moment.theme, manner=Manner(big=moment.big))
    async with app.run_test(size=moment.size) as pilot:
        await pilot.pause(0.5)
        for number in range(moment.step):
            await pilot.press("full_stop")
            while number + 1 < moment.step and (await demo.look()).state != "over":
                await pilot.pause(LOOK)
        await pilot.pause(0.2)
        for key in moment.keys:
            await pilot.press(key)
            await pilot.pause(0.05)
        await until(demo, pilot, *moment.words)
        shown = app.export_screenshot(title=f"tftptui demo {moment.scenario}")
        (IMAGES / f"demo-{moment.name}.svg").write_text(shown)


async def main() -> None:
    """Make all of them."""
    for moment in MOMENTS:
        await picture(moment)


if __name__ == "__main__":
    asyncio.run(main())
