"""Holds an engine like the screen does, and records its frames."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from tests.support.running import records
from tftptui.engine.client import EngineClient, EngineError
from tftptui.engine.messages import Frame, PortMap, Status, TransferView
from tftptui.net.addresses import Endpoint
from tftptui.telemetry.counters import Counters
from tftptui.telemetry.records.ring import PacketRecord, PacketRing

PATIENCE = 20.0
"""Timeout in seconds for a frame that must come."""


class Watcher:
    """Applies frames. Use watching().

    Attributes:
        frames: all of them, in order.
        error: why the engine ended unexpectedly.
        over: whether frames have ended.
    """

    def __init__(self, engine: EngineClient) -> None:
        self.engine = engine
        self.frames: list[Frame] = []
        self.transfers: dict[int, TransferView] = {}
        self.ring = PacketRing(200_000)
        self.status: Status | None = None
        self.ports: PortMap | None = None
        self.counters: Counters | None = None
        self.error: str | None = None
        self.over = False
        self._news = asyncio.Event()

    @property
    def at(self) -> Endpoint:
        """Where requests are taken."""
        assert self.status is not None
        host, _, port = self.status.listeners[0].rpartition(":")
        return Endpoint(host.strip("[]"), int(port))

    def packets(self, *kinds: int) -> list[PacketRecord]:
        """Return the packet records of some kinds, in order."""
        return [record for record in records(self.ring) if record.kind in kinds]

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait for frames until a condition is true, at most until they end."""
        async with asyncio.timeout(PATIENCE):
            while not is_so():
                assert not self.over, f"the engine ended: {self.error}"
                self._news.clear()
                await self._news.wait()

    async def watch(self) -> None:
        """Read frames until they end."""
        try:
            async for frame in self.engine.frames():
                self._fold(frame)
                self._news.set()
        except EngineError as error:
            self.error = str(error)
        self.over = True
        self._news.set()

    def _fold(self, frame: Frame) -> None:
        self.frames.append(frame)
        self.transfers |= {view.number: view for view in frame.transfers}
        self.status = frame.status or self.status
        self.ports = frame.ports or self.ports
        self.counters = frame.counters or self.counters
        if frame.packets:
            self.ring.extend(frame.packets, frame.packets_first)


@contextlib.asynccontextmanager
async def watching(engine: EngineClient) -> AsyncIterator[Watcher]:
    """Start an engine and watch it; the engine is stopped afterwards."""
    await engine.start()
    watcher = Watcher(engine)
    task = asyncio.create_task(watcher.watch())
    try:
        await watcher.until(lambda: watcher.status is not None)
        yield watcher
    finally:
        await engine.stop()
        async with asyncio.timeout(PATIENCE):
            await task
