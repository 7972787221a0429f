"""ICMP errors for one transfer: when to believe them, and how many to write down.

They are easily forged, and may be late. A sender who guesses both ports must neither
end a running transfer nor fill the journal.
"""

from tftptui.server.access_list import neighbourhood
from tftptui.server.rate_limits import Bucket, Rate
from tftptui.telemetry.events import Suppressed

ENOUGH = 2
"""Reports of a closed port in a row, each in answer to another packet."""

LINES = Rate(per_second=1 / 60, burst=20)
"""Errors told for each transfer: enough to know it, and whether it goes on."""


class ClosedPort:
    """Counts reports that the client's port is closed.

    A report counts only if something was sent since the last that counted, and none
    does once the client has moved on after it.
    """

    __slots__ = ("_count", "_moved", "_sent")

    def __init__(self) -> None:
        self._count, self._sent, self._moved = 0, -1, 0.0

    def is_sure(self, sent: int, moved: float) -> bool:
        """Take one report; return whether it is sure by now.

        Args:
            sent: how often something was sent, or sent again; any count that grows.
            moved: when the client made progress last, by any clock.
        """
        if moved != self._moved:
            self._count, self._moved, self._sent = 0, moved, -1
        if sent != self._sent:
            self._count, self._sent = self._count + 1, sent
        return self._count >= ENOUGH


class ReportLimit:
    """Limits the events of one transfer. Times are of one monotonic clock, seconds."""

    def __init__(self) -> None:
        self._lines = Bucket(LINES)
        self._count, self._since = 0, 0.0

    def is_told(self, now: float) -> bool:
        """Whether one that comes now is reported; if not, it is counted."""
        if self._lines.take(1, now):
            return True
        if not self._count:
            self._since = now
        self._count += 1
        return False

    def summary(self, client: str, now: float, wall: float) -> Suppressed | None:
        """Return the event for those that were not told, if there are any."""
        if not self._count:
            return None
        return Suppressed(
            time=wall,
            reason="icmp",
            network=neighbourhood(client),
            count=self._count,
            seconds=round(now - self._since, 3),
        )
