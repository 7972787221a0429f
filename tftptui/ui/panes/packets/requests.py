"""When the request of a transfer came: the zero of the time since then."""

from bisect import bisect_right

from tftptui.telemetry.records.ring import Kind
from tftptui.telemetry.views import TransferView
from tftptui.ui.panes.packets.search import PacketSource, before

MOST = 1_000
"""Transfers whose request is remembered."""

SLACK, CLOSE = 0.05, 1e-6
"""Seconds by which records may be out of order, and what is the same moment."""


class Requests:
    """Finds requests in records, each of them once."""

    def __init__(self) -> None:
        self._times: dict[tuple[int, float], float] = {}

    def time_of(self, source: PacketSource, view: TransferView | None) -> float | None:
        """Return when it came: a transfer begins a moment later, when all is agreed.

        Where it is not kept, the beginning of the transfer has to do.
        """
        if view is None:
            return None
        key = view.number, view.started
        found = self._times.get(key)
        if found is None:
            found = _found(source, view)
            if found is None and not source.first:
                return view.started  # it may come yet
            if len(self._times) >= MOST:
                self._times.clear()
            found = self._times[key] = view.started if found is None else found
        return found


def _found(source: PacketSource, view: TransferView) -> float | None:
    numbers = range(source.first, source.next)
    end = bisect_right(
        numbers, view.started + SLACK, key=lambda number: source.record(number).time
    )
    for record in before(source, source.first + end, view.number):
        is_request = record.kind in (Kind.RRQ, Kind.WRQ)
        if is_request and record.time <= view.started + CLOSE:
            return record.time
    return None
