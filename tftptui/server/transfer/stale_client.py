"""Transfers whose client seems to have retried from another port.

Some boot ROMs use the next port for each try; packets to the previous one are lost, and
its transfer only blocks a port of ours. Two programs on one host look the same at
first, but the earlier one replies to retransmissions or retries itself; a ROM that
retried from a new port never does.
"""

from tftptui.net.addresses import Endpoint
from tftptui.server.fastpath.one_block_read import AnyTransfer, OneBlockRead
from tftptui.server.transfer.transfer import Transfer

SOON = 1.0
"""Seconds without a reply after which a transfer may be stale. Before that, the same
request from another port may come from another machine behind NAT."""

LONGEST_STEP = 16
"""Maximum port increment of a client that retries from a new port."""


class LeftBehind:
    """Unanswered transfers by client and request, and those that look stale."""

    def __init__(self) -> None:
        self._unanswered: dict[tuple[str, bytes], AnyTransfer] = {}
        self._doubted: dict[int, tuple[Transfer, int]] = {}
        """By transfer number, each with the client's new port."""

    def __len__(self) -> int:
        return len(self._unanswered) + len(self._doubted)

    def begin(self, transfer: AnyTransfer, wall: float) -> None:
        """Add a new transfer at wall clock WALL; an older one may now look stale."""
        key = (transfer.client.host, transfer.asked)
        older = self._unanswered.get(key)
        if older is not None and _seems_left(older, transfer.client, wall):
            self._doubted[older.number] = older.whole(), transfer.client.port
        self._unanswered[key] = transfer

    def replace(self, read: OneBlockRead, transfer: Transfer) -> None:
        """Replace a one-block read by its Transfer."""
        key = (read.client.host, read.asked)
        if self._unanswered.get(key) is read:
            self._unanswered[key] = transfer

    def end(self, transfer: AnyTransfer) -> None:
        """Remove a transfer that is over."""
        self._doubted.pop(transfer.number, None)
        key = (transfer.client.host, transfer.asked)
        if self._unanswered.get(key) is transfer:
            del self._unanswered[key]

    def tick(self, now: float) -> None:
        """End stale transfers that are due for their second retransmission.

        Call it before the transfers check their own deadlines.
        """
        for transfer, port in list(self._doubted.values()):
            due = transfer.due
            if due is None or due > now:
                continue
            transfer.listen()  # a reply may be waiting in the socket buffer
            if transfer.number in self._doubted:
                self._judge(transfer, port)

    def _judge(self, transfer: Transfer, port: int) -> None:
        view = transfer.view()
        if view.heard or view.requests > 1:
            del self._doubted[transfer.number]
        elif view.timeouts:
            transfer.replace(f"retried from a new port, {port}")


def _seems_left(older: AnyTransfer, client: Endpoint, wall: float) -> bool:
    """Return whether a client that requests from another port may have left OLDER.

    A client that has requested twice from one port keeps it: then this is another
    program.
    """
    if older.is_proven or wall - older.started < SOON:
        return False
    step = client.port - older.client.port
    return 0 < step <= LONGEST_STEP and older.whole().view().requests == 1
