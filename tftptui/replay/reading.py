"""Reads a capture file: reader, dissector and rebuilding in one."""

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
"""Frames read per step."""

_MOST_TROUBLES = 20


class Reading:
    """Reads a capture step by step; ``with`` closes it.

    Args:
        path: of the file, or STANDARD_INPUT.
        kept_packets: size of the ring; must be more than one STEP produces.
        listen: callback for the events that a server would emit.

    Attributes:
        name: of the file, for people.
        rebuilding: the results so far.
        size: bytes of the file; 0 if unknown.
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
        """Read some frames; return whether there are more.

        Raises:
            EngineError: it is not a capture, or reading failed.
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
        """End here: treat what was read so far as the whole capture."""
        if not self.is_over:
            self.is_over = True
            self._dissector.finish()
            self.rebuilding.finish()

    @property
    def frames(self) -> int:
        """Number of frames read so far."""
        return self._reader.packets

    @property
    def progress(self) -> float:
        """Share of the file read so far, 0 to 1; 0 if its size is unknown."""
        if self.is_over:
            return 1.0
        return min(1.0, self.position / self.size) if self.size else 0.0

    @property
    def position(self) -> int:
        """Bytes read so far; 0 if unknown."""
        return self._reader.position if self._is_counted else 0

    def troubles(self) -> list[str]:
        """Return what could not be read or interpreted, in sentences."""
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
        counts = (
            (self.rebuilding.orphans, "UDP datagram", "outside any transfer"),
            (self.rebuilding.copies.count, "packet", "captured twice, counted once"),
            (self._dissector.other, "frame", "without UDP"),
        )
        asides = [
            f"{counted(count, noun)} {words}" for count, noun, words in counts if count
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
    """Return how many datagrams are truncated, and how many lost their header."""
    parts = []
    if cut:
        parts.append(f"{counted(cut, 'UDP datagram')} truncated by the capture")
    if headless:
        parts.append(f"{counted(headless, 'frame')} truncated before the UDP header")
    return ", ".join(parts)


STANDARD_INPUT = Path("/dev/stdin")
"""Not opened by this name: under ssh it may be a socket."""

_NUMBER = 0


class Piped(io.RawIOBase):
    """Reads standard input, and leaves it open.

    In Python, a signal can interrupt it between two reads; a read loop in C, as that of
    a file, would block again if the signal arrives just before.
    """

    def __init__(self) -> None:
        self._nbytes = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def fileno(self) -> int:
        """Return its file descriptor."""
        return _NUMBER

    def tell(self) -> int:
        """Return how many bytes were read, also for a pipe."""
        return self._nbytes

    def readinto(  # type: ignore[override]  # io.BufferedReader gives a memoryview
        self, buffer: memoryview
    ) -> int:
        """Read available bytes, at least one; 0 at the end."""
        nbytes = os.readv(_NUMBER, [buffer])
        self._nbytes += nbytes
        return nbytes
