"""Send buffer for DATA packets."""

from collections.abc import Callable
from functools import cache, lru_cache
from struct import Struct

from tftptui.files.block_number_bytes import HIGH, LOW
from tftptui.files.source import Source
from tftptui.protocol.packets import (
    BLOCK_MODULUS,
    HEADER,
    ROLL_TO_0,
    Numbering,
    Opcode,
)

READ_AHEAD, READ_AHEAD_WINDOWS = 16_384, 49_152
"""Bytes read at once, without and with windows, if a block or window is smaller. A
client with windows is fast and rarely one of many, so more pays off."""

OF_FEW = 262_144
"""The same with few readers: more pays off, and they have the processor's cache for
themselves."""

_MOST_AHEAD = 64
"""Maximum blocks read at once: small blocks need no more, and each costs a view."""

_DATA = bytes([Opcode.DATA])
_ACK = bytes([0, Opcode.ACK, 0, 0])

_TABLES = (  # by rollover; each starts with the block of that number
    (HIGH, LOW),
    (HIGH[1:BLOCK_MODULUS] * 2, LOW[1:BLOCK_MODULUS] * 2),
)


Awaited = tuple[bytes | None, ...]
"""Datagrams to wait for; None where no window is ready to follow."""


def blocks_in(nbytes: int, block_size: int) -> int:
    """Return how many blocks fit into NBYTES bytes, up to the limit."""
    return min(_MOST_AHEAD, nbytes // (block_size + HEADER))


class Staging:
    """DATA packets of consecutive blocks, headers and data, ready to send.

    The file is read straight into the gaps between the headers, so nothing is copied,
    and several windows at once, so that not each costs a read.

    Args:
        block_size: bytes of a full block.
        window: maximum blocks requested at once.
        numbering: of the blocks on the wire.
        size: bytes of the whole file, or None: a small one needs a small buffer.
        blocks: number of blocks read at once; default: what pays off.

    Attributes:
        stride: bytes of a full packet.
        windows: the consecutive packets of each whole window in the buffer.
    """

    def __init__(
        self,
        block_size: int,
        window: int,
        numbering: Numbering = ROLL_TO_0,
        *,
        size: int | None = None,
        blocks: int | None = None,
    ) -> None:
        self.block_size = block_size
        self.stride = block_size + HEADER
        if blocks is None:
            ahead = READ_AHEAD if window == 1 else READ_AHEAD_WINDOWS
            blocks = blocks_in(ahead, block_size)
        room = max(window, blocks // window * window)
        self._room = room if size is None else min(room, size // block_size + 1)
        self._low_end = numbering.rollover
        self._high, self._low = _TABLES[numbering.rollover]
        data = self._data = bytearray(self._room * self.stride)
        data[1 :: self.stride] = _DATA * self._room
        view = self._view = memoryview(data)
        self._high_bytes = slice(2, None, self.stride)
        self._low_bytes = slice(3, None, self.stride)
        starts = range(0, len(data), self.stride)
        self._gaps = [view[at + HEADER : at + self.stride] for at in starts]
        step = window * self.stride
        whole = range(0, len(data) - step + 1, step)
        self.windows = [view[at : at + step] for at in whole]
        self._window = window
        self._awaited: Awaited = ()
        self._first = self._bytes_held = 0
        self._at = 0
        self._is_end = False

    def fill(self, source: Source, first: int, count: int) -> int:
        """Stage COUNT blocks from FIRST on; return their data bytes.

        Raises:
            SourceChangedError, OSError: reading failed.
        """
        at = first - self._first
        full = self._bytes_held // self.block_size
        is_held = at + count <= full or (self._is_end and at <= full)
        if not self._first or at < 0 or not is_held:
            self.read(source, first)
            at = 0
        self._at = at
        held = self._bytes_held - at * self.block_size
        return max(0, min(held, count * self.block_size))

    def window_after(self, source: Source, block: int) -> int | None:
        """Stage the blocks after BLOCK; return their index in ``windows``.

        None if no whole window starts there.

        Raises:
            SourceChangedError, OSError: reading failed.
        """
        index, amid = divmod(block + 1 - self._first, self._window)
        is_staged = self._first and 0 <= index < len(self.windows)
        if amid or not is_staged:  # inside a window
            self.read(source, block + 1)
            return 0
        return index

    @property
    def awaited(self) -> Awaited:
        """The ACK that the client must send before each of ``windows``.

        Only for whole windows in the buffer; the last element is None.
        """
        if not self._awaited:
            size = self._window * self.block_size
            count = self._bytes_held // size if self._first else 0
            end = self._first - 1 + count * self._window
            self._awaited = _acks(range(self._first - 1, end, self._window))
        return self._awaited

    @property
    def is_read(self) -> bool:
        """True if anything is staged."""
        return self._first > 0

    def packet(self, index: int, payload: int) -> memoryview:
        """Return packet INDEX of the last fill() with PAYLOAD bytes of data."""
        start = (self._at + index) * self.stride
        return self._view[start : start + HEADER + payload]

    def packets(self, count: int, nbytes: int) -> memoryview:
        """Return the COUNT packets of the last fill(), with NBYTES bytes of data."""
        start = self._at * self.stride
        return self._view[start : start + count * HEADER + nbytes]

    def read(self, source: Source, first: int) -> None:
        """Stage as many blocks from FIRST on as fit.

        Raises:
            SourceChangedError, OSError: reading failed.
        """
        self._first, self._awaited = 0, ()  # invalid if reading fails
        data, room = self._data, self._room
        held = source.read_into(self._gaps, (first - 1) * self.block_size)
        self._bytes_held, self._is_end = held, held < room * self.block_size
        start = (first - self._low_end) % (BLOCK_MODULUS - self._low_end)
        data[self._high_bytes] = self._high[start : start + room]
        data[self._low_bytes] = self._low[start : start + room]
        self._first = first


class Scratch(Staging):
    """A buffer for one window, shared by many transfers: each fill() reads it.

    The content belongs to the caller until the next fill().
    """

    def fill(self, source: Source, first: int, count: int) -> int:
        """Stage COUNT blocks from FIRST on; see Staging."""
        self.read(source, first)
        self._at = 0
        return max(0, min(self._bytes_held, count * self.block_size))

    def window_after(self, source: Source, block: int) -> int:
        """Stage the window after BLOCK; return its index, 0."""
        self.fill(source, block + 1, self._window)
        return 0

    @property
    def awaited(self) -> Awaited:
        """None: nothing staged here lasts until an ACK."""
        return (None, None)


class Whole(Staging):
    """All blocks of a small file, for many transfers: read once.

    Args:
        size: bytes of the file.
    """

    def __init__(
        self, block_size: int, window: int, numbering: Numbering, size: int
    ) -> None:
        blocks = size // block_size + 1
        super().__init__(
            block_size, window, numbering, blocks=blocks + -blocks % window
        )

    def fill(self, source: Source, first: int, count: int) -> int:
        """Stage COUNT blocks from FIRST on; see Staging."""
        if not self._first:
            self.read(source, 1)
        at = self._at = first - 1
        held = self._bytes_held - at * self.block_size
        return max(0, min(held, count * self.block_size))

    def window_after(self, source: Source, block: int) -> int | None:
        """Stage all; return the index in ``windows`` after BLOCK, or None."""
        if not self._first:
            self.read(source, 1)
        return None if block % self._window else block // self._window


@lru_cache(maxsize=16)
def scratch(block_size: int, window: int, rollover: int = 0) -> Scratch:
    """Return the buffer shared by all transfers with this block size and window."""
    return Scratch(block_size, window, Numbering(rollover), blocks=0)


def _acks(blocks: range) -> Awaited:
    """Return the ACK of each of these blocks, then None."""
    count, step = len(blocks), blocks.step
    start = blocks.start % BLOCK_MODULUS
    data = bytearray(_ACK * count)
    if count:
        end = start + count * step
        data[2::HEADER] = HIGH[start:end:step]
        data[3::HEADER] = LOW[start:end:step]
    return (*_headers(count)(data), None)


@cache
def _headers(count: int) -> Callable[[bytearray], tuple[bytes, ...]]:
    """Return the function that splits so many headers."""
    return Struct(f"{HEADER}s" * count).unpack
