"""An engine in the caller's own event loop: for tests, the demo, and no child."""

from collections.abc import AsyncIterator

from tftptui.engine.engine import Engine
from tftptui.engine.messages import Command, Frame


class InlineEngine:
    """Holds an engine that shares this loop; see EngineClient."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def start(self) -> None:
        """Open the listeners; see EngineClient."""
        await self._engine.start()

    def frames(self) -> AsyncIterator[Frame]:
        """Yield frames as they come; see EngineClient."""
        return self._engine.frames()

    async def ask(self, command: Command) -> None:
        """Carry a command out; see EngineClient."""
        self._engine.carry_out(command)

    async def stop(self) -> None:
        """End everything; see EngineClient."""
        await self._engine.stop()
