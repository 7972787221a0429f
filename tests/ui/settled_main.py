"""Open every screen of an idle UI; print which modules that imports.

A separate program: in one that runs tests everything is already imported.
"""

import asyncio
import sys

from tests.support.findings import blocked
from tests.support.pictures import frame, readme, view
from tests.support.scripted_engine import ScriptedEngine
from tftptui.ui.app import TftpApp

KEYS = (
    *("question_mark", "escape", "colon", "escape", "P", "escape", "w", "escape"),
    *("f", "escape", "1", "enter", "escape", "2", "down", "c", "escape", "enter"),
    *("escape", "S", "escape", "X", "escape", "q", "escape"),
)


async def main() -> None:
    told = frame(view(1), listings=[readme()], findings=[blocked()])
    app = TftpApp(ScriptedEngine([told]), pace=0)
    async with app.run_test(size=(140, 40)) as pilot:
        while not app.is_settled:
            await pilot.pause()
        before = set(sys.modules)
        for key in KEYS:
            await pilot.press(key)
            await pilot.pause()
        late = sorted(set(sys.modules) - before)
        sys.stdout.write("\n".join(name for name in late if "tftptui" in name))


asyncio.run(main())
