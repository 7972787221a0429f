"""A server of its own for a moment, beside the one that runs."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from tftptui.engine.client import EngineError
from tftptui.engine.holders.child import ChildEngine
from tftptui.settings import Settings


@contextmanager
def beside(settings: Settings) -> Iterator[list[str]]:
    """Serve as SETTINGS say while this is entered; give the listeners' endpoints.

    To be used in a thread without an event loop.

    Raises:
        EngineError: it can't serve; the text says why.
    """
    engine = ChildEngine(settings)
    with asyncio.Runner() as runner:
        runner.run(engine.start())
        try:
            yield runner.run(_listeners(engine))
        finally:
            runner.run(engine.stop())


async def _listeners(engine: ChildEngine) -> list[str]:
    async for frame in engine.frames():
        if frame.status is not None:
            return frame.status.listeners
    raise EngineError("the server told nothing of itself")
