"""A capture as an engine: the same frames, for the same screens."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec

from tftptui import __version__
from tftptui.engine.client import CommandRefusedError
from tftptui.engine.messages import (
    CloseFolder,
    Command,
    Frame,
    Listing,
    OpenFolder,
    Status,
    TransferView,
)
from tftptui.replay.reading import Reading
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.events import Event

ROOT = b""


class ReplayEngine:
    """An engine that reads a capture in a thread; see EngineClient.

    After the last packet frames() waits for stop(), as a screen keeps showing it.

    Args:
        path: of the capture.
        listen: callback for the events that a server would emit.
    """

    def __init__(
        self, path: Path, listen: Callable[[Event], None] = lambda _: None
    ) -> None:
        self._path, self._listen = path, listen
        self._reading: Reading | None = None
        self._sent = 0
        self._status: Status | None = None
        self._stopped = asyncio.Event()

    async def start(self) -> None:
        """Open the file; see EngineClient. May be called again after stop()."""
        self._sent, self._status = 0, None
        self._stopped.clear()
        self._reading = await asyncio.to_thread(
            Reading, self._path, listen=self._listen
        )

    async def frames(self) -> AsyncIterator[Frame]:
        """Yield frames as the capture is read; see EngineClient."""
        reading = self._reading
        if reading is None:
            raise RuntimeError("the replay was not started")
        try:
            is_more = True
            first = Listing(folder=ROOT, gone=True, why="a capture has no folders")
            listings = [first]
            while is_more and not self._stopped.is_set():
                is_more = await asyncio.to_thread(reading.step)
                yield self._frame(reading, listings)
                listings = []
            await self._stopped.wait()
        finally:
            reading.close()

    async def ask(self, command: Command) -> None:
        """Refuse all commands, except for opening directories, which are empty."""
        if not isinstance(command, OpenFolder | CloseFolder):
            raise CommandRefusedError("this is a capture: it cannot be changed")

    async def stop(self) -> None:
        """Stop reading; see EngineClient."""
        self._stopped.set()

    def _frame(self, reading: Reading, listings: list[Listing]) -> Frame:
        rebuilding = reading.rebuilding
        ring = rebuilding.recorder.ring
        first = max(self._sent, ring.first)
        packed = ring.packed(first)
        self._sent = ring.next
        status = self._status_of(reading)
        is_news = status != self._status
        self._status = status
        return Frame(
            time=rebuilding.clock.wall(),
            status=status if is_news else None,
            transfers=_merged(
                rebuilding.take_changed(), rebuilding.findings.take_restated()
            ),
            findings=rebuilding.findings.take_news(),
            wire=rebuilding.wire.take_news(),
            listings=listings,
            refusals=rebuilding.take_refusals(),
            counters=msgspec.structs.replace(rebuilding.recorder.counters),
            packets_first=first,
            packets=packed,
            notes=ring.notes(first) if packed else {},
        )

    def _status_of(self, reading: Reading) -> Status:
        counters = reading.rebuilding.recorder.counters
        is_barren = reading.is_over and not counters.requests + counters.started
        return Status(
            version=__version__,
            listeners=[],
            port=reading.rebuilding.port,
            root=visible(os.fsencode(self._path)),
            pid=os.getpid(),
            notices=[*reading.troubles(), *(reading.asides() if is_barren else [])],
            watch="stale",
            source="capture",
            progress=reading.progress,
        )


def _merged(
    changed: list[TransferView], restated: list[TransferView]
) -> list[TransferView]:
    """Return each transfer once, in order of start.

    Restated views may have changed since, so changed ones win.
    """
    views = {view.number: view for view in [*restated, *changed]}
    return [views[number] for number in sorted(views)]
