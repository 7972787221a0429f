"""A capture held like a server: the same frames, for the same screens."""

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
    """Holds a capture; see EngineClient. It is read in a thread, step by step.

    After the last packet frames() waits for stop(): a screen stays on it.

    Args:
        path: of the capture.
        listen: gets the events that a server would have told.
    """

    def __init__(
        self, path: Path, listen: Callable[[Event], None] = lambda _: None
    ) -> None:
        self._path, self._listen = path, listen
        self._reading: Reading | None = None
        self._told = 0
        self._status: Status | None = None
        self._stopped = asyncio.Event()

    async def start(self) -> None:
        """Open the file; see EngineClient. It may be called again after stop()."""
        self._told, self._status = 0, None
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
        """Refuse everything but to look at folders, of which there are none."""
        if not isinstance(command, OpenFolder | CloseFolder):
            raise CommandRefusedError("this is a capture: it cannot be changed")

    async def stop(self) -> None:
        """Read no further; see EngineClient."""
        self._stopped.set()

    def _frame(self, reading: Reading, listings: list[Listing]) -> Frame:
        rebuilding = reading.rebuilding
        ring = rebuilding.recorder.ring
        first = max(self._told, ring.first)
        packed = ring.packed(first)
        self._told = ring.next
        status = self._status_of(reading)
        is_news = status != self._status
        self._status = status
        return Frame(
            time=rebuilding.clock.wall(),
            status=status if is_news else None,
            transfers=_merged(
                rebuilding.take_changed(), rebuilding.findings.take_retold()
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
    changed: list[TransferView], retold: list[TransferView]
) -> list[TransferView]:
    """Return each transfer once, in the order in which they began.

    What was retold may have changed since.
    """
    views = {view.number: view for view in [*retold, *changed]}
    return [views[number] for number in sorted(views)]
