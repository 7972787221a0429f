"""Column views of packed packet records.

One field of many records is a slice with a stride, and a test on it a table lookup in
C: a million records take some hundredths of a second. A *mask* has one byte per record:
1 if a condition holds, else 0.
"""

from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import compress
from struct import Struct, calcsize

from tftptui.telemetry.records.ring import LAYOUT, RECORD, Flag, Kind

_BLOCK_AT = calcsize("<dI")
_TRANSFER_AT = calcsize("<d")
_COUNT_AT = calcsize("<dII")
_CLIENT_TID_AT = _COUNT_AT + 2
_SERVER_TID_AT = _COUNT_AT + 4
_BYTES_AT = _COUNT_AT + 6
_KIND_AT = _COUNT_AT + 8
_ATTEMPT_AT = _KIND_AT + 1
_FLAGS_AT = _KIND_AT + 2
_TIME = Struct(f"<d{LAYOUT.size - _TRANSFER_AT}x")
_VALUES = range(256)

ERROR_KINDS = frozenset(
    {
        Kind.ERROR,
        Kind.ERROR_RECEIVED,
        Kind.ICMP,
        Kind.LOST,
        Kind.MALFORMED,
        Kind.STRAY,
    }
)
"""Kinds of records that show a problem."""


def table(holds: Callable[[int], object]) -> bytes:
    """Return a bytes.translate() table with 1 for byte values that satisfy HOLDS."""
    return bytes(bool(holds(value)) for value in _VALUES)


_AGAIN = table(lambda attempt: attempt > 1)
_SHOWS_LOSS = table((Flag.LOST_TO_CLIENT | Flag.LOST_TO_SERVER).__and__)
_IS_ERROR = table(lambda kind: kind in ERROR_KINDS)
FLAGGED = {flag: table(flag.__and__) for flag in Flag}
"""Table for each flag, with 1 where it is set."""


class Columns:
    """Packed RECORDS, numbered from FIRST on.

    Args:
        records: packed, in order.
        first: number of the first one.
        notes: returns the notes of records in a range of numbers (end excluded).
    """

    def __init__(
        self,
        records: bytes,
        first: int = 0,
        notes: Callable[[int, int], Mapping[int, str]] | None = None,
    ) -> None:
        self.first = first
        self._records = records
        self._notes = notes

    def __len__(self) -> int:
        return len(self._records) // RECORD

    @property
    def end(self) -> int:
        """Number after the last record."""
        return self.first + len(self)

    # Columns

    @cached_property
    def kinds(self) -> bytes:
        """One Kind per record."""
        return self._records[_KIND_AT::RECORD]

    @cached_property
    def attempts(self) -> bytes:
        """Attempts."""
        return self._records[_ATTEMPT_AT::RECORD]

    @cached_property
    def flags(self) -> bytes:
        """Flags; they all fit into the low byte."""
        return self._records[_FLAGS_AT::RECORD]

    @property
    def transfers(self) -> "memoryview[int]":
        """Transfer numbers."""
        return self._longs(_TRANSFER_AT)

    @property
    def blocks(self) -> "memoryview[int]":
        """Numbers of the (first) blocks."""
        return self._longs(_BLOCK_AT)

    @property
    def counts(self) -> "memoryview[int]":
        """Blocks in each run."""
        return self._shorts(_COUNT_AT)

    @property
    def client_tids(self) -> "memoryview[int]":
        """Client ports."""
        return self._shorts(_CLIENT_TID_AT)

    @property
    def server_tids(self) -> "memoryview[int]":
        """Server ports."""
        return self._shorts(_SERVER_TID_AT)

    @property
    def sizes(self) -> "memoryview[int]":
        """Bytes, modulo 65536 for runs."""
        return self._shorts(_BYTES_AT)

    @property
    def times(self) -> Iterator[float]:
        """Wall clock times."""
        return (time for (time,) in _TIME.iter_unpack(self._records))

    @cached_property
    def ends_in_time(self) -> tuple[float, float]:
        """The times of the first and the last record."""
        last = len(self._records) - RECORD
        return (
            _TIME.unpack_from(self._records)[0],
            _TIME.unpack_from(self._records, last)[0],
        )

    @cached_property
    def notes(self) -> Mapping[int, str]:
        """Notes by record number."""
        return self._notes(self.first, self.end) if self._notes else {}

    # Masks

    @property
    def resent(self) -> bytes:
        """Mask of packets we resent."""
        return self.attempts.translate(_AGAIN)

    @property
    def losses(self) -> bytes:
        """Mask of packets that show a loss in a capture."""
        return self.flags.translate(_SHOWS_LOSS)

    @property
    def errors(self) -> bytes:
        """Mask of records that show a problem."""
        return self.kinds.translate(_IS_ERROR)

    def mask_of(self, numbers: Iterable[int]) -> bytes:
        """Return the mask with 1 for these records."""
        mask = bytearray(len(self))
        for number in numbers:
            mask[number - self.first] = 1
        return bytes(mask)

    def chosen(self, mask: bytes) -> "array[int]":
        """Return the numbers of the records with 1 in MASK."""
        return array("Q", compress(range(self.first, self.end), mask))

    def _longs(self, at: int) -> "memoryview[int]":
        return memoryview(self._records).cast("I")[at // 4 :: RECORD // 4]

    def _shorts(self, at: int) -> "memoryview[int]":
        return memoryview(self._records).cast("H")[at // 2 :: RECORD // 2]


def within(column: Iterable[int], wanted: Collection[int]) -> bytes:
    """Return the mask of numbers in WANTED, a set or a range."""
    return bytes(map(wanted.__contains__, column))


def both(one: bytes, other: bytes) -> bytes:
    """Return the bitwise AND of two masks."""
    joined = int.from_bytes(one) & int.from_bytes(other)
    return joined.to_bytes(len(one))


def either(one: bytes, other: bytes) -> bytes:
    """Return the bitwise OR of two masks."""
    joined = int.from_bytes(one) | int.from_bytes(other)
    return joined.to_bytes(len(one))


_OTHER = bytes([1, 0])


def neither(mask: bytes) -> bytes:
    """Return the inverted mask."""
    return mask.translate(_OTHER.ljust(256, b"\0"))
