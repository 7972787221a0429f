"""A capture of everything the server sends and receives.

Ten times a second, new records go to a separate process, which builds and writes the
packets: neither the disk nor the work can delay a transfer. A thread passes them on, as
it may block and the event loop may not.
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
"""Records queued for writing; those beyond are counted and dropped."""

MOST_HELD = 512
"""Files held open for a capture that lags behind."""

MOST_FRAMES = 10_000
"""ARP and DHCP packets between two batches; those beyond are counted and dropped."""

MOST_ITEMS = 20_000
"""Batches and transfers queued; with more, the disk is stuck."""

PATIENCE = 3.0
"""Seconds that a capture may take to end."""

Item = Opened | Batch | None


@dataclass
class _Progress:
    """The thread's progress; only the thread writes here."""

    items: int = 0
    records: int = 0
    opened: int = 0
    packets: int = 0
    nbytes: int = 0
    error: str | None = None


class LiveCapture:
    """One capture, from start() to stop(). Call it only from the event loop's thread.

    Args:
        settings: destination and limits.
        recorder: source of records.
        transfers: active transfers, by number.
        failed: called once with the reason if the capture fails.

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
            daemon=True,  # a hanging disk must not keep the server from exiting
        )
        self._ticker = Ticker(INTERVAL, self._look)

    def start(self) -> None:
        """Start capturing."""
        self._recorder.keep_raw(wanted=True)
        for number in self._transfers:
            self.began(number)
        self._thread.start()
        self._ticker.start()

    @property
    def recording(self) -> Recording:
        """The state of the capture, for watchers."""
        return Recording(
            path=visible(os.fsencode(self.place.path)),
            packets=self._progress.packets,
            nbytes=self._progress.nbytes,
            missed=self.missed,
        )

    def began(self, number: int) -> None:
        """Add a transfer that has started."""
        found = self._transfers.get(number)
        if found is None:
            return
        transfer = found.whole()
        self._known.add(number)
        content = None
        is_room = self._opened - self._progress.opened < MOST_HELD
        if transfer.content is not None and is_room:
            with contextlib.suppress(OSError):  # too many open files: no payload
                content = transfer.content.copy()
        self._opened += content is not None
        view = msgspec.structs.replace(transfer.view())
        self._put(Opened(view, content))

    def heard(self, frame: HeardFrame) -> None:
        """Add an ARP or DHCP packet."""
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
        """Pass on the last records; then call wait() for the file."""
        self._ticker.stop()
        self._hand_over()
        self._recorder.keep_raw(wanted=False)
        self._items.put(None)

    @property
    def is_finishing(self) -> bool:
        """True while the file is still being written."""
        return self._thread.is_alive()

    def wait(self) -> None:
        """Wait until the file is complete, at most PATIENCE; blocks."""
        self._thread.join(PATIENCE)

    # Runs in the thread

    def _carry(self, begun: Begun, descriptor: int) -> None:
        progress = self._progress
        try:
            with Pipe(begun, descriptor) as pipe:
                while (item := self._items.get()) is not None:
                    progress.packets, progress.nbytes = pipe.send(item)
                    self._count(item)
                progress.packets, progress.nbytes = pipe.finish()
        except PipeError as error:
            progress.error = str(error)
            self._drain()

    def _drain(self) -> None:
        """Drop items that can't be written any more, until the end."""
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
    """Return the destination of a capture by the settings."""
    return CapturePlace(
        Path(settings.capture or ""), settings.capture_size, settings.capture_files
    )
