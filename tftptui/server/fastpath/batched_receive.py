"""The short way of a write, for what nearly every packet means.

It is the next full block, while nothing is missing. Packets go straight to where they
are written from, many with one call; all that came in a row is looked at together,
one record of it goes into the packet log, and the session is told later, before
anybody looks at it. Only the last block's ACK says that octets are safe; the others
may be sent before they are written.
"""

from collections.abc import Callable
from struct import Struct

from tftptui.files.block_buffer import Landing
from tftptui.protocol.commands import SendError
from tftptui.protocol.packets import HEADER, Opcode
from tftptui.protocol.receiver import ReceiveSession
from tftptui.server.fastpath.lagging import Lagging
from tftptui.server.transfer.spec import Parts
from tftptui.server.transfer.transfer import Transfer
from tftptui.server.transfer.uploads import Sink, Upload, UploadError
from tftptui.server.transfer.write_behind import SLOW, WriteBehind
from tftptui.telemetry.records.ring import Kind

_BATCH = 64
"""Datagrams read in a row before others have their turn."""

_ACK = Opcode.ACK << 16
_pack = Struct(">I").pack


class GatheringWrite(Lagging[ReceiveSession]):
    """What a write is made of, and how it goes on as long as all goes well."""

    __slots__ = (
        "_acked",
        "_acked_at",
        "_came_at",
        "_first_at",
        "_landed",
        "_landing",
        "_log_ack",
        "_log_run",
        "_now",
        "_receive_into",
        "_receiving",
        "_send",
        "_sink",
        "_trip",
        "_trips",
        "_wall",
        "_window",
    )

    def __init__(
        self,
        parts: Parts,
        session: ReceiveSession,
        sink: Sink,
        announced: int | None,
        closed: Callable[[Transfer], None],
    ) -> None:
        super().__init__(parts, closed)
        agreed = parts.agreed
        self.transport.expect(agreed.block_size, agreed.window)
        self._receiving = session
        self._sink: Sink | WriteBehind = sink
        if isinstance(sink, Upload) and sink.is_far:
            self._sink = WriteBehind(sink)
        self._window = agreed.window
        self._landing = Landing(agreed.block_size, agreed.window, announced)
        self._landed = 0  # packets in there that are not written yet
        self._awaited = -1  # the block that is to come next
        self._acked = 0
        self._acked_at = self._first_at = self._came_at = 0.0
        self._trip = self._trips = 0.0  # the latest, and all since the last look
        self._receive_into = self.transport.recv_into
        self._send = self.transport.send
        self._now = self._clock.now
        self._wall = self._clock.wall() - self._clock.now()
        self._log_run = self._report.runs(Kind.DATA_RECEIVED, agreed.block_size)
        self._log_ack = self._report.singles(Kind.ACK_SENT, HEADER)

    def readable(self) -> None:
        """Take what the client sent, up to the end of a window; more wakes us again."""
        if self._awaited < 0:
            self._read_one_by_one()
            return
        now, landing, begin = self._now(), self._landing, self._landed
        full, places, receive = landing.full, landing.places, self._receive_into
        end = min(len(places), begin + self._window - self._awaited + self._acked + 1)
        at, octets = begin, full
        try:
            while at < end and (octets := receive(places[at])) == full:
                at += 1
        except OSError:
            if at == begin:  # woken for nothing readable: the error queue
                self.take_errors()
                return
        other = None if octets == full else landing.packet(at, octets)
        if at > begin:
            self._take_run(at - begin, now)
        if other is not None and not self.is_closed:
            self._take(other, now)

    def _read_one_by_one(self) -> None:
        """Take what the client sent the long way."""
        now = self._now()
        for count in range(_BATCH):
            try:
                datagram = self.transport.receive()
            except OSError:
                self.take_errors()
                datagram = b""
            if datagram is None:
                if count == 0:  # woken for nothing readable: the error queue
                    self.take_errors()
                return
            if datagram:
                self._take(datagram, now)
            if self.is_closed:
                return

    def _take_run(self, count: int, now: float) -> None:
        """Take COUNT full packets that have just landed; what is odd, the long way."""
        landing, begin, first = self._landing, self._landed, self._awaited
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
            landed = self._landed = begin + good
            is_well = landed < len(landing.places) or self._flush()
            if is_well and first + good - self._acked > self._window:
                self._acknowledge_window(first + good - 1)
        for datagram in odd:
            if self.is_closed:
                return
            self._take(datagram, now)

    def _acknowledge_window(self, block: int) -> None:
        now = self._now()
        trip = self._trip = self._first_at - self._acked_at
        self._trips += trip
        self._acked, self._acked_at = block, now
        self._log_ack(now + self._wall, block)
        if not self._send(_pack(_ACK | block & 0xFFFF)):
            self._report.trouble(self._send_trouble())
            self._leave_short_way()

    @property
    def _behind(self) -> ReceiveSession:
        return self._receiving

    def _catch_up(self) -> None:
        """Tell session, view and counters what has happened."""
        session, received = self._receiving, self._awaited - 1
        blocks = received - session.received
        if not blocks:
            return
        acks = (self._acked - session.acked) // self._window
        if acks and self._trip > 0:  # else the long way has measured it
            session.timer.catch_up(acks - 1, self._trips - self._trip)
            session.timer.measure(self._trip)
        if acks:
            self._trips = 0.0
        session.advance(received, self._acked, (self._acked_at, self._came_at))
        wall = self._came_at + self._wall
        self._report.gathered(blocks, acks, wall)

    def _open_short_way(self) -> None:
        """Go on the short way with the next block, if the session awaits just that."""
        session = self._receiving
        if not session.is_plain or not self._may_hurry():
            return
        self._acked = session.acked
        self._acked_at = self._first_at = self._came_at = session.sent_at
        self._awaited = session.received + 1

    def _may_hurry(self) -> bool:
        """Whether octets may wait to be written, and ACKs leave at once."""
        return not self._sink.is_limited

    def _store(self, octets: memoryview) -> None:
        """Write what has landed, and then OCTETS."""
        if self._flush():
            self._write([octets])

    def _flush(self) -> bool:
        """Write what has landed; return whether that went well."""
        landed, self._landed = self._landed, 0
        return not landed or self._write(self._landing.data(landed))

    def _write(self, pieces: list[memoryview]) -> bool:
        sink, began = self._sink, self._now()
        try:
            sink.write_all(pieces)
        except UploadError as error:
            self._run(self._session.fail(SendError(error.code, error.text)))
            return False
        if isinstance(sink, Upload) and self._now() - began > SLOW:
            self._sink = WriteBehind(sink)
        return True
