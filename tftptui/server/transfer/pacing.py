"""Paced blocks and ACKs: packets that wait for bandwidth.

While something waits, the session's time stands still: ACKs are held back from it and
its timer does not run. So it never mistakes our own delay for loss, and knows exactly
which blocks were sent.
"""

from collections import deque
from collections.abc import Iterable
from typing import Protocol, final

from tftptui.protocol.commands import SendAck, SendBlocks
from tftptui.protocol.packets import HEADER
from tftptui.server.clock import Clock
from tftptui.server.transfer.bandwidth import Pacer


class BlockOutlet(Protocol):
    """Sends blocks when their turn comes."""

    @property
    def is_over(self) -> bool:
        """True if the transfer is over."""

    @property
    def at_once(self) -> int:
        """Maximum blocks sent at once."""

    @property
    def sent_to(self) -> int:
        """The highest block that the session has handed out for sending."""

    def send_blocks(self, command: SendBlocks) -> None:
        """Send blocks now."""

    def all_left(self, waited: float, held: int | None, now: float) -> None:
        """Resume the session's time, and pass it the HELD ACK, if any."""


@final
class PacedBlocks:
    """Blocks sent no faster than a pacer allows.

    Args:
        pacer: schedules the pieces.
        clock: measures how long they waited.
        block_size: bytes of a full block.
        outlet: sends them.

    Attributes:
        unsent: runs of blocks that wait.
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
        """Queue blocks for sending."""
        self.unsent.append(command)
        if not self._pacer.is_waiting:
            self._asked_at = self._clock.now()
            self._wait()

    def hold(self, block16: int) -> None:
        """Hold an ACK of part of the window until the rest is sent."""
        self._held = block16

    def stop(self) -> None:
        """Drop everything that waits."""
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
            self.unsent.clear()  # the file was shorter than the window
        if self.unsent:
            self._wait()
            return
        held, self._held = self._held, None
        outlet.all_left(now - self._asked_at, held, now)


class AckOutlet(Protocol):
    """Sends an ACK when its turn comes."""

    def acknowledge(self, command: SendAck, waited: float | None = None) -> None:
        """Send an ACK; resume the session's time if it WAITED (seconds)."""


@final
class PacedAcks:
    """ACKs that request more data no faster than a pacer allows.

    Attributes:
        unsent: the ACK that waits, or None.
    """

    def __init__(self, pacer: Pacer, clock: Clock, outlet: AckOutlet) -> None:
        self.unsent: SendAck | None = None
        self._pacer, self._clock, self._outlet = pacer, clock, outlet
        self._asked_at = 0.0

    def add(self, command: SendAck) -> None:
        """Send an ACK once the data received is within the limit."""
        self.unsent, self._asked_at = command, self._clock.now()
        self._pacer.wait(0, self._go)

    def spend(self, nbytes: int) -> None:
        """Count bytes received."""
        self._pacer.spend(nbytes, self._clock.now())

    def stop(self) -> None:
        """Drop the ACK that waits."""
        self._pacer.stop()
        self.unsent = None

    def _go(self, now: float) -> None:
        command, self.unsent = self.unsent, None
        if command is not None:
            self._outlet.acknowledge(command, now - self._asked_at)


def left_before(waiting: Iterable[SendBlocks], sent_to: int) -> int:
    """Return the highest block really sent; WAITING runs are not."""
    fresh = (run.first - 1 for run in waiting if run.attempt == 1)
    return next(fresh, sent_to)
