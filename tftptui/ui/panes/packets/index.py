"""Which records a view shows, found piece by piece so that nothing waits for it."""

from array import array
from bisect import bisect_left

from tftptui.telemetry.records.columns import Columns, both
from tftptui.telemetry.records.filters.matching import Matcher
from tftptui.ui.panes.packets.search import PacketSource

SLICE = 32_768
"""Records looked at in one go: a few milliseconds."""

MOST_FORWARD = 4 * SLICE
"""News up to which all is looked at at once."""


class PacketIndex:
    """Numbers of the records that a matcher means, and of those that show trouble.

    It knows about records ``low`` to ``high`` - 1. News is taken in by forward(); what
    was there before, by calling backward() again and again, newest first.

    Attributes:
        matcher: None means all records; ``rows`` is not kept then.
        resent, errors: numbers among them of what we sent again, and of errors.
    """

    def __init__(self, matcher: Matcher | None = None) -> None:
        self.matcher = matcher
        self.low = self.high = 0
        self.rows = array("Q")
        self.resent = array("Q")
        self.errors = array("Q")

    def begin(self, at: int) -> None:
        """Know nothing but that records from AT on are news."""
        self.low = self.high = at
        self.rows, self.resent, self.errors = array("Q"), array("Q"), array("Q")

    def trim(self, first: int) -> None:
        """Forget what is not kept any more."""
        if first > self.high:
            self.begin(first)
            return
        self.low = max(self.low, first)
        for numbers in (self.rows, self.resent, self.errors):
            if numbers and numbers[0] < first:
                del numbers[: bisect_left(numbers, first)]

    def forward(self, source: PacketSource, end: int) -> None:
        """Take in what has come before END; if that is too much, the last of it."""
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
        """Take in one slice of what was there before; tell whether there is more."""
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
