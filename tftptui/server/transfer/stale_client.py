"""Transfers whose client seems to have retried from another port.

Some boot ROMs take the next port at each try; what goes to the last one is lost, and
only holds a port of ours. Two programs of one host look the same at first: but the
earlier one replies to retransmissions, or retries itself; a ROM that retried from a
new port never does.
"""

from tftptui.net.addresses import Endpoint
from tftptui.server.fastpath.one_block_read import AnyTransfer, OneBlockRead
from tftptui.server.transfer.transfer import Transfer

SOON = 1.0
"""Seconds: a transfer that its client has not answered so long may be left behind.
Before, the same request from another port may be another machine behind one address."""

LONGEST_STEP = 16
"""How far a client moves its port at most when it asks again."""


class LeftBehind:
    """What nobody has answered, by who asked for what, and what of it is in doubt."""

    def __init__(self) -> None:
        self._unanswered: dict[tuple[str, bytes], AnyTransfer] = {}
        self._doubted: dict[int, tuple[Transfer, int]] = {}
        """By number, each with the port that the client asked from again."""

    def __len__(self) -> int:
        return len(self._unanswered) + len(self._doubted)

    def begin(self, transfer: AnyTransfer, wall: float) -> None:
        """Take a new transfer, which casts doubt on one before at wall clock WALL."""
        key = (transfer.client.host, transfer.asked)
        older = self._unanswered.get(key)
        if older is not None and _seems_left(older, transfer.client, wall):
            self._doubted[older.number] = older.whole(), transfer.client.port
        self._unanswered[key] = transfer

    def replace(self, read: OneBlockRead, transfer: Transfer) -> None:
        """Take a transfer in place of a one-block read."""
        key = (read.client.host, read.asked)
        if self._unanswered.get(key) is read:
            self._unanswered[key] = transfer

    def end(self, transfer: AnyTransfer) -> None:
        """Forget a transfer that is over."""
        self._doubted.pop(transfer.number, None)
        key = (transfer.client.host, transfer.asked)
        if self._unanswered.get(key) is transfer:
            del self._unanswered[key]

    def tick(self, now: float) -> None:
        """End what is in doubt where it would be sent again a second time.

        Call it before the transfers themselves look at their deadlines.
        """
        for transfer, port in list(self._doubted.values()):
            due = transfer.due
            if due is None or due > now:
                continue
            transfer.listen()  # what was answered in time may still wait to be read
            if transfer.number in self._doubted:
                self._judge(transfer, port)

    def _judge(self, transfer: Transfer, port: int) -> None:
        view = transfer.view()
        if view.heard or view.requests > 1:
            del self._doubted[transfer.number]
        elif view.timeouts:
            transfer.replace(f"retried from a new port, {port}")


def _seems_left(older: AnyTransfer, client: Endpoint, wall: float) -> bool:
    """Whether a client that asks from another port may have left a transfer.

    Who has asked twice from one port keeps it: then this is another program.
    """
    if older.is_proven or wall - older.started < SOON:
        return False
    step = client.port - older.client.port
    return 0 < step <= LONGEST_STEP and older.whole().view().requests == 1
