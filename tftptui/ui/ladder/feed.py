"""Reads the records of one transfer from the store, a bounded number at a time."""

from collections import deque

from tftptui.telemetry.records.columns import Columns, within
from tftptui.ui.ladder.items import Ladder
from tftptui.ui.ladder.series import Series
from tftptui.ui.store import Store

SLICE = 32_768
"""Records searched per call."""

MOST = 2_000
"""Matching records added per call: some milliseconds."""

_NEARLY_ALL = 0.98
"""Share from which on progress is not shown: the rest comes with the next slice."""

EARLIER = 1.0
"""Seconds that a transfer's records may precede its start."""


class LadderFeed:
    """Fills a ladder and its series; call read() until it returns False.

    Attributes:
        is_whole: False if the first packets are no longer kept.
    """

    def __init__(self, store: Store, number: int) -> None:
        self.ladder, self.series = Ladder(), Series()
        self.is_whole = True
        self._store, self._number = store, number
        self._first = self._next = self._begin()
        self._found: deque[int] = deque()

    @property
    def read_so_far(self) -> float | None:
        """The share of the kept records searched so far, 0 to 1; None: nearly all."""
        whole = self._store.packets.next - self._first
        share = (self._next - len(self._found) - self._first) / max(1, whole)
        return max(0.0, share) if share < _NEARLY_ALL and whole else None

    def read(self) -> bool:
        """Read another slice; return whether there is more."""
        ring = self._store.packets
        view = self._store.transfers.get(self._number)
        if view is not None:
            self.series.block_size = view.block_size
            self.ladder.round_trip = view.round_trip or 0.0
        if not self._found and self._next < ring.next:
            begin = max(self._next, ring.first)
            self.is_whole = self.is_whole and begin == self._next
            self._next = min(ring.next, begin + SLICE)
            columns = Columns(ring.packed(begin, self._next), begin)
            mask = within(columns.transfers, {self._number})
            self._found.extend(columns.chosen(mask))
        for _ in range(min(MOST, len(self._found))):
            self._take(self._found.popleft())
        return bool(self._found) or self._next < ring.next

    def _take(self, sequence: int) -> None:
        ring = self._store.packets
        try:
            record = ring.record(sequence)
        except IndexError:
            self.is_whole = False
            return
        self.ladder.add(sequence, record, ring.note(sequence))
        self.series.add(record)

    def _begin(self) -> int:
        """Return the first record that may belong to the transfer."""
        ring, view = self._store.packets, self._store.transfers.get(self._number)
        low, high = ring.first, ring.next
        if view is None:
            return low
        while low < high:
            middle = (low + high) // 2
            if ring.record(middle).time < view.started - EARLIER:
                low = middle + 1
            else:
                high = middle
        if low == ring.first and low > 0 and self._starts_late(view.started):
            self.is_whole = False
        return low

    def _starts_late(self, started: float) -> bool:
        ring = self._store.packets
        return ring.first < ring.next and ring.record(ring.first).time > started
