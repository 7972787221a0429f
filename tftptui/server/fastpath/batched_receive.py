"""The fast path of a Receiver: full blocks in order, with nothing missing.

Packets are received straight into the buffer that the file is written from, many at one
wake-up. A run of them is checked together and becomes one packet record; the session is
updated later, before anybody reads it. Only the ACK of the last block promises that the
data is on disk; other ACKs may be sent before the write.
"""

from collections.abc import Callable
from struct import Struct
from typing import final

from tftptui.files.block_buffer import Landing
from tftptui.protocol.options import Agreed
from tftptui.protocol.packets import HEADER, Opcode
from tftptui.protocol.receiver import ReceiveSession
from tftptui.server.transfer.transfer import Transfer
from tftptui.server.transfer.uploads import Sink, Upload, UploadError
from tftptui.server.transfer.write_behind import SLOW, WriteBehind
from tftptui.telemetry.records.ring import Kind

_BATCH = 64
"""Datagrams read in a row before other sockets get a turn."""

_ACK = Opcode.ACK << 16
_pack = Struct(">I").pack


@final
class UploadBuffer:
    """The full blocks received but not yet written, and the file they go to.

    Args:
        agreed: the negotiated options.
        sink: the file. A slow or remote disk gets a writer thread.
        announced: file size in bytes by the client's tsize, or None.
        now: a clock, in seconds.

    Attributes:
        landing: buffer that packets are received into.
        landed: how many packets in it are not written yet.
        sink: the file, or the thread's queue in front of it.
    """

    __slots__ = ("_now", "landed", "landing", "sink")

    def __init__(
        self,
        agreed: Agreed,
        sink: Sink,
        announced: int | None,
        now: Callable[[], float],
    ) -> None:
        is_far = isinstance(sink, Upload) and sink.is_far
        self.sink: Sink | WriteBehind = sink
        if isinstance(sink, Upload) and is_far:
            self.sink = WriteBehind(sink)
        self.landing = Landing(agreed.block_size, agreed.window, announced)
        self.landed = 0
        self._now = now

    def store(self, data: memoryview) -> None:
        """Write the buffered blocks, then DATA.

        Raises:
            UploadError: no space left, or more than allowed.
        """
        self.flush()
        self._write([data])

    def flush(self) -> None:
        """Write the buffered blocks; raises like store()."""
        landed, self.landed = self.landed, 0
        if landed:
            self._write(self.landing.data(landed))

    def _write(self, pieces: list[memoryview]) -> None:
        sink, began = self.sink, self._now()
        sink.write_all(pieces)
        if isinstance(sink, Upload) and self._now() - began > SLOW:
            self.sink = WriteBehind(sink)


@final
class BatchedReceive:
    """The fast state of a write transfer.

    One way in: open(). One way out: close(), after catch_up() has updated the session.
    While it is closed, readable() hands each datagram to the Receiver.

    Args:
        transfer: its transfer, until forget().
        buffer: where packets are received.

    Attributes:
        is_open: whether the fast state is active.
    """

    __slots__ = (
        "_acked",
        "_acked_at",
        "_awaited",
        "_buffer",
        "_came_at",
        "_first_at",
        "_log_ack",
        "_log_run",
        "_now",
        "_receive_into",
        "_report",
        "_send",
        "_transfer",
        "_trip",
        "_trips",
        "_wall",
        "_window",
        "is_open",
    )

    def __init__(self, transfer: Transfer, buffer: UploadBuffer) -> None:
        transport, recorder = transfer.transport, transfer.parts.recorder
        agreed = transfer.parts.agreed
        report = self._report = transfer.report
        self._transfer, self._buffer = transfer, buffer
        self._window = agreed.window
        self.is_open = False
        self._awaited = 0  # the next block
        self._acked = 0
        self._acked_at = self._first_at = self._came_at = 0.0
        # round-trip times: the latest, and the sum since catch_up()
        self._trip = self._trips = 0.0
        self._receive_into: Callable[[memoryview], int] = transport.recv_into
        self._send: Callable[[bytes], bool] = transport.send
        self._now, self._wall = recorder.clock.now, recorder.offset
        self._log_run = report.runs(Kind.DATA_RECEIVED, agreed.block_size)
        self._log_ack = report.singles(Kind.ACK_SENT, HEADER)

    def open(self, session: ReceiveSession) -> None:
        """Handle the next block here; no earlier block may be missing."""
        self._acked = session.acked
        self._acked_at = self._first_at = self._came_at = session.sent_at
        self._awaited = session.received + 1
        self.is_open = True

    def close(self) -> None:
        """Leave the next packet to the session; call catch_up() first."""
        self.is_open = False

    def catch_up(self, session: ReceiveSession) -> None:
        """Bring session, view and counters up to date."""
        received = self._awaited - 1
        blocks = received - session.received
        if not blocks:
            return
        acks = (self._acked - session.acked) // self._window
        if acks and self._trip > 0:  # otherwise the session has measured it
            session.timer.catch_up(acks - 1, self._trips - self._trip)
            session.timer.measure(self._trip)
        if acks:
            self._trips = 0.0
        session.advance(received, self._acked, (self._acked_at, self._came_at))
        self._report.gathered(blocks, acks, self._came_at + self._wall)

    def readable(self) -> None:
        """Read up to the end of a window; if there is more, the loop calls again."""
        if not self.is_open:
            self._read_one_by_one()
            return
        buffer, transfer = self._buffer, self._transfer
        now, landing, begin = self._now(), buffer.landing, buffer.landed
        full, places, receive = landing.full, landing.places, self._receive_into
        end = min(len(places), begin + self._window - self._awaited + self._acked + 1)
        at, nbytes = begin, full
        try:
            while at < end and (nbytes := receive(places[at])) == full:
                at += 1
        except OSError:
            if at == begin:  # nothing to read: the error queue woke us
                transfer.take_errors()
                return
        other = None if nbytes == full else landing.packet(at, nbytes)
        if at > begin:
            self._take_run(at - begin, now)
        if other is not None and not transfer.is_closed:
            transfer.side.take(other, now)

    def _read_one_by_one(self) -> None:
        """Read datagrams and hand them to the session."""
        now, transfer = self._now(), self._transfer
        for count in range(_BATCH):
            try:
                datagram = transfer.transport.receive()
            except OSError:
                transfer.take_errors()
                datagram = b""
            if datagram is None:
                if count == 0:  # nothing to read: the error queue woke us
                    transfer.take_errors()
                return
            if datagram:
                transfer.side.take(datagram, now)
            if transfer.is_closed:
                return

    def _take_run(self, count: int, now: float) -> None:
        """Handle COUNT full packets just received; the session gets the odd ones."""
        buffer, transfer, first = self._buffer, self._transfer, self._awaited
        landing, begin = buffer.landing, buffer.landed
        good = landing.expected(begin, count, first)
        odd: list[bytes] = []
        if good < count:
            surplus = range(begin + good, begin + count)
            odd = [landing.packet(at, landing.full) for at in surplus]
        if good:
            if first == self._acked + 1:
                self._first_at = now
            self._came_at, self._awaited = now, first + good
            self._log_run(now + self._wall, first, good)
            landed = buffer.landed = begin + good
            is_well = landed < len(landing.places) or self._flush()
            if is_well and first + good - self._acked > self._window:
                self._acknowledge_window(first + good - 1)
        for datagram in odd:
            if transfer.is_closed:
                return
            transfer.side.take(datagram, now)

    def _flush(self) -> bool:
        """Write the buffered blocks; return whether that worked."""
        try:
            self._buffer.flush()
        except UploadError as error:
            self._transfer.fail(error.code, error.text)
            return False
        return True

    def _acknowledge_window(self, block: int) -> None:
        now = self._now()
        trip = self._trip = self._first_at - self._acked_at
        self._trips += trip
        self._acked, self._acked_at = block, now
        self._log_ack(now + self._wall, block)
        if not self._send(_pack(_ACK | block & 0xFFFF)):
            self._report.trouble(self._transfer.send_trouble)
            self._transfer.side.settle()

    def forget(self) -> None:
        """Drop the reference to the transfer."""
        del self._transfer
