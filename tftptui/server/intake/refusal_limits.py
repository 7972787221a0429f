"""Limits on how many refusals are journaled, so that a flood cannot fill the disk.

The first refusals for each reason and network are written one by one. What exceeds the
rate is counted and written as a summary every ten seconds.
"""

from collections import Counter
from dataclasses import dataclass

from tftptui.server.access_list import neighbourhood
from tftptui.server.rate_limits import Bucket, Rate, RateTable
from tftptui.telemetry.events import Suppressed

NETWORK_LINES = Rate(per_second=1, burst=1_000)
"""Rate of refusals written for each reason and client network."""

ALL_LINES = Rate(per_second=2, burst=3_000)
"""Rate of refusals written in all."""

SUMMARY_INTERVAL = 10.0
"""Seconds between summaries of suppressed refusals."""

KEPT_NETWORKS = 16
"""Networks named in a summary; the rest are counted together."""

_KEPT_KEYS = 4_096


@dataclass(frozen=True, slots=True)
class Summary:
    """Refusals that were counted, not written.

    Attributes:
        reason: why requests were refused, or see Suppressed.
        network: of the clients; None for all networks beyond KEPT_NETWORKS.
        count: number of refusals.
        seconds: the time they span.
    """

    reason: str
    network: str | None
    count: int
    seconds: float

    def event(self, wall: float) -> Suppressed:
        """Return the journal event for this summary."""
        return Suppressed(
            time=wall,
            reason=self.reason,
            network=self.network,
            count=self.count,
            seconds=self.seconds,
        )


class Silenced:
    """Counts suppressed refusals by reason and network."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str | None]] = Counter()
        self._since = 0.0

    def count(self, reason: str, network: str | None, now: float) -> None:
        """Count one refusal; networks beyond KEPT_NETWORKS share a counter."""
        if not self._counts:
            self._since = now
        known = (reason, network) in self._counts
        has_room = known or len(self._counts) < KEPT_NETWORKS
        self._counts[reason, network if has_room else None] += 1

    def due_summaries(self, now: float) -> list[Summary]:
        """Return the summaries if SUMMARY_INTERVAL is over, else nothing."""
        if not self._counts or now - self._since < SUMMARY_INTERVAL:
            return []
        return self.take_summaries(now)

    def take_summaries(self, now: float) -> list[Summary]:
        """Return summaries of everything counted, and reset the counts."""
        counts, self._counts = self._counts, Counter()
        seconds = round(now - self._since, 3)
        return [
            Summary(reason, network, count, seconds)
            for (reason, network), count in counts.items()
        ]


class Gate(Silenced):
    """Decides which refusals are written. Times are monotonic seconds."""

    def __init__(self) -> None:
        super().__init__()
        self._networks = RateTable(NETWORK_LINES, _KEPT_KEYS)
        self._all = Bucket(ALL_LINES)

    def passes(self, reason: str, client: str, now: float) -> bool:
        """Return whether a refusal is written; if not, count it."""
        network = neighbourhood(client)
        if self._networks.take((reason, network), now) and self._all.take(1, now):
            return True
        self.count(reason, network, now)
        return False
