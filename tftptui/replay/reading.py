"""A capture file on its way through: reader, dissector and rebuilding in one."""

import io
import os
import stat
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

from tftptui.engine.client import EngineError
from tftptui.replay.rebuilding import Rebuilding
from tftptui.replay.wire import wire_events
from tftptui.telemetry.capture.blocks import Captured
from tftptui.telemetry.capture.packets import Dissector
from tftptui.telemetry.capture.reader import CaptureReader, NoCaptureError
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.events import Event
from tftptui.telemetry.records.ring import PacketRing
from tftptui.telemetry.words import counted

STEP = 10_000
"""Frames of the capture that are taken at once."""

_MOST_TROUBLES = 20


class Reading:
    """Reads a capture step by step; ``with`` closes it.

    Args:
        path: of the file, or STANDARD_INPUT.
        kept_packets: records in the ring; more than one STEP makes.
        listen: gets the events that a server would have told.

    Attributes:
        name: of the file, for people.
        rebuilding: what was found so far.
        size: bytes of the file; 0 where that can't be known.
        first, last: nanoseconds since the epoch, of the first and last frame; None
            before.

    Raises:
        EngineError: the file can't be read.
    """

    def __init__(
        self,
        path: Path,
        *,
        kept_packets: int = 4 * STEP,
        listen: Callable[[Event], None] = lambda _: None,
    ) -> None:
        is_piped = path == STANDARD_INPUT
        self.name = "standard input" if is_piped else visible(os.fsencode(path))
        self.rebuilding = Rebuilding(PacketRing(kept_packets), listen)
        self.first: int | None = None
        self.last: int | None = None
        self._dissector = Dissector()
        try:
            # Closed by close(), after many steps.
            self._file = Piped() if is_piped else path.open("rb", buffering=0)
        except OSError as error:
            raise EngineError(f"cannot read {self.name}: {error.strerror}") from error
        found = os.fstat(self._file.fileno())
        self.size = found.st_size if stat.S_ISREG(found.st_mode) else 0
        self._is_counted = bool(self.size) or is_piped
        self._reader = CaptureReader(self._file)
        self._frames: Iterator[Captured] = self._reader.frames()
        self.is_over = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def step(self) -> bool:
        """Take some frames; return whether there are more.

        Raises:
            EngineError: it is no capture, or the disk can't be read.
        """
        count = 0
        try:
            for captured in islice(self._frames, STEP):
                count += 1
                self._take(captured)
        except NoCaptureError as error:
            raise EngineError(f"{self.name} is not a capture: {error}") from error
        except OSError as error:
            raise EngineError(f"cannot read {self.name}: {error.strerror}") from error
        if count < STEP:
            self.finish()
        return not self.is_over

    def finish(self) -> None:
        """Take what was read so far for all that there is."""
        if not self.is_over:
            self.is_over = True
            self._dissector.finish()
            self.rebuilding.finish()

    @property
    def frames(self) -> int:
        """Frames read so far."""
        return self._reader.packets

    @property
    def progress(self) -> float:
        """How much of the file has been read, 0 to 1; 0 where its size is unknown."""
        if self.is_over:
            return 1.0
        return min(1.0, self.position / self.size) if self.size else 0.0

    @property
    def position(self) -> int:
        """Bytes read so far; 0 where that can't be known."""
        return self._reader.position if self._is_counted else 0

    def troubles(self) -> list[str]:
        """Return what could not be read or made sense of, in sentences."""
        dissector, found = self._dissector, self._reader.troubles
        words = found[:_MOST_TROUBLES]
        if len(found) > _MOST_TROUBLES:
            words.append(f"and {len(found) - _MOST_TROUBLES} more problems")
        words += [
            f"{count} frames of link type {link}, which is not supported"
            for link, count in dissector.unknown_links.items()
        ]
        if dissector.incomplete:
            words.append(
                f"fragments of {dissector.incomplete} datagrams are missing; "
                "capture with filter: host CLIENT and (udp or icmp or icmp6)"
            )
        if dissector.maimed or dissector.headless:
            words.append(
                f"{_cut_words(dissector.cut, dissector.headless)}; "
                "to capture whole packets: tcpdump -s 0 (tftptui: no --snaplen)"
            )
        return words

    def asides(self) -> list[str]:
        """Return what was left out and why, in sentences."""
        told = (
            (self.rebuilding.orphans, "UDP datagram", "outside any transfer"),
            (self.rebuilding.copies.count, "packet", "captured twice, counted once"),
            (self._dissector.other, "frame", "without UDP"),
        )
        asides = [
            f"{counted(count, noun)} {words}" for count, noun, words in told if count
        ]
        if self._is_only_content_cut:
            words = _cut_words(self._dissector.cut, 0)
            asides.append(f"{words}; only file content is missing")
        return asides

    @property
    def _is_only_content_cut(self) -> bool:
        dissector = self._dissector
        return dissector.cut > 0 and not dissector.maimed + dissector.headless

    def _take(self, captured: Captured) -> None:
        if self.first is None:
            self.first = captured.time
        self.last = captured.time
        if heard := wire_events(captured):
            self.rebuilding.wire.take(heard)
        seen = self._dissector.take(captured)
        if seen is not None:
            self.rebuilding.take(seen)


def _cut_words(cut: int, headless: int) -> str:
    """Return how many datagrams a capture has cut, and how many it has not at all."""
    told = []
    if cut:
        told.append(f"{counted(cut, 'UDP datagram')} truncated by the capture")
    if headless:
        told.append(f"{counted(headless, 'frame')} truncated before the UDP header")
    return ", ".join(told)


STANDARD_INPUT = Path("/dev/stdin")
"""It is not opened by that name: what ssh leads here may be a socket."""

_NUMBER = 0


class Piped(io.RawIOBase):
    """Reads standard input, and leaves it open.

    It is Python, where a signal can end it between two reads: a loop in C, as that of a
    file, goes on to wait for bytes when the signal comes just before.
    """

    def __init__(self) -> None:
        self._octets = 0

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def fileno(self) -> int:
        """Return its descriptor."""
        return _NUMBER

    def tell(self) -> int:
        """Return how many bytes were read, also of a pipe."""
        return self._octets

    def readinto(  # type: ignore[override]  # io.BufferedReader gives a memoryview
        self, buffer: memoryview
    ) -> int:
        """Read what there is, at least a byte; 0 at the end."""
        octets = os.readv(_NUMBER, [buffer])
        self._octets += octets
        return octets
