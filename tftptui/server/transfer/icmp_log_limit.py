"""How many ICMP errors for one transfer are written down one by one.

They are easily forged: without a bound each would be a line of the journal.
"""

from tftptui.server.access_list import neighbourhood
from tftptui.server.rate_limits import Bucket, Rate
from tftptui.telemetry.events import Suppressed

LINES = Rate(per_second=1 / 60, burst=20)
"""Errors told for each transfer: enough to know it, and whether it goes on."""


class Complaints:
    """The ICMP errors for one transfer. Times are of one monotonic clock, seconds."""

    def __init__(self) -> None:
        self._lines = Bucket(LINES)
        self._count, self._since = 0, 0.0

    def is_told(self, now: float) -> bool:
        """Whether one that comes now is told; if not, it is counted."""
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
