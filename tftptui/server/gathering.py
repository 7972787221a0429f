"""The short way of a write, for what nearly every packet means.

It is the next full block, while nothing is missing. Its octets wait with others
for one call to the disk, a record of it goes into the packet log, and the session
is told later, before anybody looks at it. Only the last block's ACK says that
octets are safe; the others may be sent before they are written.
"""

from collections.abc import Callable
from struct import Struct

from tftptui.protocol.commands import SendError
from tftptui.protocol.packets import HEADER, Opcode
from tftptui.protocol.receiver import ReceiveSession
from tftptui.server.parts import Parts
from tftptui.server.transfer import Transfer
from tftptui.server.uploads import Sink, UploadError
from tftptui.telemetry.packets import Kind

_BATCH = 64
"""Datagrams read in a row before others have their turn."""

_GATHERED = 65_536
"""Octets that wait for the disk at most, before a call that writes them."""

_DATA, _ACK = Opcode.DATA << 16, Opcode.ACK << 16
_word = Struct(">I")
_pack, _unpack = _word.pack, _word.unpack_from


class GatheringWrite(Transfer):
    """What a write is made of, and how it goes on as long as all goes well."""

    __slots__ = (
        "_acked",
        "_acked_at",
        "_awaited",
        "_block",
        "_came_at",
        "_first_at",
        "_full",
        "_gathered",
        "_log_ack",
        "_log_data",
        "_longest",
        "_now",
        "_receive",
        "_receiving",
        "_sink",
        "_wall",
        "_window",
    )

    def __init__(
        self,
        parts: Parts,
        session: ReceiveSession,
        sink: Sink,
        closed: Callable[[Transfer], None],
    ) -> None:
        super().__init__(parts, session, closed)
        agreed = parts.agreed
        # One more, so that a block longer than agreed shows instead of being cut.
        self._longest = self.transport.expect(agreed.block_size, agreed.window)
        self._receiving = session
        self._sink = sink
        self._window = agreed.window
        self._full = agreed.block_size + HEADER
        self._gathered: list[memoryview] = []
        self._awaited = -1  # header of the next block, as a number; none while closed
        self._block = self._acked = 0
        self._acked_at = self._first_at = self._came_at = 0.0
        self._receive = self.transport.recv
        self._now = self._clock.now
        self._wall = self._clock.wall() - self._clock.now()
        self._log_data = self._report.singles(Kind.DATA_RECEIVED, agreed.block_size)
        self._log_ack = self._report.singles(Kind.ACK_SENT, HEADER)

    def readable(self) -> None:
        """Take what the client sent; the event loop found something."""
        for count in range(_BATCH):
            try:
                datagram = self._receive(self._longest)
            except OSError:
                if count == 0:  # woken for nothing readable: the error queue
                    self._take_errors()
                return
            if len(datagram) != self._full or _unpack(datagram)[0] != self._awaited:
                self._take(datagram, self._now())
            elif self._take_next(datagram):
                return  # nothing comes before our ACK is there
            if self.is_closed:
                return

    def _take_next(self, datagram: bytes) -> bool:
        """Take the block that is awaited; return whether a window ended with it."""
        now = self._came_at = self._now()
        block = self._block = self._block + 1
        self._awaited = _DATA | (block + 1) & 0xFFFF
        self._log_data(now + self._wall, block)
        self._gathered.append(memoryview(datagram)[HEADER:])
        waiting = block - self._acked
        if waiting == 1:
            self._first_at = now
        is_written = len(self._gathered) * self._full < _GATHERED or self._flush()
        if waiting < self._window or not is_written:
            return False
        self._acknowledge_window(block, now)
        return True

    def _acknowledge_window(self, block: int, now: float) -> None:
        trip = self._first_at - self._acked_at
        self._acked, self._acked_at = block, now
        if trip > 0:  # else the window began the long way, which has measured it
            self._receiving.timer.measure(trip)
        self._log_ack(now + self._wall, block)
        if not self.transport.send(_pack(_ACK | block & 0xFFFF)):
            self._report.trouble(self._send_trouble())
            self._leave_short_way()

    @property
    def version(self) -> int:
        """A number that grows with everything that happens."""
        if self._awaited >= 0:
            self._catch_up()
        return self._report.version

    @property
    def _session(self) -> ReceiveSession:
        """The session, up to date; it may change now, so the short way closes."""
        self._leave_short_way()
        return self._receiving

    @property
    def _state(self) -> ReceiveSession:
        """The session to look at: the short way stays open."""
        if self._awaited >= 0:
            self._catch_up()
        return self._receiving

    def _leave_short_way(self) -> None:
        """Look at the next packet the long way."""
        if self._awaited >= 0:
            self._catch_up()
            self._awaited = -1

    def _catch_up(self) -> None:
        """Tell session, view and counters what has happened."""
        session = self._receiving
        blocks = self._block - session.received
        if not blocks:
            return
        acks = (self._acked - session.acked) // self._window
        session.advance(self._block, self._acked, (self._acked_at, self._came_at))
        wall = self._came_at + self._wall
        self._report.gathered(blocks, acks, wall)

    def _open_short_way(self) -> None:
        """Go on the short way with the next block, if the session awaits just that."""
        session = self._receiving
        if not session.is_plain or not self._may_hurry():
            return
        self._block, self._acked = session.received, session.acked
        self._acked_at = self._first_at = self._came_at = session.sent_at
        self._awaited = _DATA | (session.received + 1) & 0xFFFF

    def _may_hurry(self) -> bool:
        """Whether octets may wait to be written, and ACKs leave at once."""
        return not self._sink.is_limited

    def _flush(self) -> bool:
        """Write what has gathered; return whether that went well."""
        gathered, self._gathered = self._gathered, []
        try:
            self._sink.write_all(gathered)
        except UploadError as error:
            self._run(self._session.fail(SendError(error.code, error.text)))
            return False
        return True
