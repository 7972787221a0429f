"""Parses the blocks of a pcapng file (IETF draft-ietf-opsawg-pcapng)."""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec

from tftptui.telemetry.capture import pcapng

WORD, SMALLEST_BLOCK = 4, 12
SECOND = 1_000_000_000
_OLD_PACKET, _SIMPLE_PACKET = 2, 3
_COMMENT, _NAME, _RESOLUTION, _OFFSET = 1, 2, 9, 14
_MICROSECONDS = 6


class Captured(msgspec.Struct, frozen=True, gc=False):
    """One frame.

    Attributes:
        time: nanoseconds since the epoch.
        link_type: LINKTYPE_ number (tcpdump.org/linktypes).
        data: the bytes captured; ``length`` is the original length.
        interface: number, counted through the file.
        options: of pcapng, packed; comments() parses them.
        order: "<" or ">", byte order of the options.
    """

    time: int
    link_type: int
    data: bytes
    length: int
    interface: int = 0
    options: bytes = b""
    order: str = "<"

    def comments(self) -> list[str]:
        """Return the comments of the packet."""
        return [
            value.decode("utf-8", "replace")
            for code, value in _options(self.options, self.order)
            if code == _COMMENT
        ]


@dataclass(slots=True)
class Interface:
    """The description of an interface; ``per_second`` is its time resolution."""

    number: int
    link_type: int
    snaplen: int
    name: str = ""
    per_second: int = 10**_MICROSECONDS
    offset: int = 0

    def time(self, ticks: int) -> int:
        """Return nanoseconds since the epoch."""
        return ticks * SECOND // self.per_second + self.offset * SECOND


def interface(number: int, body: bytes, order: str) -> Interface:
    """Parse an interface description block.

    Raises:
        struct.error: it is too short.
    """
    link, snaplen = struct.unpack_from(f"{order}HxxI", body)
    described = Interface(number, link, snaplen)
    for code, value in _options(body[8:], order):
        if code == _NAME:
            described.name = value.decode("utf-8", "replace")
        elif code == _RESOLUTION and value:
            described.per_second = _per_second(value[0])
        elif code == _OFFSET and len(value) == 8:  # noqa: PLR2004 - bytes
            (described.offset,) = struct.unpack(f"{order}q", value)
    return described


def _enhanced(body: bytes, order: str, interfaces: list[Interface]) -> Captured:
    number, high, low, kept, length = struct.unpack_from(f"{order}IIIII", body)
    return _packet(
        body[20:], order, interfaces[number], (high << 32 | low, kept, length)
    )


def _old(body: bytes, order: str, interfaces: list[Interface]) -> Captured:
    number, high, low, kept, length = struct.unpack_from(f"{order}HxxIIII", body)
    return _packet(
        body[20:], order, interfaces[number], (high << 32 | low, kept, length)
    )


def _simple(body: bytes, order: str, interfaces: list[Interface]) -> Captured:
    (length,) = struct.unpack_from(f"{order}I", body)
    interface = interfaces[0]
    kept = min(length, interface.snaplen or length, len(body) - 4)
    return Captured(
        0, interface.link_type, body[4 : 4 + kept], length, interface.number
    )


def _packet(
    data: bytes, order: str, interface: Interface, sizes: tuple[int, int, int]
) -> Captured:
    ticks, kept, length = sizes
    frame = data[:kept]
    return Captured(
        interface.time(ticks),
        interface.link_type,
        frame,
        max(length, len(frame)),
        interface.number,
        data[kept + -kept % WORD :],
        order,
    )


PACKETS: dict[int, Callable[[bytes, str, list[Interface]], Captured]] = {
    pcapng.PACKET: _enhanced,
    _OLD_PACKET: _old,
    _SIMPLE_PACKET: _simple,
}
"""Parsers of packet blocks by block type. They raise struct.error or IndexError for
invalid blocks."""


def _options(data: bytes, order: str) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + WORD <= len(data):
        code, length = struct.unpack_from(f"{order}HH", data, at)
        if code == 0:
            return
        yield code, data[at + WORD : at + WORD + length]
        at += WORD + length + -length % WORD


def _per_second(resolution: int) -> int:
    """Return ticks per second (if_tsresol)."""
    power = resolution & 0x7F
    return 1 << power if resolution & 0x80 else 10**power
