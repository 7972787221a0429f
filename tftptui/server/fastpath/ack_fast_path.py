"""The fast path of a Sender: the expected ACK arrives, the next window leaves.

It handles an ACK of everything outstanding, with nothing retransmitted, by sending the
next window without a session or commands: only entries for the packet log are written.
The session is created or updated when somebody needs it. A lock-step transfer does this
a hundred thousand times a second, and a booting rack starts thousands of transfers in
one, so no step here is without a purpose.
"""

from collections.abc import Callable, Iterator
from typing import final

from tftptui.files.source import Source, SourceChangedError
from tftptui.files.staging import OF_FEW, Awaited, Scratch, Staging, blocks_in, scratch
from tftptui.net.addresses import endpoint_of
from tftptui.protocol.options import DEFAULT_BLOCK_SIZE
from tftptui.protocol.packets import HEADER, encode_ack
from tftptui.protocol.sender import SendSession
from tftptui.protocol.session import State
from tftptui.protocol.timing import SHORTEST, RetransmitTimer
from tftptui.server.fastpath.lockstep import NEAR, Steps
from tftptui.server.transfer.sockets import LONGEST
from tftptui.server.transfer.transfer import Transfer
from tftptui.telemetry.records.ring import Flag, Kind
from tftptui.telemetry.views import SLOW

_LASTING = 16
"""Windows left to send from which a transfer gets a socket and a staging buffer of its
own."""

_FEW = 32
"""Transfers at a time that may read far ahead."""

_STAYS, _FRUITFUL = 3, 8
"""Number of lock-step stretches that may end with fewer than _FRUITFUL windows before a
transfer stops trying them."""

_NONE: Awaited = (None,)

# Looking up an Enum member is slow.
_ACK_KIND, _DATA_KIND = Kind.ACK, Kind.DATA
_LAST, _NEW = int(Flag.LAST), State.NEW


@final
class AckFastPath:
    """The fast state of a read transfer.

    One way in: open(), or start() for a new transfer. One way out: close(), after
    catch_up() has updated the session. While it is closed, readable() hands each
    datagram to the Sender.

    Args:
        transfer: its transfer, until forget().
        source: where blocks are read from.
        staging: buffer that blocks are staged in.

    Attributes:
        is_open: whether the fast state is active.
        heard: whether the client has replied.
        last: the last block, or 0 if the length is not known.
        sent_to: the last block sent, while it is open.
        begun: when the transfer was started, on the monotonic clock.
        staging: the staging buffer now in use.
        timer: the session's retransmit timer, once there is a session.
    """

    __slots__ = (
        "_acked",
        "_acks",
        "_counted",
        "_left",
        "_left_before",
        "_log",
        "_nbytes",
        "_next",
        "_now",
        "_receive",
        "_report",
        "_send",
        "_source",
        "_stays",
        "_template",
        "_transfer",
        "_wall",
        "_window",
        "_windows",
        "begun",
        "heard",
        "is_open",
        "last",
        "sent_to",
        "staging",
        "timer",
    )

    def __init__(self, transfer: Transfer, source: Source, staging: Staging) -> None:
        parts, transport = transfer.parts, transfer.transport
        agreed, recorder = parts.agreed, parts.recorder
        window = self._window = agreed.window
        self._transfer, self._report = transfer, transfer.report
        self._source, self.staging = source, staging
        self._nbytes = window * agreed.block_size
        size = source.size
        self.last = 0 if size is None else size // agreed.block_size + 1
        if window > 1 and parts.settings.gso:
            transport.segment(staging.stride)
        self.timer: RetransmitTimer | None = None
        self.is_open = self.heard = False
        self._acked = self.sent_to = self._counted = 0
        self.begun = 0.0
        self._left = self._left_before = 0.0  # wall-clock times of the last two windows
        self._now, self._wall = recorder.clock.now, recorder.offset
        self._next, self._acks = 0, _NONE
        self._windows = staging.windows
        self._receive: Callable[[int], bytes] = (
            self._recvfrom if transport.is_alone else transport.recv
        )
        self._send: Callable[[memoryview], object] = _nothing
        self._log = recorder.ring.exchanges
        self._template = b""
        self._stays = _STAYS

    def start(self) -> bool:
        """Send the first packet; False if nothing was sent: use the session."""
        transfer = self._transfer
        if not transfer.parts.agreed.oack:
            return self._go_on(self.last)
        self._left = self.begun + self._wall
        self.is_open = True
        if not transfer.send_oack(1):
            transfer.side.settle()
        return True

    def open(self, session: SendSession) -> None:
        """Handle the next ACK here: it must acknowledge everything outstanding."""
        self._next, self._acks = 0, _NONE
        self._acked, self.sent_to = session.acked, session.sent_to
        self._counted = self.sent_to
        self.heard = session.heard
        self._left = session.sent_at + self._wall
        self.is_open = True

    def go_on_from(self, begun: float, sent_at: float, ended_at: float) -> None:
        """Continue a one-block read that has already sent its block."""
        self.begun, self._left = begun, sent_at
        self.sent_to = self._counted = 1
        self.is_open = True
        if ended_at:
            self.heard, self._acked = True, 1
            self._left_before, self._left = sent_at, ended_at

    def close(self) -> None:
        """Leave the next packet to the session; call catch_up() first."""
        self.is_open = False
        self._next, self._acks = 0, _NONE

    def count(self) -> None:
        """Add the windows sent since the last call to the counters."""
        windows = (self.sent_to - self._counted) // self._window
        if windows > 0:
            self._counted = self.sent_to
            self._acked = self.sent_to - self._window
            self._report.exchanged(windows, self._window, self._nbytes, self._left)

    def catch_up(self, session: SendSession) -> int:
        """Bring session and counters up to date.

        Returns:
            How many windows were acknowledged since the last time.
        """
        self.count()
        acked, sent_to = self._acked, self.sent_to
        if session.state is _NEW:
            session.start(self.begun)
        if not self.heard or (session.acked, session.sent_to) == (acked, sent_to):
            return 0
        windows = (acked - session.acked) // self._window
        trip = self._left - self._left_before
        session.settle(acked, sent_to, self._left - self._wall, trip)
        return windows

    def is_quick(self, now: float) -> bool:
        """Return whether the last window left too recently for any timeout."""
        return self.is_open and now - (self._left - self._wall) < SHORTEST

    def readable(self) -> None:
        """Handle one datagram; if there are more, the loop calls again."""
        receive, now, send = self._receive, self._now, self._send
        try:
            datagram = receive(LONGEST)
        except OSError:  # nothing to read: the error queue woke us
            self._transfer.take_errors()
            return
        index = self._next
        if datagram != self._acks[index]:
            self.hear(datagram)
            return
        self._next = index + 1
        acked = self.sent_to
        self.sent_to = acked + self._window
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

    def _recvfrom(self, nbytes: int) -> bytes:
        """Return a datagram of the client, from the socket that anyone can reach.

        Raises:
            OSError: there is none.
        """
        transport = self._transfer.transport
        datagram, sender = transport.recvfrom(nbytes)
        if sender != transport.to and not transport.is_from_client(sender):
            self._transfer.answer_stray(datagram, endpoint_of(sender))
            raise BlockingIOError
        return datagram

    def hear(self, datagram: bytes) -> None:
        """Handle a datagram of the client that no window is staged for."""
        is_due = self.is_open and self._acks[self._next] is None
        if is_due and datagram == encode_ack(self.sent_to & 0xFFFF):
            self.heard = True
            left = self.last - self.sent_to
            if left > self._window:
                is_done = self._proceed(left)
                if is_done and self._may_stay():
                    self._stay()
            else:
                is_done = self._go_on(left) if left else self._complete()
            if is_done:
                return
        self._transfer.take(datagram)

    def _proceed(self, left: int) -> bool:
        """Send the next full window; return False if the session has to do it.

        LEFT blocks have still to be sent.
        """
        if not self._template:
            self._hurry(left)
        acked = self.sent_to
        try:
            index = self.staging.window_after(self._source, acked)
        except (SourceChangedError, OSError):
            index = None
        if index is None:
            return False
        self._acks, self._next = self.staging.awaited, index + 1
        self.sent_to = acked + self._window
        wall = self._now() + self._wall
        if self.timer is not None:
            self.timer.measure(wall - self._left)
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
        """Return whether this is the only transfer and its client replies fast.

        Each window must leave in one call: an error halfway ends the fast state.
        """
        if not self.is_open or self._send == self._send_each:
            return False
        is_near = self._left - self._left_before < NEAR and self._stays > 0
        return is_near and self._transfer.parts.recorder.counters.active == 1

    def _stay(self) -> None:
        """Serve this client alone for a while, blocking in its socket."""
        step = self._transfer.transport.lock_step(self._now)
        if step is None:
            return
        step.keep(self._stretch(), self._send)
        acked, left = self.sent_to, [moment + self._wall for moment in step.left]
        self._next, self._acks = 0, _NONE
        self._stays -= len(left) < _FRUITFUL
        if left:
            self._left_before = left[-2] if len(left) > 1 else self._left
            self._left = left[-1]
            self.sent_to = end = acked + len(left) * self._window
            log = self._log
            log.times += left
            log.blocks += range(acked, end, self._window)
            log.templates += [self._template] * len(left)
        if step.unsent is not None:
            self._send_again(step.unsent)
        elif step.other:
            self.hear(step.other)

    def _stretch(self) -> Iterator[Steps]:
        """Yield all full windows that follow, staged piece by piece."""
        index, acks, windows = self._next, self._acks, self._windows
        block, window = self.sent_to, self._window
        while True:
            ready = len(acks) - 1
            yield acks[index:ready], windows[index:ready]
            block += (ready - index) * window
            if self.last - block <= window:
                return
            try:
                found = self.staging.window_after(self._source, block)
            except (SourceChangedError, OSError):
                return
            if found is None:
                return
            index, acks = found, self.staging.awaited

    def _go_on(self, left: int) -> bool:
        """Send the first or the last window; False: the session has to."""
        acked, report, transfer = self.sent_to, self._report, self._transfer
        count = min(left, self._window)
        try:
            nbytes = self.staging.fill(self._source, acked + 1, count)
        except (SourceChangedError, OSError):
            return False
        self.count()
        self._acked, self._counted = acked, acked + count
        self.sent_to = sent_to = acked + count
        self.is_open, self._acks, self._next = True, _NONE, 0
        self._left_before = self._left
        if self.heard:
            report.moved(report.packet(_ACK_KIND, HEADER, run=(acked, 1)))
        packets = self.staging.packets(count, nbytes)
        is_out = transfer.transport.send_run(packets, self.staging.stride)
        self._left = report.packet(
            _DATA_KIND,
            nbytes,
            run=(acked + 1, count),
            flags=_LAST if sent_to == self.last else 0,
            note="" if is_out else transfer.send_trouble,
        )
        if not is_out:
            transfer.side.settle()
        return True

    def _hurry(self, left: int) -> None:
        """Prepare the log template and the one-call send for full windows.

        With many blocks LEFT, it gets a socket and a staging buffer of its own, too.
        """
        window, transport = self._window, self._transfer.transport
        if left > _LASTING * window:
            if transport.is_alone:
                transport.pair(self.readable)
                self._receive = transport.recv
            if isinstance(self.staging, Scratch):
                self._read_ahead()
        self._template = self._report.exchange(window, self._nbytes)
        self._send = transport.sender(self.staging.stride, window) or self._send_each

    def _read_ahead(self) -> None:
        parts = self._transfer.parts
        agreed, is_few = parts.agreed, parts.recorder.counters.active <= _FEW
        self.staging = Staging(
            agreed.block_size,
            agreed.window,
            agreed.numbering,
            size=self._source.size,
            blocks=blocks_in(OF_FEW, agreed.block_size) if is_few else None,
        )
        self._windows = self.staging.windows

    def _complete(self) -> bool:
        """Finish a transfer that had no trouble; False: the session has to."""
        wall, transfer = self._now() + self._wall, self._transfer
        if (
            transfer.is_reported
            or transfer.parts.agreed.notes
            or wall - self._left >= SLOW
        ):
            return False
        if self.timer is not None and not transfer.view().is_calm:
            return False
        report = self._report
        self.count()
        report.moved(report.packet(_ACK_KIND, HEADER, run=(self.last, 1)))
        self._acked = self.last
        self._left_before, self._left = self._left, wall
        transfer.complete()
        return True

    def _send_each(self, packets: memoryview) -> None:
        transfer = self._transfer
        if not transfer.transport.send_run(packets, self.staging.stride):
            self._report.trouble(transfer.send_trouble)
            transfer.side.settle()

    def _send_again(self, packets: memoryview) -> None:
        """Resend a window that failed: on an old ICMP error, or without GSO."""
        self._send_each(packets)
        self._transfer.side.settle()
        # rebuilt by _hurry() for what the route allows
        self._send, self._template = _nothing, b""

    def forget(self) -> None:
        """Drop the references to the transfer, and the staged blocks."""
        del self._transfer
        self._send = _nothing
        self._receive = _no_datagram
        self.staging, self._windows = _NO_STAGING, []


_NO_STAGING = scratch(DEFAULT_BLOCK_SIZE, 1)


def _nothing(*_: object) -> None:
    """Placeholder until the real callable is built."""


def _no_datagram(_: int) -> bytes:
    raise BlockingIOError
