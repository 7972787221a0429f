"""The short way of a read, for what nearly every packet means.

It is an ACK of all that is outstanding, nothing of which was sent twice, and what
follows is the next window. That needs neither a command nor a session: the window
leaves, entries go into the packet log, and a session is made, or told, when somebody
has to look at it. A transfer of one packet at a time does this a hundred thousand
times a second, and a rack that boots begins thousands of transfers in one, so each
step here is there because it has to be.
"""

from collections.abc import Callable, Iterator

from tftptui.files.source import Source, SourceChangedError
from tftptui.files.staging import OF_FEW, Awaited, Scratch, Staging, blocks_in, scratch
from tftptui.net.addresses import endpoint_of
from tftptui.protocol.commands import Outcome
from tftptui.protocol.options import DEFAULT_BLOCK_SIZE
from tftptui.protocol.packets import HEADER, encode_ack
from tftptui.server.fastpath.lockstep import NEAR, Steps
from tftptui.server.fastpath.readbehind import ReadBehind
from tftptui.server.recorder import oack_of
from tftptui.server.transfer.sockets import LONGEST
from tftptui.server.transfer.spec import Parts
from tftptui.server.transfer.transfer import LOOK, Transfer
from tftptui.telemetry.records.ring import Flag, Kind
from tftptui.telemetry.views import SLOW

_LASTING = 16
"""Windows still to be sent from which on a socket and a staging buffer of its own pay
for a transfer."""

_FEW = 32
"""Transfers at a time that may read far ahead."""

_STAYS, _FRUITFUL = 3, 8
"""Stretches alone with a client that may end with fewer windows than are worth it."""

_NONE: Awaited = (None,)

# An Enum is slow to look in.
_ACK_KIND, _DATA_KIND, _OACK_KIND = Kind.ACK, Kind.DATA, Kind.OACK
_LAST, _COMPLETED = int(Flag.LAST), Outcome.COMPLETED


class ShortWay(ReadBehind):
    """What a read is made of, and how it goes on as long as all goes well."""

    __slots__ = (
        "_acks",
        "_log",
        "_next",
        "_receive",
        "_send",
        "_staging",
        "_stays",
        "_template",
        "_windows",
    )

    def __init__(
        self,
        parts: Parts,
        source: Source,
        staging: Staging,
        closed: Callable[[Transfer], None],
    ) -> None:
        super().__init__(parts, source, closed)
        transport = self.transport
        self._staging = staging
        if self._window > 1 and parts.settings.gso:
            transport.segment(staging.stride)
        self._next, self._acks = 0, _NONE
        self._windows = staging.windows
        self._receive: Callable[[int], bytes] = (
            self._recvfrom if transport.is_alone else transport.recv
        )
        self._send: Callable[[memoryview], object] = _nothing
        self._log = parts.recorder.ring.exchanges
        self._template = b""
        self._stays = _STAYS

    def start(self, now: float) -> None:
        """Send the first packet."""
        self._begin(now)
        self._begun = now
        may_wrap = self._agreed.numbering.rollover
        if may_wrap or not self._last or not self._may_hurry():
            self._run(self._session.start(now))
        elif self._agreed.oack:
            self._left = now + self._wall
            self._awaited = 0
            packet, note = oack_of(self._agreed.oack)
            is_out = self.transport.send(packet)
            self._report.packet(_OACK_KIND, len(packet), note=note)
            self._raw(packet, is_sent=True)
            if not is_out:
                self._leave_short_way()
        elif not self._go_on(self._last):
            self._run(self._sending.start(now))

    def go_on_from(
        self, begun: float, started: float, sent_at: float, ended_at: float
    ) -> None:
        """Stand where a one-block read does; see there for the times."""
        report = self._report
        report.started = report.progressed = started
        if not sent_at:
            return
        self._begun, self._look_at = begun, begun + LOOK
        self._awaited = self._sent_to = self._caught = 1
        self._left = sent_at
        report.version += 1
        if ended_at:
            self.outcome, self.is_closed = _COMPLETED, True
            self._heard, self._acked = True, 1
            self._left_before, self._left = sent_at, ended_at
            report.progressed = report.ended_at = ended_at
            self._forget_staging()

    def readable(self) -> None:
        """Take one datagram of the client; what else there is wakes us again."""
        receive, now, send = self._receive, self._now, self._send
        try:
            datagram = receive(LONGEST)
        except OSError:  # woken for nothing readable: the error queue
            self.take_errors()
            return
        index = self._next
        if datagram != self._acks[index]:
            self._hear(datagram)
            return
        self._next = index + 1
        acked = self._sent_to
        self._sent_to = acked + self._window
        wall = now() + self._wall
        self._left_before, self._left = self._left, wall
        log = self._log
        log.times.append(wall)
        log.blocks.append(acked)
        log.templates.append(self._template)
        packets = self._windows[index]
        try:
            send(packets)
        except OSError:
            self._send_again(packets)

    def strayed(self) -> None:
        """Answer a stranger on this TID; alone it may be the client."""
        if self.transport.to is None:
            super().strayed()
        else:
            self.readable()

    def _recvfrom(self, octets: int) -> bytes:
        """Return a datagram of the client from where strangers come, too.

        Raises:
            OSError: there is none.
        """
        transport = self.transport
        datagram, sender = transport.recvfrom(octets)
        if sender != transport.to and not transport.is_from_client(sender):
            self._answer_stray(datagram, endpoint_of(sender))
            raise BlockingIOError
        return datagram

    def _hear(self, datagram: bytes) -> None:
        is_open = self._awaited >= 0 and self._acks[self._next] is None
        if is_open and datagram == encode_ack(self._sent_to & 0xFFFF):
            self._heard = True
            left = self._last - self._sent_to
            if left > self._window:
                is_done = self._proceed(left)
                if is_done and self._may_stay():
                    self._stay()
            else:
                is_done = self._go_on(left) if left else self._complete()
            if is_done:
                return
        self._take(datagram, self._now())

    def _proceed(self, left: int) -> bool:
        """Send the next window, a full one; False: the long way.

        LEFT blocks have still to be sent.
        """
        if not self._template:
            self._hurry(left)
        acked = self._sent_to
        try:
            index = self._staging.window_after(self._source, acked)
        except (SourceChangedError, OSError):
            index = None
        if index is None:
            return False
        self._acks, self._next = self._staging.awaited, index + 1
        self._sent_to = acked + self._window
        wall = self._now() + self._wall
        if self._made is not None:
            self._made.timer.measure(wall - self._left)
        self._left_before, self._left = self._left, wall
        log = self._log
        log.times.append(wall)
        log.blocks.append(acked)
        log.templates.append(self._template)
        if len(log) > log.MOST:
            self._report.settle()
        packets = self._windows[index]
        try:
            self._send(packets)
        except OSError:
            self._send_again(packets)
        return True

    def _may_stay(self) -> bool:
        """Whether nobody has to wait for us while we wait for the client.

        Each window has to leave with one call: what fails amid one ends the short way.
        """
        if self._awaited < 0 or self._send == self._send_each:
            return False
        is_near = self._left - self._left_before < NEAR and self._stays > 0
        return is_near and self._parts.recorder.counters.active == 1

    def _stay(self) -> None:
        """Stay with the client for a while, and with nobody else."""
        step = self.transport.lock_step(self._now)
        if step is None:
            return
        step.keep(self._stretch(), self._send)
        acked, left = self._sent_to, [moment + self._wall for moment in step.left]
        self._next, self._acks = 0, _NONE
        self._stays -= len(left) < _FRUITFUL
        if left:
            self._left_before = left[-2] if len(left) > 1 else self._left
            self._left = left[-1]
            self._sent_to = end = acked + len(left) * self._window
            log = self._log
            log.times += left
            log.blocks += range(acked, end, self._window)
            log.templates += [self._template] * len(left)
        if step.unsent is not None:
            self._send_again(step.unsent)
        elif step.other:
            self._hear(step.other)

    def _stretch(self) -> Iterator[Steps]:
        """Give out all full windows that follow, staged piece by piece."""
        index, acks, windows = self._next, self._acks, self._windows
        block, window = self._sent_to, self._window
        while True:
            ready = len(acks) - 1
            yield acks[index:ready], windows[index:ready]
            block += (ready - index) * window
            if self._last - block <= window:
                return
            try:
                found = self._staging.window_after(self._source, block)
            except (SourceChangedError, OSError):
                return
            if found is None:
                return
            index, acks = found, self._staging.awaited

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
        self._awaited, self._acks, self._next = sent_to, _NONE, 0
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
        self._template = self._report.exchange(window, self._octets)
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

    def _open_short_way(self) -> None:
        """Go on the short way with the next ACK, if the session has no more to say.

        Where it ends has to be known: a text that is converted takes the long way.
        """
        session = self._sending
        if not self._last or not session.is_plain or not self._may_hurry():
            return
        if self.transport.send_error:
            return
        self._next, self._acks = 0, _NONE
        self._acked, self._sent_to = session.acked, session.sent_to
        self._caught = self._sent_to
        self._heard = session.heard
        self._left = session.sent_at + self._wall
        self._awaited = self._sent_to

    def _leave_short_way(self) -> None:
        """Look at the next packet the long way."""
        super()._leave_short_way()
        self._next, self._acks = 0, _NONE

    def _send_each(self, packets: memoryview) -> None:
        """Send packets one by one."""
        if not self.transport.send_run(packets, self._staging.stride):
            self._report.trouble(self._send_trouble())
            self._leave_short_way()

    def _send_again(self, packets: memoryview) -> None:
        """Send what did not leave as it should have: an old ICMP error, or no GSO."""
        self._send_each(packets)
        self._leave_short_way()
        self._send, self._template = _nothing, b""  # made anew, as the route has it

    def _let_go(self) -> None:
        self._send = _nothing  # or we would hold ourselves
        self._receive = self.transport.recv
        self._forget_staging()

    def _forget_staging(self) -> None:
        self._staging, self._windows = _NO_STAGING, []


_NO_STAGING = scratch(DEFAULT_BLOCK_SIZE, 1)


def _nothing(*_: object) -> None:
    """Stand in for what is made once it pays."""
