"""The short way of a read, for what nearly every packet means.

It is an ACK of all that is outstanding, nothing of which was sent twice, and the
next window is a full one. That needs neither a command nor the session: the window
leaves, one entry goes into the packet log, and the session is told later, before
anybody looks at it. A transfer of one packet at a time does this a hundred thousand
times a second, so each step here is there because it has to be.
"""

from collections.abc import Callable

from tftptui.files.sources import Source, SourceChangedError
from tftptui.files.staging import Staging
from tftptui.protocol.packets import HEADER, Opcode
from tftptui.protocol.sender import SendSession
from tftptui.protocol.timing import SHORTEST
from tftptui.server.bursts import Burst
from tftptui.server.parts import Parts
from tftptui.server.transfer import Transfer

_LONGEST = 2_048
"""Octets of a datagram that are read; ACK and ERROR are all that is expected."""

_ACK = Opcode.ACK << 16
_word = int.from_bytes


class ShortWay(Transfer):
    """What a read is made of, and how it goes on as long as all goes well.

    While it does, the session lags behind. Whoever asks for it gets it up to date,
    and the next packet is looked at the long way.
    """

    __slots__ = (
        "_awaited",
        "_burst",
        "_left",
        "_left_before",
        "_log",
        "_next",
        "_now",
        "_octets",
        "_receive",
        "_send",
        "_sending",
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
        session: SendSession,
        source: Source,
        closed: Callable[[Transfer], None],
    ) -> None:
        super().__init__(parts, session, closed)
        agreed = parts.agreed
        self._sending = session
        self._source = source
        self._window = agreed.window
        self._octets = agreed.window * agreed.block_size
        self._staging = Staging(
            agreed.block_size, agreed.window, agreed.numbering, size=source.size
        )
        self._burst = Burst(agreed.window)
        if agreed.window > 1 and parts.gso:
            self.transport.segment(self._staging.stride)
        self._awaited = -1  # the ACK, as a number; none while the way is closed
        self._next = self._staged = self._sent_to = 0
        self._windows = self._staging.windows
        self._left = self._left_before = 0.0
        self._receive = self.transport.recv
        self._now = self._clock.now
        self._wall = self._clock.wall() - self._clock.now()
        self._send: Callable[[memoryview], object] = self._send_each
        self._log: Callable[[float, int], None] = _nothing

    def readable(self) -> None:
        """Take one datagram of the client; what else there is wakes us again."""
        try:
            datagram = self._receive(_LONGEST)
        except OSError:  # woken for nothing readable: the error queue
            self._take_errors()
            return
        if _word(datagram) != self._awaited or len(datagram) != HEADER:
            self._take(datagram, self._now())
            return
        index = self._next
        if index == self._staged:
            if not self._stage():
                self._take(datagram, self._now())
                return
            index = 0
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

    def tick(self, now: float) -> None:
        """Let the session look at its deadline, which is far as long as it goes well.

        Now and then it is told how far all has got, for whoever counts.
        """
        is_well = self._awaited >= 0 and now - (self._left - self._wall) < SHORTEST
        if not is_well or now >= self._look_at:
            super().tick(now)

    @property
    def version(self) -> int:
        """A number that grows with everything that happens."""
        if self._awaited >= 0:
            self._catch_up()
        return self._report.version

    @property
    def _session(self) -> SendSession:
        """The session, up to date; it may change now, so the short way closes."""
        self._leave_short_way()
        return self._sending

    @property
    def _state(self) -> SendSession:
        """The session to look at: the short way stays open."""
        if self._awaited >= 0:
            self._catch_up()
        return self._sending

    def _catch_up(self) -> None:
        """Tell session, view and counters what has happened on the short way."""
        windows = (self._sent_to - self._sending.sent_to) // self._window
        if windows > 0:
            trip = self._left - self._left_before
            self._sending.advance(windows, self._left - self._wall, trip)
            self._burst.went_well()
            self._report.exchanged(windows, self._window, self._octets, self._left)

    def _open_short_way(self) -> None:
        """Go on the short way with the next ACK, if the session has no more to say."""
        session = self._sending
        if not session.is_plain or not self._may_hurry() or self.transport.send_error:
            return
        staged = self._staging.windows_after(session.sent_to)
        if staged is None:
            return
        if self._log is _nothing:
            self._log = self._report.exchanges(self._window, self._octets)
            stride, window = self._staging.stride, self._window
            self._send = self.transport.sender(stride, window) or self._send_each
        self._next, self._staged = staged
        self._sent_to = session.sent_to
        self._left = session.sent_at + self._wall
        self._awaited = _ACK | session.sent_to & 0xFFFF

    def _leave_short_way(self) -> None:
        """Look at the next packet the long way."""
        if self._awaited >= 0:
            self._catch_up()
            self._awaited = -1

    def _may_hurry(self) -> bool:
        """Whether whole windows may leave as soon as they are asked for."""
        return self._burst.is_whole

    def _stage(self) -> bool:
        """Read the next windows; False when the long way has to.

        It is also the moment to measure a round trip: whether an ACK can be a gap
        report hangs on that, so it has to be a fresh one.
        """
        came = self._now() + self._wall
        self._sending.timer.measure(came - self._left)
        try:
            self._staging.read(self._source, self._sent_to + 1)
        except (SourceChangedError, OSError):
            return False
        self._next, self._staged = 0, self._staging.full_windows
        return self._staged > 0

    def _send_each(self, packets: memoryview) -> None:
        """Send packets one by one."""
        if not self.transport.send_run(packets, self._staging.stride):
            self._report.trouble(self._send_trouble())
            self._leave_short_way()

    def _send_again(self, packets: memoryview) -> None:
        """Send what did not leave as it should have: an old ICMP error, or no GSO."""
        self._send_each(packets)
        self._leave_short_way()
        self._send, self._log = self._send_each, _nothing  # as the route has it now


def _nothing(_time: float, _block: int) -> None:
    """Stand in for what the first step on the short way makes."""
