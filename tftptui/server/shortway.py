"""The short way of a read, for what nearly every packet means.

It is an ACK of all that is outstanding, nothing of which was sent twice, and what
follows is the next window. That needs neither a command nor a session: the window
leaves, entries go into the packet log, and a session is made, or told, when somebody
has to look at it. A transfer of one packet at a time does this a hundred thousand
times a second, and a rack that boots begins thousands of transfers in one, so each
step here is there because it has to be.
"""

from collections.abc import Callable

from tftptui.files.sources import Source, SourceChangedError
from tftptui.files.staging import OF_FEW, Scratch, Staging, blocks_in, scratch
from tftptui.protocol.commands import Outcome
from tftptui.protocol.options import DEFAULT_BLOCK_SIZE
from tftptui.protocol.packets import HEADER, Opcode
from tftptui.protocol.sender import SendSession
from tftptui.protocol.session import State
from tftptui.protocol.timing import SHORTEST, RetransmitTimer
from tftptui.server.bursts import Burst
from tftptui.server.lagging import Lagging
from tftptui.server.parts import Parts
from tftptui.server.recorder import oack_of
from tftptui.server.transfer import Transfer
from tftptui.telemetry.packets import Flag, Kind
from tftptui.telemetry.views import SLOW

_LONGEST = 479
"""Octets of a datagram that are read; ACK and ERROR are all that is expected, and
Python is quicker to find room for less than 512 octets, its own 33 included."""

_LASTING = 16
"""Windows still to be sent from which on a socket and a staging buffer of its own pay
for a transfer."""

_FEW = 32
"""Transfers at a time that may read far ahead."""

_ACK = Opcode.ACK << 16
_word = int.from_bytes

# An Enum is slow to look in.
_ACK_KIND, _DATA_KIND, _OACK_KIND = Kind.ACK, Kind.DATA, Kind.OACK
_LAST, _COMPLETED, _NEW = int(Flag.LAST), Outcome.COMPLETED, State.NEW


class ShortWay(Lagging[SendSession]):
    """What a read is made of, and how it goes on as long as all goes well.

    While it does, the session lags behind, or is not even made. Whoever asks for it
    gets it up to date, and the next packet is looked at the long way.
    """

    __slots__ = (
        "_acked",
        "_begun",
        "_burst_made",
        "_caught",
        "_heard",
        "_last",
        "_left",
        "_left_before",
        "_log",
        "_made",
        "_next",
        "_now",
        "_octets",
        "_receive",
        "_send",
        "_sent_to",
        "_source",
        "_staged",
        "_staging",
        "_wall",
        "_window",
        "_windows",
    )

    def __init__(
        self,
        parts: Parts,
        source: Source,
        staging: Staging,
        closed: Callable[[Transfer], None],
    ) -> None:
        super().__init__(parts, closed)
        agreed, transport = parts.agreed, self.transport
        self._source = source
        block_size, window = agreed.block_size, agreed.window
        self._window = window
        self._octets = window * block_size
        size = source.size
        self._last = 0 if size is None else size // block_size + 1  # 0: not known yet
        self._staging = staging
        if window > 1 and parts.settings.gso:
            transport.segment(staging.stride)
        self._made: SendSession | None = None
        self._burst_made: Burst | None = None
        self._awaited = -1  # the ACK, as a number; none while the way is closed
        self._heard = False
        self._acked = self._sent_to = self._caught = 0
        self._next = self._staged = 0
        self._windows = staging.windows
        self._begun = self._left = self._left_before = 0.0
        self._receive = transport.recv
        self._now = self._clock.now
        self._wall = parts.recorder.offset
        self._send: Callable[[memoryview], object] = _nothing
        self._log: Callable[[float, int], object] = _nothing

    def start(self, now: float) -> None:
        """Send the first packet."""
        self._begin(now)
        self._begun = now
        may_wrap = self._agreed.numbering.rollover
        if may_wrap or not self._last or not self._may_hurry():
            self._run(self._session.start(now))
        elif self._agreed.oack:
            self._left = now + self._wall
            self._awaited = _ACK
            packet, note = oack_of(self._agreed.oack)
            is_out = self.transport.send(packet)
            self._report.packet(_OACK_KIND, len(packet), note=note)
            self._raw(packet, is_sent=True)
            if not is_out:
                self._leave_short_way()
        elif not self._go_on(self._last):
            self._run(self._sending.start(now))

    def readable(self) -> None:
        """Take one datagram of the client; what else there is wakes us again."""
        try:
            datagram = self._receive(_LONGEST)
        except OSError:  # woken for nothing readable: the error queue
            self._take_errors()
            return
        index = self._next
        if (
            index >= self._staged
            or _word(datagram) != self._awaited
            or len(datagram) != HEADER
        ):
            self._hear(datagram)
            return
        self._next = index + 1
        acked = self._sent_to
        self._sent_to = sent_to = acked + self._window
        self._awaited = _ACK | sent_to & 0xFFFF
        wall = self._now() + self._wall
        self._left_before, self._left = self._left, wall
        self._log(wall, acked)
        packets = self._windows[index]
        try:
            self._send(packets)
        except OSError:
            self._send_again(packets)

    def _hear(self, datagram: bytes) -> None:
        if _word(datagram) == self._awaited and len(datagram) == HEADER:
            self._heard = True
            left = self._last - self._sent_to
            if left > self._window:
                is_done = self._proceed(left)
            else:
                is_done = self._go_on(left) if left else self._complete()
            if is_done:
                return
        self._take(datagram, self._now())

    def _proceed(self, left: int) -> bool:
        """Send the next window, a full one; False: the long way.

        LEFT blocks have still to be sent.
        """
        if self._log is _nothing:
            self._hurry(left)
        acked, window = self._sent_to, self._window
        index = self._next
        if index >= self._staged:
            try:
                self._staging.fill(self._source, acked + 1, window)
            except (SourceChangedError, OSError):
                return False
            index, self._staged = self._staging.windows_after(acked) or (-1, 0)
            if index < 0:
                return False
        self._next = index + 1
        self._sent_to = sent_to = acked + window
        self._awaited = _ACK | sent_to & 0xFFFF
        wall = self._now() + self._wall
        if self._made is not None:
            self._made.timer.measure(wall - self._left)
        self._left_before, self._left = self._left, wall
        self._log(wall, acked)
        packets = self._windows[index]
        try:
            self._send(packets)
        except OSError:
            self._send_again(packets)
        return True

    def _go_on(self, left: int) -> bool:
        """Send the first window, or the last, likewise."""
        acked, report = self._sent_to, self._report
        count = min(left, self._window)
        try:
            octets = self._staging.fill(self._source, acked + 1, count)
        except (SourceChangedError, OSError):
            return False
        self._count()
        self._acked, self._caught = acked, acked + count
        self._sent_to = sent_to = acked + count
        self._awaited = _ACK | sent_to & 0xFFFF
        self._left_before = self._left
        if self._heard:
            report.moved(report.packet(_ACK_KIND, HEADER, run=(acked, 1)))
        packets = self._staging.packets(count, octets)
        is_out = self.transport.send_run(packets, self._staging.stride)
        self._left = report.packet(
            _DATA_KIND,
            octets,
            run=(acked + 1, count),
            flags=_LAST if sent_to == self._last else 0,
            note="" if is_out else self._send_trouble(),
        )
        if not is_out:
            self._leave_short_way()
        return True

    def _hurry(self, left: int) -> None:
        """Make what logs and sends a full window at once.

        With many blocks LEFT it gets a socket and a staging buffer of its own, too.
        """
        window = self._window
        if left > _LASTING * window:
            if self.transport.is_alone:
                self.transport.pair(self.readable)
                self._receive = self.transport.recv
            if isinstance(self._staging, Scratch):
                self._read_ahead()
        self._log = self._report.exchanges(window, self._octets)
        stride = self._staging.stride
        self._send = self.transport.sender(stride, window) or self._send_each

    def _read_ahead(self) -> None:
        agreed, is_few = self._agreed, self._parts.recorder.counters.active <= _FEW
        self._staging = Staging(
            agreed.block_size,
            agreed.window,
            agreed.numbering,
            size=self._source.size,
            blocks=blocks_in(OF_FEW, agreed.block_size) if is_few else None,
        )
        self._windows = self._staging.windows

    def _complete(self) -> bool:
        """End quietly what went well all along; False: the long way has to."""
        wall = self._now() + self._wall
        if self.is_told or self._agreed.notes or wall - self._left >= SLOW:
            return False
        if self._made is not None and not self.view().is_calm:
            return False
        report = self._report
        self._count()
        report.moved(report.packet(_ACK_KIND, HEADER, run=(self._last, 1)))
        self._acked = self._last
        self._left_before, self._left = self._left, wall
        self.outcome = _COMPLETED
        report.over(_COMPLETED)
        self._close()
        return True

    # What lags behind.

    def tick(self, now: float) -> None:
        """Let the session look at its deadline, which is far as long as it goes well.

        Now and then it is told how far all has got, for whoever counts.
        """
        is_well = self._awaited >= 0 and now - (self._left - self._wall) < SHORTEST
        if not is_well or now >= self._look_at:
            super().tick(now)

    @property
    def is_proven(self) -> bool:
        """Whether the client has answered, so that its address is its own."""
        return self._heard or (self._made is not None and super().is_proven)

    @property
    def _sending(self) -> SendSession:
        """The session, made where there was none; it may lag behind."""
        if self._made is None:
            agreed, parts = self._agreed, self._parts
            asked = {name.lower() for name, _ in self.request.options}
            self._made = SendSession(
                window=agreed.window,
                last_block=self._last or None,
                negotiated=bool(agreed.oack),
                size_asked=b"tsize" in asked,
                timer=RetransmitTimer(agreed.timeout, parts.settings.retries),
            )
            self._made.numbering = agreed.numbering
        return self._made

    @property
    def _burst(self) -> Burst:
        made = self._burst_made = self._burst_made or Burst(self._window)
        return made

    @property
    def _behind(self) -> SendSession:
        return self._sending

    def _count(self) -> None:
        """Count what has left since this was last asked, and was not counted then."""
        windows = (self._sent_to - self._caught) // self._window
        if windows > 0:
            self._caught = self._sent_to
            self._acked = self._sent_to - self._window
            self._report.exchanged(windows, self._window, self._octets, self._left)

    def _catch_up(self) -> None:
        """Tell session, view and counters what has happened on the short way."""
        self._count()
        session, acked, sent_to = self._sending, self._acked, self._sent_to
        if session.state is _NEW:
            session.start(self._begun)
        if self._heard and (session.acked, session.sent_to) != (acked, sent_to):
            trip = self._left - self._left_before
            session.settle(acked, sent_to, self._left - self._wall, trip)
            if self._burst_made is not None:
                self._burst_made.went_well()

    def _open_short_way(self) -> None:
        """Go on the short way with the next ACK, if the session has no more to say."""
        session = self._sending
        if not session.is_plain or not self._may_hurry() or self.transport.send_error:
            return
        staged = self._staging.windows_after(session.sent_to)
        if staged is None:
            return
        if self._log is _nothing:
            self._hurry(0)
        self._next, self._staged = staged
        self._acked, self._sent_to = session.acked, session.sent_to
        self._caught = self._sent_to
        self._heard = session.heard
        self._left = session.sent_at + self._wall
        self._awaited = _ACK | session.sent_to & 0xFFFF

    def _leave_short_way(self) -> None:
        """Look at the next packet the long way."""
        super()._leave_short_way()
        self._staged = 0

    def _may_hurry(self) -> bool:
        """Whether whole windows may leave as soon as they are asked for."""
        return self._burst_made is None or self._burst_made.is_whole

    def _send_each(self, packets: memoryview) -> None:
        """Send packets one by one."""
        if not self.transport.send_run(packets, self._staging.stride):
            self._report.trouble(self._send_trouble())
            self._leave_short_way()

    def _send_again(self, packets: memoryview) -> None:
        """Send what did not leave as it should have: an old ICMP error, or no GSO."""
        self._send_each(packets)
        self._leave_short_way()
        self._send = self._log = _nothing  # made anew, as the route has it then

    def _let_go(self) -> None:
        self._send = self._log = _nothing  # or we would hold ourselves
        self._staging, self._windows = _NO_STAGING, []


_NO_STAGING = scratch(DEFAULT_BLOCK_SIZE, 1)


def _nothing(*_: object) -> None:
    """Stand in for what is made once it pays."""
