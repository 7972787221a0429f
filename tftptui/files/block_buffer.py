"""Receive buffer for DATA packets."""

from struct import Struct

from tftptui.files.block_number_bytes import HIGH, LOW
from tftptui.protocol.packets import HEADER, Opcode

GATHERED = 65_536
"""Maximum bytes buffered before they are written."""

_MOST_PLACES = 1_024  # per write; the limit of Linux (IOV_MAX)
_DATA = bytes([Opcode.DATA])
_FIRST = Opcode.DATA << 16
_pack = Struct(">I").pack


class Landing:
    """A buffer for DATA packets of consecutive blocks, one slot each.

    The data is written to disk from there, many blocks per call, without copying.

    Args:
        block_size: bytes of a full block.
        window: blocks per ACK; the buffer holds whole windows if they fit.
        size: announced file size in bytes, or None: a small file needs a small buffer.

    Attributes:
        full: bytes of a full packet.
        places: slots to receive packets into, in order; each has one extra byte, so
            that an oversized block is noticed, not truncated.
    """

    def __init__(self, block_size: int, window: int, size: int | None = None) -> None:
        self.full = block_size + HEADER
        pitch = self._pitch = self.full + 1
        room = min(_MOST_PLACES, max(1, GATHERED // pitch))
        if size is not None:
            room = min(room, size // block_size + 1)
        room = room // window * window or room
        buffer = self._buffer = bytearray(room * pitch)
        view = memoryview(buffer)
        starts = range(0, len(buffer), pitch)
        self.places = [view[at : at + pitch] for at in starts]
        self._data = [view[at + HEADER : at + self.full] for at in starts]
        self._codes, self._zeros = _DATA * room, bytes(room)

    def expected(self, at: int, count: int, first: int) -> int:
        """Return how many of COUNT packets are DATA of the blocks from FIRST on.

        They are full and in the slots from AT on; the count ends at the first other
        packet.
        """
        buffer, pitch, number = self._buffer, self._pitch, first & 0xFFFF
        start = at * pitch
        if count == 1:
            return int(buffer[start : start + HEADER] == _pack(_FIRST | number))
        stop, last = (at + count) * pitch, number + count
        if (
            buffer[start + 3 : stop : pitch] == LOW[number:last]
            and buffer[start + 2 : stop : pitch] == HIGH[number:last]
            and buffer[start + 1 : stop : pitch] == self._codes[:count]
            and buffer[start:stop:pitch] == self._zeros[:count]
        ):
            return count
        heads = (buffer[place : place + HEADER] for place in range(start, stop, pitch))
        blocks = range(first, first + count)
        wanted = (_pack(_FIRST | block & 0xFFFF) for block in blocks)
        matches = [head == due for head, due in zip(heads, wanted, strict=True)]
        return matches.index(False)

    def packet(self, at: int, nbytes: int) -> bytes:
        """Return a copy of the packet in slot AT, of NBYTES bytes."""
        return bytes(self.places[at][:nbytes])

    def data(self, count: int) -> list[memoryview]:
        """Return the data of the full packets in the first COUNT slots."""
        return self._data if count == len(self._data) else self._data[:count]
