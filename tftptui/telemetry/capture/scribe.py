"""Writes a running capture, batch by batch."""

import os
from collections import deque
from pathlib import Path
from typing import Protocol

import msgspec

from tftptui.telemetry.capture.packet_bytes import Read, nothing
from tftptui.telemetry.capture.place import CaptureError, CapturePlace
from tftptui.telemetry.capture.rebuilt import Logged, Raw, Rebuilder
from tftptui.telemetry.capture.writer import CaptureWriter
from tftptui.telemetry.records.ring import LAYOUT, NO_TRANSFER, PacketRecord
from tftptui.telemetry.views import TransferView

_BUFFER = 1 << 18


class FileContent(Protocol):
    """A file whose bytes can be read; see files.content."""

    def read(self, offset: int, nbytes: int) -> bytes:
        """Return bytes from OFFSET on, as many as are known."""

    def close(self) -> None:
        """Close the file."""


class WireFrame(msgspec.Struct, frozen=True, array_like=True):
    """An ARP or DHCP packet, as an Ethernet frame.

    Attributes:
        time: wall clock in seconds.
    """

    time: float
    interface: str
    data: bytes
    is_sent: bool


class Batch(msgspec.Struct, frozen=True, kw_only=True, tag="batch"):
    """Consecutive records.

    Attributes:
        first: number of the first record.
        packed: the records.
        notes, raws: for some of them, by number.
        ended: transfers without further packets.
        missed: number of records lost before these.
        frames: ARP and DHCP packets, oldest first.
    """

    first: int
    packed: bytes
    notes: dict[int, str] = {}
    raws: dict[int, Raw] = {}
    ended: list[int] = []
    missed: int = 0
    frames: list[WireFrame] = []


class Scribe:
    """Writes batches into a file, and rotates it when full.

    Attributes:
        packets, nbytes: written so far, to all files.

    Args:
        descriptor: of the open file; the scribe closes it.
        place: destination of the capture.
        snaplen: bytes kept of each frame; None keeps all.
    """

    def __init__(
        self, descriptor: int, place: CapturePlace, snaplen: int | None
    ) -> None:
        self.packets = self.nbytes = 0
        self._place, self._snaplen = place, snaplen
        self._rebuilder = Rebuilder()
        self._views: dict[int, TransferView] = {}
        self._contents: dict[int, FileContent] = {}
        self._begin(descriptor)

    def opened(self, view: TransferView, content: FileContent | None) -> None:
        """Add a transfer whose packets may follow; the scribe closes its CONTENT."""
        self._views[view.number] = view
        if content is not None:
            self._contents[view.number] = content

    def write(self, batch: Batch) -> None:
        """Write a batch.

        Raises:
            CaptureError: writing failed.
        """
        try:
            self._writer.lose(batch.missed)
            frames = deque(batch.frames)
            for number, fields in enumerate(
                LAYOUT.iter_unpack(batch.packed), batch.first
            ):
                record = PacketRecord(*fields)
                while frames and frames[0].time <= record.time:
                    self._add_frame(frames.popleft())
                self._make_room()
                self._add(batch, number, record)
            for frame in frames:
                self._add_frame(frame)
            self._file.flush()
        except OSError as error:
            raise CaptureError(f"{error.strerror}") from error
        for number in batch.ended:
            self._forget(number)

    def finish(self) -> None:
        """Write the rest and close everything.

        Raises:
            CaptureError: writing failed.
        """
        for number in list(self._views):
            self._forget(number)
        try:
            self._end()
        except OSError as error:
            raise CaptureError(f"{error.strerror}") from error

    def _add(self, batch: Batch, number: int, record: PacketRecord) -> None:
        content = self._contents.get(record.transfer)
        read: Read = nothing if content is None else content.read
        before = self._writer.packets
        self._writer.add(
            Logged(
                record,
                batch.notes.get(number, ""),
                self._views.get(record.transfer),
                batch.raws.get(number),
                read,
            )
        )
        self.packets += self._writer.packets - before

    def _add_frame(self, frame: WireFrame) -> None:
        self._make_room()
        self._writer.add_frame(
            frame.interface, frame.time, frame.data, is_sent=frame.is_sent
        )
        self.packets += 1

    def _make_room(self) -> None:
        """Rotate the file if it is full."""
        if self._place.size is not None and self._size >= self._place.size:
            self._change_file()

    def _begin(self, descriptor: int) -> None:
        self._size = os.fstat(descriptor).st_size
        self._file = os.fdopen(descriptor, "ab", buffering=_BUFFER)
        self._writer = CaptureWriter(
            self._put, snaplen=self._snaplen, rebuilder=self._rebuilder
        )

    def _put(self, data: bytes) -> None:
        self._file.write(data)
        self._size += len(data)
        self.nbytes += len(data)

    def _end(self) -> None:
        with self._file:
            self._writer.finish()

    def _change_file(self) -> None:
        self._end()
        self._place.make_way()
        self._begin(self._place.open())

    def _forget(self, number: int) -> None:
        self._views.pop(number, None)
        content = self._contents.pop(number, None)
        if content is not None:
            content.close()
        if number != NO_TRANSFER:
            self._writer.forget(number)


def place_of(path: bytes, size: int | None, files: int) -> CapturePlace:
    """Return a capture place for a path in bytes."""
    return CapturePlace(Path(os.fsdecode(path)), size, files)
