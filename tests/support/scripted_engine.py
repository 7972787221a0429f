"""An engine that sends frames given by a test, and records commands."""

import asyncio
from collections.abc import AsyncIterator, Iterable

from tftptui.engine.client import CommandRefusedError, EngineError
from tftptui.engine.messages import Command, Frame


class ScriptedEngine:
    """An EngineClient in memory.

    Attributes:
        asked: commands, in order.
        refuse: the text with which commands are refused, or None to execute them.
        started, stopped: whether it was started and stopped.
    """

    def __init__(
        self, frames: Iterable[Frame] = (), *, start_error: str | None = None
    ) -> None:
        self.asked: list[Command] = []
        self.refuse: str | None = None
        self.started = self.stopped = False
        self._start_error = start_error
        self._frames: asyncio.Queue[Frame | EngineError | None] = asyncio.Queue()
        for frame in frames:
            self._frames.put_nowait(frame)

    def tell(self, frame: Frame) -> None:
        """Send a frame."""
        self._frames.put_nowait(frame)

    def die(self, why: str) -> None:
        """End with an error."""
        self._frames.put_nowait(EngineError(why))

    async def start(self) -> None:
        if self.started:  # restarted after stop()
            self._frames = asyncio.Queue()
        self.started = True
        if self._start_error:
            raise EngineError(self._start_error)

    async def frames(self) -> AsyncIterator[Frame]:
        while (item := await self._frames.get()) is not None:
            if isinstance(item, EngineError):
                raise item
            yield item

    async def ask(self, command: Command) -> None:
        if self.refuse:
            raise CommandRefusedError(self.refuse)
        self.asked.append(command)

    async def stop(self) -> None:
        self.stopped = True
        self._frames.put_nowait(None)
