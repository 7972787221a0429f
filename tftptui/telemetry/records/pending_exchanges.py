"""Exchanges waiting to be written to the ring of packet records.

An exchange is an ACK and the window of DATA sent in reply: two records that differ
within a transfer only in time and block. There are hundreds of thousands per second, so
each costs three list entries, and all are written together when somebody reads the
ring.
"""

import sys
from array import array

_RECORD = 7
"""Words of four bytes in a record (ring.LAYOUT); the first two are the time."""

_BLOCK = 3
"""Index of the word with the block."""

_LARGEST = 0xFFFF_FFFF


class Exchanges:
    """Pending exchanges in order.

    To add one, append to all three lists; settle the ring when there are more than
    MOST.

    Attributes:
        times: wall clock, in seconds.
        blocks: acknowledged blocks; the window starts after them.
        templates: the two records with any time and block; see template_of().
    """

    MOST = 4_096

    def __init__(self) -> None:
        self.times: list[float] = []
        self.blocks: list[int] = []
        self.templates: list[bytes] = []

    def __len__(self) -> int:
        return len(self.times)

    def packed(self) -> bytearray:
        """Return the records of all pending exchanges, and clear them."""
        data = bytearray().join(self.templates)
        words = memoryview(data).cast("I")
        times = memoryview(_little_endian(array("d", self.times))).cast("B").cast("I")
        acked = memoryview(_little_endian(_words(self.blocks)))
        after = memoryview(_little_endian(_words([b + 1 for b in self.blocks])))
        pair = 2 * _RECORD
        for record in (0, _RECORD):
            words[record::pair] = times[0::2]
            words[record + 1 :: pair] = times[1::2]
        words[_BLOCK::pair] = acked
        words[_RECORD + _BLOCK :: pair] = after
        for waiting in (self.times, self.blocks, self.templates):
            waiting.clear()
        return data


def _words(blocks: list[int]) -> "array[int]":
    """Return blocks as an array, truncated to 32 bits."""
    try:
        return array("I", blocks)
    except OverflowError:
        return array("I", [block & _LARGEST for block in blocks])


def _little_endian(numbers: "array[int] | array[float]") -> "array[int] | array[float]":
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
