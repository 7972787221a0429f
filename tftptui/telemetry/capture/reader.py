"""Streaming reader for captures: pcap and pcapng, either byte order, also gzipped.

Only the current packet is in memory, so a capture may have any size. Damaged files are
read as far as possible, and the damage is reported.
"""

import gzip
import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from tftptui.telemetry.capture import pcapng
from tftptui.telemetry.capture.blocks import (
    PACKETS,
    SECOND,
    SMALLEST_BLOCK,
    WORD,
    Captured,
    Interface,
    interface,
)

CHUNK = 128 * 1_024
"""Bytes read at once; more is not faster."""

MOST = 16 << 20
"""Maximum bytes of a packet or block; a larger length means damage."""

_GZIP = b"\x1f\x8b"
_HEAD = 4
_LATEST = 253_402_128_000 * SECOND
"""Two days before the year 10000: a valid date in every time zone."""

_PCAP = {
    b"\xd4\xc3\xb2\xa1": ("<", 1_000),
    b"\xa1\xb2\xc3\xd4": (">", 1_000),
    b"\x4d\x3c\xb2\xa1": ("<", 1),
    b"\xa1\xb2\x3c\x4d": (">", 1),
}
"""Byte order and nanoseconds per fraction, by magic number."""

_PCAPNG = pcapng.SECTION.to_bytes(4)  # the same in both byte orders
_LINK_TYPE = 0xFFFF


Stream = io.BufferedReader | gzip.GzipFile


class NoCaptureError(Exception):
    """The file is not a capture; the text says what it looks like."""


@dataclass
class CaptureReader:
    """The frames of a capture, in order.

    Attributes:
        troubles: messages about damage found so far.
        packets: frames read so far.
        interfaces: described so far, in all sections.

    Args:
        file: opened for reading, unbuffered, at its start.
    """

    file: io.RawIOBase
    troubles: list[str] = field(default_factory=list)
    packets: int = 0
    interfaces: list[Interface] = field(default_factory=list)
    _is_out_of_time: bool = False
    # kept, as its destructor closes the file
    _buffered: io.BufferedReader | None = None

    @property
    def position(self) -> int:
        """Bytes of the file read so far, for a progress bar."""
        return self.file.tell()

    def frames(self) -> Iterator[Captured]:
        """Yield all frames.

        Raises:
            NoCaptureError: it is not a capture; nothing was yielded then.
            OSError: reading failed.
        """
        buffered = self._buffered = io.BufferedReader(self.file, CHUNK)
        stream: Stream = buffered
        try:
            if buffered.peek(2)[:2] == _GZIP:
                stream = gzip.GzipFile(fileobj=buffered)
            for captured in self._packets(stream):
                self.packets += 1
                yield self._in_time(captured)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            self._trouble(f"the gzip data is damaged ({error})")

    def _packets(self, stream: Stream) -> Iterator[Captured]:
        head = stream.read(_HEAD)
        if head in _PCAP:
            return self._pcap(stream, *_PCAP[head])
        if head == _PCAPNG:
            return self._pcapng(stream, head)
        raise NoCaptureError(_what_else(head, stream))

    def _in_time(self, captured: Captured) -> Captured:
        """Return a frame with its time limited to valid dates."""
        if 0 <= captured.time <= _LATEST:
            return captured
        if not self._is_out_of_time:
            self._is_out_of_time = True
            self._trouble(
                "times before 1970 or after 9999 are shown as the nearest of these"
            )
        time = min(max(0, captured.time), _LATEST)
        return msgspec.structs.replace(captured, time=time)

    def _trouble(self, what: str) -> None:
        self.troubles.append(f"after packet {self.packets}: {what}")

    # The pcap format, draft-ietf-opsawg-pcap.

    def _pcap(self, stream: Stream, order: str, unit: int) -> Iterator[Captured]:
        rest = stream.read(20)
        if len(rest) < 20:  # noqa: PLR2004 - the header that every pcap file has
            self._trouble("the file ends within its header")
            return
        snaplen, link = struct.unpack(f"{order}12xII", rest)
        link &= _LINK_TYPE
        self.interfaces.append(Interface(0, link, snaplen))
        head = struct.Struct(f"{order}IIII")
        while (data := stream.read(head.size)) != b"":
            if len(data) < head.size:
                self._trouble(f"the file is truncated; {len(data)} bytes are unread")
                return
            seconds, fraction, kept, length = head.unpack(data)
            if kept > MOST:
                self._trouble(f"invalid packet length {kept}; the rest is not read")
                return
            frame = stream.read(kept)
            if len(frame) < kept:
                left = head.size + len(frame)
                self._trouble(f"the file is truncated; {left} bytes are unread")
                return
            time = seconds * SECOND + fraction * unit
            yield Captured(time, link, frame, max(length, kept))

    # The pcapng format, draft-ietf-opsawg-pcapng.

    def _pcapng(self, stream: Stream, head: bytes) -> Iterator[Captured]:
        order, section = "<", self.interfaces[:0]
        while head:
            length = stream.read(WORD)
            if head == _PCAPNG:
                peeked = stream.read(WORD)
                order = (
                    "<" if peeked == pcapng.BYTE_ORDER.to_bytes(4, "little") else ">"
                )
                section = []
            else:
                peeked = b""
            body = self._block(stream, order, head + length, peeked)
            if body is None:
                return
            kind = int.from_bytes(head, "little" if order == "<" else "big")
            if kind == pcapng.INTERFACE:
                section.append(self._describe(body, order))
            elif kind in PACKETS:
                try:
                    yield PACKETS[kind](body, order, section)
                except (struct.error, IndexError):
                    self._trouble("invalid packet, skipped")
            head = stream.read(_HEAD)

    def _block(
        self, stream: Stream, order: str, head: bytes, peeked: bytes
    ) -> bytes | None:
        """Return the body of a block, or None at the end."""
        if len(head) < 2 * WORD:
            self._trouble(f"the file is truncated; {len(head)} bytes are unread")
            return None
        (length,) = struct.unpack(f"{order}I", head[WORD:])
        if not SMALLEST_BLOCK <= length <= MOST or length % WORD:
            self._trouble(f"invalid block length {length}; the rest is not read")
            return None
        wanted = length - 2 * WORD - len(peeked)
        rest = stream.read(wanted) if wanted > 0 else b""
        if len(rest) < wanted:
            left = len(head) + len(peeked) + len(rest)
            self._trouble(f"the file is truncated; {left} bytes are unread")
            return None
        return (peeked + rest)[:-WORD]

    def _describe(self, body: bytes, order: str) -> Interface:
        number = len(self.interfaces)
        try:
            described = interface(number, body, order)
        except struct.error:
            self._trouble("invalid interface block")
            described = Interface(number, 0, 0)
        self.interfaces.append(described)
        return described


def _what_else(head: bytes, stream: Stream) -> str:
    if not head:
        return "it is empty"
    start = head + stream.read(12)
    if start.isascii() and start.decode("ascii").isprintable():
        return "it is text; write a capture with tcpdump -w or Wireshark"
    return f"it begins with {head.hex(' ')}, neither pcap nor pcapng"
