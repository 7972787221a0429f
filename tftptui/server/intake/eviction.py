"""Which transfer makes way when ports, descriptors or the count of transfers run out.

Anybody can ask in somebody else's name, and such a request never gets further: so a
transfer that its client has not answered makes way first. Next comes what only waits:
a finished upload that keeps its last ACK ready, and a client that has been silent for
longer than the retries. A transfer that makes progress never makes way.
"""

from collections import deque
from collections.abc import Iterable

from tftptui.server.fastpath.one_block_read import AnyTransfer
from tftptui.server.transfer.transfer import Transfer

GRACE = 0.25
"""Seconds that a client has for its first answer before its transfer makes way."""

SPARED = 16
"""Young transfers of one address that are spared: several clients may share one, behind
NAT; of an address with more the oldest makes way at once."""

_SEARCH_INTERVAL = 0.25
"""Seconds between searches of all transfers for those that only wait."""


class Evictions:
    """Finds transfers that can make way. Times are of one monotonic clock, seconds."""

    def __init__(self) -> None:
        self._unproven: dict[str, dict[int, AnyTransfer]] = {}
        """By the client's address and number, the oldest transfer first."""
        self._waiting: deque[Transfer] = deque()
        self._searched_at = -_SEARCH_INTERVAL

    def begin(self, transfer: AnyTransfer) -> None:
        """Take a new transfer."""
        of_host = self._unproven.setdefault(transfer.client.host, {})
        of_host[transfer.number] = transfer

    def replace(self, transfer: Transfer) -> None:
        """Take a transfer in place of a one-block read of the same number."""
        of_host = self._unproven.get(transfer.client.host, {})
        if transfer.number in of_host:
            of_host[transfer.number] = transfer

    def end(self, transfer: AnyTransfer) -> None:
        """Forget a transfer that is over, or whose client has answered."""
        host = transfer.client.host
        of_host = self._unproven.get(host)
        if of_host is not None:
            of_host.pop(transfer.number, None)
            if not of_host:
                del self._unproven[host]

    def unproven(self, wall: float, client: str | None = None) -> AnyTransfer | None:
        """Return the oldest transfer without an answer of its client, or None.

        It is one of CLIENT, or of the address that has most of them. WALL is the time.
        """
        while self._unproven:
            host = client or max(self._unproven, key=self._count)
            if host not in self._unproven:
                return None
            transfer = next(iter(self._unproven[host].values()))
            if not transfer.is_proven:
                transfer = transfer.whole()
                transfer.listen()  # the answer may still wait to be read
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
