"""The sender of a read request."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import final

from tftptui.files.source import ColdError, Source, SourceChangedError
from tftptui.files.staging import Staging
from tftptui.protocol.commands import Command, SendBlocks
from tftptui.protocol.errors import ErrorCode, MisuseError
from tftptui.protocol.packets import acknowledged
from tftptui.protocol.sender import SendSession
from tftptui.server.fastpath.ack_fast_path import AckFastPath
from tftptui.server.fastpath.gso_bursts import GAP, Burst, late_after
from tftptui.server.transfer.bandwidth import Pacer
from tftptui.server.transfer.pacing import PacedBlocks, left_before
from tftptui.server.transfer.transfer import Transfer, timer_of
from tftptui.telemetry.records.ring import Flag, Kind
from tftptui.telemetry.views import TransferView

_ACK, _DATA = Kind.ACK, Kind.DATA  # looking up an Enum member is slow


@final
class Sender:
    """Sends the file of an RRQ; see Side. Closes the source at the end.

    The session is created when it is first needed. While the fast path is open it is
    outdated; settle() brings it up to date.

    Args:
        transfer: its transfer, until close().
        source: where blocks are read from.
        staging: buffer that blocks are staged in.
        pacer: limits when blocks are sent; None for no limit.

    Attributes:
        is_over: whether it is closed.
    """

    __slots__ = (
        "_alarm",
        "_burst",
        "_fast",
        "_is_late",
        "_paced",
        "_parts",
        "_report",
        "_session",
        "_source",
        "_transfer",
        "_waiting",
        "_warming",
        "is_over",
    )

    def __init__(
        self,
        transfer: Transfer,
        source: Source,
        staging: Staging,
        pacer: Pacer | None = None,
    ) -> None:
        parts = self._parts = transfer.parts
        self._transfer, self._report = transfer, transfer.report
        self._source = source
        self._fast = AckFastPath(transfer, source, staging)
        self._session: SendSession | None = None
        self._burst: Burst | None = None
        self._waiting: deque[SendBlocks] = deque()
        self._alarm: asyncio.TimerHandle | None = None
        self._warming: asyncio.Task[None] | None = None
        self._is_late = self.is_over = False
        self._paced: PacedBlocks | None = None
        if pacer is not None:
            block_size = parts.agreed.block_size
            self._paced = PacedBlocks(pacer, transfer.clock, block_size, self)

    def go_on_from(self, begun: float, sent_at: float, ended_at: float) -> None:
        """Continue a one-block read; see there for the times."""
        self._fast.go_on_from(begun, sent_at, ended_at)
        if ended_at:  # the read has closed the file
            self._forget()

    @property
    def readable(self) -> Callable[[], None]:
        """Callback for a readable socket."""
        return self._fast.readable

    @property
    def is_proven(self) -> bool:
        """True if the client has replied."""
        session = self._session
        return self._fast.heard or (session is not None and session.heard)

    @property
    def is_waiting(self) -> bool:
        """True if our own packets are delayed, so the client is not late."""
        return self._warming is not None or self.is_paced

    @property
    def is_paced(self) -> bool:
        """True if the next blocks wait for bandwidth."""
        return self._paced is not None and bool(self._paced.unsent)

    def start(self, now: float) -> None:
        """Send the first packet."""
        fast = self._fast
        fast.begun = now
        is_fast = fast.last and not self._parts.agreed.numbering.rollover
        if not is_fast or not self._may_hurry() or not fast.start():
            self._transfer.run(self._exact().start(now))

    def settle(self) -> SendSession:
        """Return the session, up to date, to change it; leaves the fast state."""
        session = self.look()
        self._fast.close()
        return session

    def look(self) -> SendSession:
        """Return the session, up to date, to read it; the fast state may go on."""
        session, fast = self._exact(), self._fast
        windows = fast.catch_up(session) if fast.is_open else 0
        if windows and self._burst is not None:
            self._burst.went_well(windows)
        return session

    def count(self) -> None:
        """Bring the counters up to date."""
        if self._fast.is_open:
            self._fast.count()

    def is_quick(self, now: float) -> bool:
        """Return whether the last window left too recently for any timeout."""
        return self._fast.is_quick(now)

    def _exact(self) -> SendSession:
        """Return the session, creating it if needed; it may be outdated."""
        session = self._session
        if session is None:
            parts, last = self._parts, self._fast.last
            agreed = parts.agreed
            names = {name.lower() for name, _ in parts.request.options}
            session = self._session = SendSession(
                window=agreed.window,
                last_block=last or None,
                negotiated=bool(agreed.oack),
                wants_size=b"tsize" in names,
                timer=timer_of(agreed, parts.settings),
            )
            session.numbering = agreed.numbering
            self._fast.timer = session.timer
        return session

    def _bursts(self) -> Burst:
        """Return the burst size, creating it if needed."""
        if self._burst is None:
            window = self._parts.agreed.window
            self._burst = Burst(window, self._exact().acked // window)
        return self._burst

    def _may_hurry(self) -> bool:
        """Return whether whole windows may be sent at once."""
        burst = self._burst
        return self._paced is None and (burst is None or burst.is_whole)

    def hear(self, datagram: bytes) -> None:
        """Handle a datagram of the client in any state."""
        self._fast.hear(datagram)

    def take(self, datagram: bytes, now: float) -> None:
        """Handle a datagram of the client in the session."""
        block16 = acknowledged(datagram)
        if block16 is None:
            self._transfer.take_other(datagram)
            return
        session, report = self.settle(), self._report
        if self.is_paced:
            self._hold(session, block16, len(datagram))
            return
        block, before = session.absolute(block16), (session.acked, session.state)
        sent_to = session.sent_to
        self._is_late = now - session.sent_at > late_after(session.timer.smoothed)
        commands = session.receive_ack(block16, now)
        if (session.acked, session.state) != before:
            report.moved(report.packet(_ACK, len(datagram), run=(block, 1)))
            if session.acked == sent_to and self._burst is not None:
                self._burst.went_well()  # a burst created later counts earlier windows
        else:
            flags = Flag.DUPLICATE
            report.packet(_ACK, len(datagram), run=(block, 1), flags=flags)
            report.duplicate()
        self._transfer.run(commands)

    def _hold(self, session: SendSession, block16: int, nbytes: int) -> None:
        """Hold back an ACK while part of the window is unsent."""
        block = session.absolute(block16)
        is_new = session.acked < block <= self._sent(session)
        flags = 0 if is_new else Flag.DUPLICATE
        self._report.packet(_ACK, nbytes, run=(block, 1), flags=flags)
        if not is_new:
            self._report.duplicate()
        elif self._paced is not None:
            self._paced.hold(block16)

    def is_due_from_client(self, datagram: bytes) -> bool:
        """Return whether a stranger's datagram is what the client should send next."""
        block16 = acknowledged(datagram)
        if block16 is None:
            return False
        session = self.look()
        is_sent = session.acked <= session.absolute(block16) <= session.sent_to
        return session.heard and is_sent

    def obey(self, command: Command) -> None:
        """Carry out a command for senders."""
        if not isinstance(command, SendBlocks):
            raise MisuseError(f"a read can't {command}")
        if command.first == self._exact().acked + 1:
            self._begin_window(command)
        if self._paced is not None:
            self._paced.add(command)
            return
        self._waiting.append(command)
        if self._alarm is None and self._warming is None:
            self._send_burst()

    def _begin_window(self, command: SendBlocks) -> None:
        """Drop unsent blocks of the previous window: this one includes them."""
        self._waiting.clear()
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if command.attempt > 1 and (self._exact().timeouts or self._is_late):
            self._bursts().timed_out()
        elif command.attempt > 1:
            self._bursts().had_gap()

    def _send_burst(self) -> None:
        """Send one burst of the queued blocks, and schedule the next."""
        self._alarm = None
        command = self._waiting.popleft()
        count = min(self.at_once, command.count)
        if rest := command.count - count:
            later = SendBlocks(command.first + count, rest, command.attempt)
            self._waiting.appendleft(later)
        self.send_blocks(SendBlocks(command.first, count, command.attempt))
        if self._waiting and self._waiting[0].first > self.sent_to:
            self._waiting.clear()  # the file was shorter than the window
        if self._waiting and not self.is_over and self._warming is None:
            loop = asyncio.get_running_loop()
            self._alarm = loop.call_later(GAP, self._send_burst)

    @property
    def at_once(self) -> int:
        """Maximum blocks sent at once."""
        return self._bursts().size

    @property
    def sent_to(self) -> int:
        """The highest block that the session has handed out for sending."""
        return self._exact().sent_to

    def send_blocks(self, command: SendBlocks) -> None:
        """Send blocks now, or once they have been read from disk."""
        first, count, size = command.first, command.count, self._parts.agreed.block_size
        staging = self._fast.staging
        try:
            nbytes = staging.fill(self._source, first, count)
        except ColdError as cold:
            self._wait_for_disk(command, cold)
            return
        except (SourceChangedError, OSError) as error:
            self._waiting.appendleft(command)  # it stays unsent
            self._fail(error)
            return
        flags = 0
        if nbytes < count * size:
            count = nbytes // size + 1
            self._exact().end_at(first + count - 1)
            flags = Flag.LAST
        packets = staging.packets(count, nbytes)
        self._transfer.transport.send_run(packets, staging.stride)
        self._report.packet(
            _DATA,
            nbytes,
            run=(first, count),
            attempt=command.attempt,
            flags=flags,
            note=self._transfer.send_trouble,
        )
        self._hurry()

    def _hurry(self) -> None:
        """Enter the fast state if the session expects just the next ACK.

        The last block must be known, which excludes netascii.
        """
        session, fast = self._exact(), self._fast
        if not fast.last or not session.is_plain or not self._may_hurry():
            return
        if self._transfer.transport.send_error is None:
            fast.open(session)

    def all_left(self, waited: float, held: int | None, now: float) -> None:
        """Resume the session's time, and pass it the HELD ACK, if any."""
        transfer = self._transfer
        transfer.resume(waited)
        if held is not None:
            self._report.moved()
            transfer.run(self._exact().receive_ack(held, now))

    def _fail(self, error: Exception) -> None:
        text = error.strerror if isinstance(error, OSError) else str(error)
        self._transfer.fail(
            ErrorCode.UNDEFINED, text or "the server cannot read that file"
        )

    def _wait_for_disk(self, command: SendBlocks, cold: ColdError) -> None:
        """Send blocks once a thread has read them into the page cache."""
        if self._warming is not None:
            self._waiting.append(command)
            return
        self._waiting.appendleft(command)
        loop = asyncio.get_running_loop()
        self._warming = loop.create_task(self._warm(cold))

    async def _warm(self, cold: ColdError) -> None:
        now = self._transfer.clock.now
        began, trouble = now(), None
        try:
            await asyncio.to_thread(cold.warm)
        except OSError as error:
            trouble = error
        self._warming = None
        if self.is_over:
            self._source.close()
            return
        self._transfer.resume(now() - began)
        if trouble is not None:
            self._fail(trouble)
        elif self._waiting and self._alarm is None:
            self._send_burst()

    def _sent(self, session: SendSession) -> int:
        """Return the highest block really sent."""
        sent = left_before(self._waiting, session.sent_to)
        if self._paced is not None:
            sent = min(sent, left_before(self._paced.unsent, session.sent_to))
        return sent

    def fill(self, view: TransferView) -> None:
        """Write the file's progress into a view; call look() first."""
        session, size, parts = self._exact(), self._source.size, self._parts
        view.sent_blocks, view.acked_blocks = self._sent(session), session.acked
        repeats = session.repeats
        view.lost, view.gaps = repeats.lost, repeats.gaps
        view.late, view.doubled = repeats.late, repeats.doubled
        nbytes = session.acked * parts.agreed.block_size
        view.total_size = size
        view.acked_bytes = nbytes if size is None or nbytes < size else size
        if parts.content is not None and parts.content.version is not None:
            self._report.tell_version(parts.content.version)

    def close(self) -> None:
        """Close the file and forget the transfer."""
        if self._alarm is not None:
            self._alarm.cancel()
        if self._warming is None:  # otherwise _warm() closes it
            self._source.close()
        self._forget()

    def _forget(self) -> None:
        """Drop references that form a cycle with the transfer."""
        self.is_over = True
        self._fast.forget()
        if self._paced is not None:
            self._paced.stop()
            self._paced = None
        del self._transfer
