"""Make the pictures of docs/demo.md: shipped scenarios on the real app.

Run from the checkout: ``python tools/make_demo_pictures.py``.
"""

import asyncio
from pathlib import Path

from textual.pilot import Pilot

from tftptui.demo.held import DemoEngine
from tftptui.demo.scenarios import read_scenario, shipped_scenarios
from tftptui.ui.demo_app import DemoApp

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


async def picture(
    scenario: str, size: tuple[int, int], step: int, words: tuple[str, ...]
) -> None:
    """Save a moment of a step of a scenario."""
    read = read_scenario(shipped_scenarios()[scenario])
    demo = DemoEngine(read, seed=1)
    app = DemoApp(demo)
    async with app.run_test(size=size) as pilot:
        await pilot.pause(0.5)
        for number in range(step):
            await pilot.press("full_stop")
            while number + 1 < step and (await demo.look()).state != "over":
                await pilot.pause(LOOK)
        await until(demo, pilot, *words)
        title = f"tftptui demo {scenario}"
        (IMAGES / f"demo-{scenario}.svg").write_text(app.export_screenshot(title=title))


async def main() -> None:
    """Make all of them."""
    await picture("pxe-2072", LARGE, 3, ("OACK", "RRQ"))
    await picture("two-tids", SMALL, 2, ("ACK 2",))


if __name__ == "__main__":
    asyncio.run(main())
