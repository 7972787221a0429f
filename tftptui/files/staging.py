"""Blocks of a file on their way to the wire."""

from tftptui.files.sources import Source
from tftptui.protocol.packets import BLOCK_MODULUS, HEADER, Opcode

# Twice around, so that a window's numbers are one slice, the wrap to 0 included.
_HIGH = bytes(block >> 8 for block in range(BLOCK_MODULUS)) * 2
_LOW = bytes(block & 0xFF for block in range(BLOCK_MODULUS)) * 2


class Staging:
    """Room for one window of DATA packets, each a header and its data.

    The file is read straight into the gaps, so no octet is copied twice.
    """

    def __init__(self, block_size: int, window: int) -> None:
        self.block_size = block_size
        self._stride = block_size + HEADER
        self._octets = bytearray(window * self._stride)
        self._octets[1 :: self._stride] = bytes([Opcode.DATA]) * window
        self._view = memoryview(self._octets)
        self._gaps = [
            self._view[start + HEADER : start + self._stride]
            for start in range(0, len(self._octets), self._stride)
        ]

    def fill(self, source: Source, first: int, count: int) -> int:
        """Stage COUNT blocks from FIRST on; return the data octets they hold."""
        octets = source.read_into(self._gaps[:count], (first - 1) * self.block_size)
        end, stride, block16 = count * self._stride, self._stride, first % BLOCK_MODULUS
        self._octets[2:end:stride] = _HIGH[block16 : block16 + count]
        self._octets[3:end:stride] = _LOW[block16 : block16 + count]
        return octets

    def packet(self, index: int, payload: int) -> memoryview:
        """Return staged packet INDEX with PAYLOAD octets of data."""
        start = index * self._stride
        return self._view[start : start + HEADER + payload]
