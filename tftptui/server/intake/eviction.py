"""Eviction: which transfer is dropped when ports, descriptors or slots run out.

Requests can be forged, and then no reply ever comes. So transfers whose client has not
replied are dropped first, then transfers that only wait: finished uploads that keep
their last ACK ready, and clients silent for longer than the retries. A transfer that
makes progress is never dropped.
"""

from collections import deque
from collections.abc import Iterable

from tftptui.server.fastpath.one_block_read import AnyTransfer
from tftptui.server.transfer.transfer import Transfer

GRACE = 0.25
"""Seconds that a client has for its first reply before it can be evicted."""

SPARED = 16
"""New transfers per address that are spared: several clients behind NAT may share one.
With more, the oldest can be evicted at once."""

_SEARCH_INTERVAL = 0.25
"""Seconds between scans of all transfers for those that only wait."""


class Evictions:
    """Finds transfers to evict. Times are monotonic seconds unless noted."""

    def __init__(self) -> None:
        self._unproven: dict[str, dict[int, AnyTransfer]] = {}
        """By client address and transfer number, oldest first."""
        self._waiting: deque[Transfer] = deque()
        self._searched_at = -_SEARCH_INTERVAL

    def begin(self, transfer: AnyTransfer) -> None:
        """Add a new transfer."""
        of_host = self._unproven.setdefault(transfer.client.host, {})
        of_host[transfer.number] = transfer

    def replace(self, transfer: Transfer) -> None:
        """Replace a one-block read by its Transfer."""
        of_host = self._unproven.get(transfer.client.host, {})
        if transfer.number in of_host:
            of_host[transfer.number] = transfer

    def end(self, transfer: AnyTransfer) -> None:
        """Remove a transfer that is over or whose client has replied."""
        host = transfer.client.host
        of_host = self._unproven.get(host)
        if of_host is not None:
            of_host.pop(transfer.number, None)
            if not of_host:
                del self._unproven[host]

    def unproven(self, wall: float, client: str | None = None) -> AnyTransfer | None:
        """Return the oldest transfer whose client has not replied, or None.

        It belongs to CLIENT, or to the address with the most of them. WALL is wall
        time.
        """
        while self._unproven:
            host = client or max(self._unproven, key=self._count)
            if host not in self._unproven:
                return None
            transfer = next(iter(self._unproven[host].values()))
            if not transfer.is_proven:
                transfer = transfer.whole()
                transfer.listen()  # a reply may be waiting in the socket buffer
            if not transfer.is_proven and not transfer.is_closed:
                is_new = wall - transfer.started < GRACE
                is_spared = is_new and len(self._unproven[host]) <= SPARED
                return None if is_spared else transfer
            self.end(transfer)
        return None

    def waiting(self, living: Iterable[AnyTransfer], now: float) -> Transfer | None:
        """Return one of the LIVING transfers that only waits, or None."""
        if not self._waiting and now - self._searched_at >= _SEARCH_INTERVAL:
            self._searched_at = now
            whole = [one for one in living if isinstance(one, Transfer)]
            finished = [one for one in whole if one.outcome is not None]
            silent = [one for one in whole if one.is_overdue]
            self._waiting.extend(finished + silent)
        while self._waiting:
            transfer = self._waiting.popleft()
            if not transfer.is_closed and (transfer.outcome or transfer.is_overdue):
                return transfer
        return None

    def _count(self, host: str) -> int:
        return len(self._unproven[host])
