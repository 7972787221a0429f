"""A capture of everything the server sends and receives, while it runs.

Ten times a second the records that are new go to a process of their own, which
builds the packets and writes them: neither the disk nor the work can hold up a
transfer. A thread carries them there and waits where the loop must not.
"""

import contextlib
import os
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from tftptui.engine.recording.capture_pipe import Begun, Opened, Pipe, PipeError
from tftptui.server.clock import Ticker
from tftptui.server.fastpath.one_block_read import AnyTransfer
from tftptui.server.recorder import Recorder
from tftptui.settings import Settings
from tftptui.telemetry.capture.place import CapturePlace
from tftptui.telemetry.capture.scribe import Batch, WireFrame
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.records.ring import RECORD
from tftptui.telemetry.views import Recording
from tftptui.wire.sources import HeardFrame

INTERVAL = 0.1
"""Seconds between batches."""

MOST_WAITING = 200_000
"""Records that wait to be written; more are counted and let go."""

MOST_HELD = 512
"""Files held open for a capture that is behind."""

MOST_FRAMES = 10_000
"""ARP and DHCP packets between two batches; more are counted and let go."""

MOST_ITEMS = 20_000
"""Batches and transfers that wait for it; with more, the disk is stuck."""

PATIENCE = 3.0
"""Seconds that a capture may take to end."""

Item = Opened | Batch | None


@dataclass
class _Progress:
    """What the thread has done; only the thread writes here."""

    items: int = 0
    records: int = 0
    opened: int = 0
    packets: int = 0
    octets: int = 0
    error: str | None = None


class LiveCapture:
    """One capture, from start() to stop(); all calls from the event loop's thread.

    Args:
        settings: where to and how much.
        recorder: has the records.
        transfers: those that are going on, by number.
        failed: called once with the reason when it ends by itself.

    Raises:
        CaptureError: the file can't be written.
    """

    def __init__(
        self,
        settings: Settings,
        recorder: Recorder,
        transfers: dict[int, AnyTransfer],
        failed: Callable[[str], None],
    ) -> None:
        self.place = place_of(settings)
        self.missed = 0
        self._recorder, self._transfers = recorder, transfers
        self._failed = failed
        self._next = recorder.ring.next
        self._known: set[int] = set()
        self._frames: list[WireFrame] = []
        self._given = self._opened = self._items_given = 0
        self._progress = _Progress()
        self._items: queue.SimpleQueue[Item] = queue.SimpleQueue()
        place = self.place
        begun = Begun(
            path=os.fsencode(place.path),
            size=place.size,
            files=place.files,
            snaplen=settings.snaplen,
        )
        self._thread = threading.Thread(
            target=self._carry,
            args=(begun, place.open()),
            name="capture",
            daemon=True,  # a disk that hangs must not keep the server from ending
        )
        self._ticker = Ticker(INTERVAL, self._look)

    def start(self) -> None:
        """Capture from now on."""
        self._recorder.keep_raw(wanted=True)
        for number in self._transfers:
            self.began(number)
        self._thread.start()
        self._ticker.start()

    @property
    def recording(self) -> Recording:
        """The capture as watchers see it."""
        return Recording(
            path=visible(os.fsencode(self.place.path)),
            packets=self._progress.packets,
            octets=self._progress.octets,
            missed=self.missed,
        )

    def began(self, number: int) -> None:
        """Take a transfer that has begun."""
        found = self._transfers.get(number)
        if found is None:
            return
        transfer = found.whole()
        self._known.add(number)
        content = None
        is_room = self._opened - self._progress.opened < MOST_HELD
        if transfer.content is not None and is_room:
            with contextlib.suppress(OSError):  # too many files: without its payload
                content = transfer.content.copy()
        self._opened += content is not None
        view = msgspec.structs.replace(transfer.view())
        self._put(Opened(view, content))

    def heard(self, frame: HeardFrame) -> None:
        """Take an ARP or DHCP packet of the wire."""
        if len(self._frames) < MOST_FRAMES:
            self._frames.append(WireFrame(*frame))
        else:
            self.missed += 1

    def _look(self) -> None:
        if self._progress.error is not None:
            self._failed(self._progress.error)
        elif self._items_given - self._progress.items > MOST_ITEMS:
            self._failed("nothing could be written for too long")
        else:
            self._hand_over()

    def _put(self, item: Opened | Batch) -> None:
        self._items_given += 1
        self._items.put(item)

    def _hand_over(self) -> None:
        ring = self._recorder.ring
        first = max(self._next, ring.first)
        packed = ring.packed(first)
        missed = first - self._next
        count = len(packed) // RECORD
        raws = self._recorder.take_raws()
        ended = [number for number in self._known if number not in self._transfers]
        self._known.difference_update(ended)
        notes = ring.notes(first) if packed else {}
        self._next = ring.next
        if self._given - self._progress.records + count > MOST_WAITING:
            missed, count, packed, notes, raws = missed + count, 0, b"", {}, {}
        frames, self._frames = self._frames, []
        self.missed += missed
        self._given += count
        if count or missed or ended or frames:
            self._put(
                Batch(
                    first=first,
                    packed=packed,
                    notes=notes,
                    raws=raws,
                    ended=ended,
                    missed=missed,
                    frames=frames,
                )
            )

    def stop(self) -> None:
        """Take what is new one last time; wait() then waits for the file."""
        self._ticker.stop()
        self._hand_over()
        self._recorder.keep_raw(wanted=False)
        self._items.put(None)

    @property
    def is_finishing(self) -> bool:
        """Whether the file is still being written."""
        return self._thread.is_alive()

    def wait(self) -> None:
        """Wait until the file is whole, or for PATIENCE; blocks."""
        self._thread.join(PATIENCE)

    # The thread.

    def _carry(self, begun: Begun, descriptor: int) -> None:
        progress = self._progress
        try:
            with Pipe(begun, descriptor) as pipe:
                while (item := self._items.get()) is not None:
                    progress.packets, progress.octets = pipe.send(item)
                    self._count(item)
                progress.packets, progress.octets = pipe.finish()
        except PipeError as error:
            progress.error = str(error)
            self._drain()

    def _drain(self) -> None:
        """Let go of what nobody will write any more, until the end."""
        while (item := self._items.get()) is not None:
            if isinstance(item, Opened) and item.content is not None:
                item.content.close()
            self._count(item)

    def _count(self, item: Opened | Batch) -> None:
        self._progress.items += 1
        if isinstance(item, Batch):
            self._progress.records += len(item.packed) // RECORD
        elif item.content is not None:
            self._progress.opened += 1


def place_of(settings: Settings) -> CapturePlace:
    """Return where settings say that a capture goes."""
    return CapturePlace(
        Path(settings.capture or ""), settings.capture_size, settings.capture_files
    )
