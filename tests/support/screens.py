"""Runs the UI on a scripted engine, and reads the text on the screen."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from textual.pilot import Pilot

from tests.support.pictures import NOW
from tests.support.scripted_engine import ScriptedEngine
from tests.support.strips import text_of
from tftptui.engine.messages import CloseFolder, Command, Frame, OpenFolder
from tftptui.ui.app import TftpApp
from tftptui.ui.memory import Memory
from tftptui.ui.screens.main import MainScreen

SMALL, LARGE = (80, 24), (140, 40)


@dataclass
class Shown:
    """The running UI and its engine."""

    app: TftpApp
    engine: ScriptedEngine
    pilot: Pilot[None]

    @property
    def main(self) -> MainScreen:
        screen = self.app.screen_stack[0]
        assert isinstance(screen, MainScreen)
        return screen

    @property
    def on_top(self) -> str:
        """The name of the screen that gets the keys."""
        screen = self.app.screen
        return "main" if screen is self.main else type(screen).__name__

    @property
    def wishes(self) -> list[Command]:
        """The commands sent to the engine, except those about open folders."""
        looks = OpenFolder | CloseFolder
        return [one for one in self.engine.asked if not isinstance(one, looks)]

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def tell(self, frame: Frame) -> None:
        """Send a frame and wait until it is drawn."""
        due = self.app.store.frames + 1
        self.engine.tell(frame)
        while self.app.store.frames < due:
            assert self.app.is_running, f"the app has ended: {self.app._exception}"
            await self.pilot.pause()
        await self.pilot.pause()

    def text(self) -> str:
        """Return the whole screen as text."""
        return text_of(self.app)


@asynccontextmanager
async def shown(
    *frames: Frame,
    size: tuple[int, int] = LARGE,
    engine: ScriptedEngine | None = None,
    memory: Memory | None = None,
) -> AsyncIterator[Shown]:
    """Run the UI until FRAMES are drawn."""
    engine = ScriptedEngine() if engine is None else engine
    app = TftpApp(engine, now=lambda: NOW, pace=0, memory=memory)
    async with app.run_test(size=size, notifications=True) as pilot:
        screen = Shown(app, engine, pilot)
        for frame in frames:
            await screen.tell(frame)
        await pilot.pause()
        yield screen
