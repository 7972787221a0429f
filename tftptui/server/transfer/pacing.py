"""Reads and writes that wait for bandwidth.

While something waits, the session sees time stand still: it is told nothing of
ACKs, and its timer does not run. So it never takes our own slowness for loss, and
knows exactly what has left.
"""

from collections import deque
from collections.abc import Callable

from tftptui.files.source import Source
from tftptui.files.staging import Staging
from tftptui.protocol.commands import Command, SendAck, SendBlocks, Store
from tftptui.protocol.packets import HEADER, Opcode, acknowledged
from tftptui.protocol.receiver import ReceiveSession
from tftptui.server.listener import Arrival
from tftptui.server.transfer.bandwidth import Pacer
from tftptui.server.transfer.receive import WriteTransfer
from tftptui.server.transfer.send import ReadTransfer, left_before
from tftptui.server.transfer.spec import Parts
from tftptui.server.transfer.transfer import Transfer
from tftptui.server.transfer.uploads import Sink
from tftptui.telemetry.records.ring import Flag, Kind

_DATA = Opcode.DATA.to_bytes(2)


class PacedRead(ReadTransfer):
    """A read that sends no faster than its pacer lets it."""

    def __init__(
        self,
        parts: Parts,
        source: Source,
        staging: Staging,
        pacer: Pacer,
        closed: Callable[[Transfer], None],
    ) -> None:
        super().__init__(parts, source, staging, closed)
        self._pacer = pacer
        self._unsent: deque[SendBlocks] = deque()
        self._asked_at = 0.0
        self._held: int | None = None

    def take_request(self, arrival: Arrival, now: float) -> bool:
        """Take the same request again: what it asks for may be on its way."""
        if not self._unsent or self._session.is_left(now):
            return super().take_request(arrival, now)
        self._note_repeated(arrival)
        return True

    def _sent(self) -> int:
        """Return the highest block that has left."""
        return min(super()._sent(), left_before(self._unsent, self._sending.sent_to))

    def _is_waiting(self) -> bool:
        return bool(self._unsent) or super()._is_waiting()

    def _may_hurry(self) -> bool:
        """Return False: what leaves has to stand in line."""
        return False

    def _take(self, datagram: bytes, now: float) -> None:
        block16 = acknowledged(datagram) if self._unsent else None
        if block16 is None:
            super()._take(datagram, now)
            return
        # It can only speak of a part: the session hears it when the rest is out.
        block = self._sending.absolute(block16)
        is_new = self._sending.acked < block <= self._sent()
        flags = 0 if is_new else Flag.DUPLICATE
        self._report.packet(Kind.ACK, len(datagram), run=(block, 1), flags=flags)
        if is_new:
            self._held = block16
        else:
            self._report.duplicate()

    def _obey(self, command: Command) -> None:
        if not isinstance(command, SendBlocks):
            super()._obey(command)
            return
        if command.first == self._sending.acked + 1:
            self._begin_window(command)
        self._unsent.append(command)
        if not self._pacer.is_waiting:
            self._asked_at = self._clock.now()
            self._wait()

    def _wait(self) -> None:
        count = self._piece()
        self._pacer.wait(count * (self._agreed.block_size + HEADER), self._go)

    def _piece(self) -> int:
        """Return how many blocks leave next."""
        blocks = self._pacer.piece() // (self._agreed.block_size + HEADER)
        return max(1, min(blocks, self._unsent[0].count, self._burst.size))

    def _go(self, now: float) -> None:
        command = self._unsent.popleft()
        size = self._agreed.block_size + HEADER
        count = min(command.count, max(1, self._pacer.need // size))
        first, rest = command.first + count, command.count - count
        self._send_blocks(SendBlocks(command.first, count, command.attempt))
        if self.is_closed:
            return
        self._pacer.spend(count * size, now)
        if rest:
            self._unsent.appendleft(SendBlocks(first, rest, command.attempt))
        if self._unsent and self._unsent[0].first > self._sending.sent_to:
            self._unsent.clear()  # the file has ended before the window did
        if self._unsent:
            self._wait()
        else:
            self._resume(now)

    def _resume(self, now: float) -> None:
        """Let the session's time go on, and tell it what the client said meanwhile."""
        self._woken = self._clock.wall()
        self._session.postpone(max(0.0, now - self._asked_at))
        if self._held is not None:
            block16, self._held = self._held, None
            self._report.moved()
            self._run(self._sending.receive_ack(block16, now))

    def _let_go(self) -> None:
        self._pacer.stop()
        self._unsent.clear()
        super()._let_go()


class PacedWrite(WriteTransfer):
    """A write that asks for more no faster than its pacer lets it."""

    def __init__(
        self,
        parts: Parts,
        session: ReceiveSession,
        sink: Sink,
        pacer: Pacer,
        announced: int | None,
        closed: Callable[[Transfer], None],
    ) -> None:
        super().__init__(parts, session, sink, announced, closed)
        self._pacer = pacer
        self._unsent: SendAck | None = None
        self._asked_at = 0.0

    def take_request(self, arrival: Arrival, now: float) -> bool:
        """Take the same request again."""
        if self._unsent is None or self._session.is_left(now):
            return super().take_request(arrival, now)
        self._note_repeated(arrival)
        return True

    def _is_waiting(self) -> bool:
        return self._unsent is not None

    def _may_hurry(self) -> bool:
        """Return False: ACKs have to stand in line."""
        return False

    def _take(self, datagram: bytes, now: float) -> None:
        """Take a datagram; DATA before our ACK is out can only be a repetition."""
        block16 = _data_block(datagram) if self._unsent else None
        if block16 is None:
            super()._take(datagram, now)
            return
        block = self._receiving.absolute(block16)
        octets = len(datagram) - HEADER
        run, flags = (block, 1), Flag.DUPLICATE
        self._report.packet(Kind.DATA_RECEIVED, octets, run=run, flags=flags)
        self._report.duplicate()

    def _obey(self, command: Command) -> None:
        match command:
            case Store():
                now = self._clock.now()
                self._pacer.spend(len(self._payload) + HEADER, now)
                super()._obey(command)
            case SendAck(block, attempt) if block > 0 and attempt == 1:
                self._unsent, self._asked_at = command, self._clock.now()
                self._pacer.wait(0, self._go)
            case _:
                super()._obey(command)

    def _go(self, now: float) -> None:
        command, self._unsent = self._unsent, None
        if command is not None:
            super()._obey(command)
            self._woken = self._clock.wall()
            self._session.postpone(max(0.0, now - self._asked_at))

    def _let_go(self) -> None:
        self._pacer.stop()
        self._unsent = None
        super()._let_go()


def _data_block(datagram: bytes) -> int | None:
    """Return the wire block of DATA, or None when it is something else."""
    if datagram[:2] != _DATA or len(datagram) < HEADER:
        return None
    return datagram[2] << 8 | datagram[3]
