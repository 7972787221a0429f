"""ICMP errors for one transfer: when to believe them, and how many to journal.

They are easy to forge, and may be late. A sender that guesses both ports must neither
end a running transfer nor flood the journal.
"""

from tftptui.server.access_list import neighbourhood
from tftptui.server.rate_limits import Bucket, Rate
from tftptui.telemetry.events import Suppressed

ENOUGH = 2
"""Port-unreachable errors in a row, each for a different packet, that are believed."""

LINES = Rate(per_second=1 / 60, burst=20)
"""Rate of journaled errors per transfer."""


class ClosedPort:
    """Counts ICMP reports that the client's port is closed.

    A report counts only if a packet was sent since the last one that counted. Progress
    of the client resets the count.
    """

    __slots__ = ("_count", "_moved", "_sent")

    def __init__(self) -> None:
        self._count, self._sent, self._moved = 0, -1, 0.0

    def is_sure(self, sent: int, moved: float) -> bool:
        """Count one report; return whether the port is surely closed.

        Args:
            sent: number of packets sent or resent; any growing count.
            moved: time of the client's last progress, by any clock.
        """
        if moved != self._moved:
            self._count, self._moved, self._sent = 0, moved, -1
        if sent != self._sent:
            self._count, self._sent = self._count + 1, sent
        return self._count >= ENOUGH


class ReportLimit:
    """Limits the ICMP events of one transfer. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._lines = Bucket(LINES)
        self._count, self._since = 0, 0.0

    def is_reported(self, now: float) -> bool:
        """Return whether an error at this time is journaled; if not, count it."""
        if self._lines.take(1, now):
            return True
        if not self._count:
            self._since = now
        self._count += 1
        return False

    def summary(self, client: str, now: float, wall: float) -> Suppressed | None:
        """Return the event for suppressed errors, or None."""
        if not self._count:
            return None
        return Suppressed(
            time=wall,
            reason="icmp",
            network=neighbourhood(client),
            count=self._count,
            seconds=round(now - self._since, 3),
        )
