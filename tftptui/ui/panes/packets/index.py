"""The records that a view shows, searched in slices so that the UI stays responsive."""

from array import array
from bisect import bisect_left

from tftptui.telemetry.records.columns import Columns, both
from tftptui.telemetry.records.filters.matching import Matcher
from tftptui.ui.panes.packets.search import PacketSource

SLICE = 32_768
"""Records per slice: a few milliseconds."""

MOST_FORWARD = 4 * SLICE
"""New records up to which all are processed at once."""


class PacketIndex:
    """Numbers of the records that match, and of those that show trouble.

    Covers the records ``low`` to ``high`` - 1. Call forward() for new records, and
    backward() repeatedly for older ones, newest first.

    Attributes:
        matcher: None matches all records; ``rows`` is not kept then.
        resent, errors: numbers of the matching retransmissions and errors.
    """

    def __init__(self, matcher: Matcher | None = None) -> None:
        self.matcher = matcher
        self.low = self.high = 0
        self.rows = array("Q")
        self.resent = array("Q")
        self.errors = array("Q")

    def begin(self, at: int) -> None:
        """Start with an empty index; records from AT on are new."""
        self.low = self.high = at
        self.rows, self.resent, self.errors = array("Q"), array("Q"), array("Q")

    def trim(self, first: int) -> None:
        """Drop records before FIRST."""
        if first > self.high:
            self.begin(first)
            return
        self.low = max(self.low, first)
        for numbers in (self.rows, self.resent, self.errors):
            if numbers and numbers[0] < first:
                del numbers[: bisect_left(numbers, first)]

    def forward(self, source: PacketSource, end: int) -> None:
        """Index new records before END; if there are too many, only the last ones."""
        if end - self.high > MOST_FORWARD:
            self.begin(end)
        while self.high < end:
            until = min(end, self.high + SLICE)
            rows, resent, errors = self._found(source, self.high, until)
            self.rows += rows
            self.resent += resent
            self.errors += errors
            self.high = until

    def backward(self, source: PacketSource) -> bool:
        """Index one slice of older records; return whether there are more."""
        first = source.first
        if self.low > first:
            begin = max(first, self.low - SLICE)
            rows, resent, errors = self._found(source, begin, self.low)
            self.rows = rows + self.rows
            self.resent = resent + self.resent
            self.errors = errors + self.errors
            self.low = begin
        return self.low > first

    def _found(
        self, source: PacketSource, begin: int, end: int
    ) -> tuple["array[int]", "array[int]", "array[int]"]:
        begin = max(begin, source.first)
        columns = Columns(source.packed(begin, end), begin, source.notes_between)
        resent, errors = columns.resent, columns.errors
        if self.matcher is None:
            return array("Q"), columns.chosen(resent), columns.chosen(errors)
        mask = self.matcher.mask(columns)
        return (
            columns.chosen(mask),
            columns.chosen(both(mask, resent)),
            columns.chosen(both(mask, errors)),
        )
