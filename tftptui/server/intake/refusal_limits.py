"""How much of a flood gets into the journal, so that none can fill a disk.

The first refusals of each kind and network are written one by one; what comes
faster is counted, and told in one line every ten seconds.
"""

from collections import Counter
from dataclasses import dataclass

from tftptui.server.access_list import neighbourhood
from tftptui.server.rate_limits import Bucket, Rate, RateTable
from tftptui.telemetry.events import Suppressed

NETWORK_LINES = Rate(per_second=1, burst=1_000)
"""Refusals written for each reason and network of clients."""

ALL_LINES = Rate(per_second=2, burst=3_000)
"""Refusals written in all."""

SUMMARY_INTERVAL = 10.0
"""Seconds between summaries of what was not written."""

KEPT_NETWORKS = 16
"""Networks that a summary names; the rest are counted together."""

_KEPT_KEYS = 4_096


@dataclass(frozen=True, slots=True)
class Summary:
    """What was not written one by one.

    Attributes:
        reason: why requests were refused, or see Suppressed.
        network: of the clients; None when there were too many to name.
        count: how many.
        seconds: in how long.
    """

    reason: str
    network: str | None
    count: int
    seconds: float

    def event(self, wall: float) -> Suppressed:
        """Return what the journal reports of it at a time."""
        return Suppressed(
            time=wall,
            reason=self.reason,
            network=self.network,
            count=self.count,
            seconds=self.seconds,
        )


class Silenced:
    """Counts what is not written, by reason and network."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str | None]] = Counter()
        self._since = 0.0

    def count(self, reason: str, network: str | None, now: float) -> None:
        """Count one; beyond KEPT_NETWORKS networks are counted together."""
        if not self._counts:
            self._since = now
        known = (reason, network) in self._counts
        has_room = known or len(self._counts) < KEPT_NETWORKS
        self._counts[reason, network if has_room else None] += 1

    def due_summaries(self, now: float) -> list[Summary]:
        """Return what has to be told now."""
        if not self._counts or now - self._since < SUMMARY_INTERVAL:
            return []
        return self.take_summaries(now)

    def take_summaries(self, now: float) -> list[Summary]:
        """Return what was counted since this was last asked."""
        counts, self._counts = self._counts, Counter()
        seconds = round(now - self._since, 3)
        return [
            Summary(reason, network, count, seconds)
            for (reason, network), count in counts.items()
        ]


class Gate(Silenced):
    """Decides which refusals are written. Times are seconds of a monotonic clock."""

    def __init__(self) -> None:
        super().__init__()
        self._networks = RateTable(NETWORK_LINES, _KEPT_KEYS)
        self._all = Bucket(ALL_LINES)

    def passes(self, reason: str, client: str, now: float) -> bool:
        """Whether a refusal is written; if not, it is counted."""
        network = neighbourhood(client)
        if self._networks.take((reason, network), now) and self._all.take(1, now):
            return True
        self.count(reason, network, now)
        return False
