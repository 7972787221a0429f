"""What waits for bandwidth: the blocks of a read, the ACKs of a write.

While something waits, the session sees time stand still: it hears nothing of
ACKs, and its timer does not run. So it never takes our own slowness for loss, and
knows exactly what has left.
"""

from collections import deque
from collections.abc import Iterable
from typing import Protocol, final

from tftptui.protocol.commands import SendAck, SendBlocks
from tftptui.protocol.packets import HEADER
from tftptui.server.clock import Clock
from tftptui.server.transfer.bandwidth import Pacer


class BlockOutlet(Protocol):
    """Sends blocks when it is their turn."""

    @property
    def is_over(self) -> bool:
        """Whether the transfer is over."""

    @property
    def at_once(self) -> int:
        """How many blocks may leave at once."""

    @property
    def sent_to(self) -> int:
        """The highest block that the session has sent, or would have."""

    def send_blocks(self, command: SendBlocks) -> None:
        """Send them now."""

    def all_left(self, waited: float, held: int | None, now: float) -> None:
        """Let the session's time go on, and tell it the ACK that was HELD, if any."""


@final
class PacedBlocks:
    """Blocks that leave no faster than a pacer lets them.

    Args:
        pacer: says when the next piece may leave.
        clock: tells how long they waited.
        block_size: bytes of a full block.
        outlet: sends them.

    Attributes:
        unsent: what waits.
    """

    def __init__(
        self, pacer: Pacer, clock: Clock, block_size: int, outlet: BlockOutlet
    ) -> None:
        self.unsent: deque[SendBlocks] = deque()
        self._pacer, self._clock = pacer, clock
        self._packet = block_size + HEADER
        self._outlet = outlet
        self._asked_at = 0.0
        self._held: int | None = None

    def add(self, command: SendBlocks) -> None:
        """Send that when it may leave."""
        self.unsent.append(command)
        if not self._pacer.is_waiting:
            self._asked_at = self._clock.now()
            self._wait()

    def hold(self, block16: int) -> None:
        """Keep an ACK of a part until the rest is out: the session hears it then."""
        self._held = block16

    def stop(self) -> None:
        """Send nothing more."""
        self._pacer.stop()
        self.unsent.clear()

    def _wait(self) -> None:
        blocks = self._pacer.piece() // self._packet
        count = max(1, min(blocks, self.unsent[0].count, self._outlet.at_once))
        self._pacer.wait(count * self._packet, self._go)

    def _go(self, now: float) -> None:
        command, outlet = self.unsent.popleft(), self._outlet
        count = min(command.count, max(1, self._pacer.need // self._packet))
        first, rest = command.first + count, command.count - count
        outlet.send_blocks(SendBlocks(command.first, count, command.attempt))
        if outlet.is_over:
            return
        self._pacer.spend(count * self._packet, now)
        if rest:
            self.unsent.appendleft(SendBlocks(first, rest, command.attempt))
        if self.unsent and self.unsent[0].first > outlet.sent_to:
            self.unsent.clear()  # the file has ended before the window did
        if self.unsent:
            self._wait()
            return
        held, self._held = self._held, None
        outlet.all_left(now - self._asked_at, held, now)


class AckOutlet(Protocol):
    """Sends an ACK when it is its turn."""

    def acknowledge(self, command: SendAck, waited: float | None = None) -> None:
        """Send it; the session's time stood still if it WAITED, in seconds."""


@final
class PacedAcks:
    """ACKs that ask for more no faster than a pacer lets them.

    Attributes:
        unsent: the one that waits, or None.
    """

    def __init__(self, pacer: Pacer, clock: Clock, outlet: AckOutlet) -> None:
        self.unsent: SendAck | None = None
        self._pacer, self._clock, self._outlet = pacer, clock, outlet
        self._asked_at = 0.0

    def add(self, command: SendAck) -> None:
        """Send that when all that came is paid for."""
        self.unsent, self._asked_at = command, self._clock.now()
        self._pacer.wait(0, self._go)

    def spend(self, octets: int) -> None:
        """Count bytes that have come."""
        self._pacer.spend(octets, self._clock.now())

    def stop(self) -> None:
        """Send nothing more."""
        self._pacer.stop()
        self.unsent = None

    def _go(self, now: float) -> None:
        command, self.unsent = self.unsent, None
        if command is not None:
            self._outlet.acknowledge(command, now - self._asked_at)


def left_before(waiting: Iterable[SendBlocks], sent_to: int) -> int:
    """Return the highest block that has left up to SENT_TO, as some are WAITING."""
    fresh = (run.first - 1 for run in waiting if run.attempt == 1)
    return next(fresh, sent_to)
