"""The sender of a read: the file goes out."""

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

_ACK, _DATA = Kind.ACK, Kind.DATA  # an Enum is slow to look in


@final
class Sender:
    """Sends the file of an RRQ, and closes the source in the end; see Side.

    The session is made when somebody needs it. While the fast path is open it lags
    behind, and settle() brings it up to date.

    Args:
        transfer: that it belongs to, until close().
        source: of the blocks.
        staging: where they are staged.
        pacer: says when they may leave; None: at once.

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
        """Stand where a one-block read does; see there for the times."""
        self._fast.go_on_from(begun, sent_at, ended_at)
        if ended_at:  # it has closed the file
            self._forget()

    @property
    def readable(self) -> Callable[[], None]:
        """Takes what the client sent."""
        return self._fast.readable

    @property
    def is_proven(self) -> bool:
        """Whether the client has answered."""
        session = self._session
        return self._fast.heard or (session is not None and session.heard)

    @property
    def is_waiting(self) -> bool:
        """Whether something has still to leave, so that the client isn't waited for."""
        return self._warming is not None or self.is_paced

    @property
    def is_paced(self) -> bool:
        """Whether what has still to leave waits for bandwidth."""
        return self._paced is not None and bool(self._paced.unsent)

    def start(self, now: float) -> None:
        """Send the first packet."""
        fast = self._fast
        fast.begun = now
        is_fast = fast.last and not self._parts.agreed.numbering.rollover
        if not is_fast or not self._may_hurry() or not fast.start():
            self._transfer.run(self._exact().start(now))

    def settle(self) -> SendSession:
        """Return the session to change it, up to date: the state is exact then."""
        session = self.look()
        self._fast.close()
        return session

    def look(self) -> SendSession:
        """Return the session to look at it, up to date: the fast state may go on."""
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
        """Whether a window left so lately that nothing can be due."""
        return self._fast.is_quick(now)

    def _exact(self) -> SendSession:
        """Return the session, made where there was none; it may lag behind."""
        session = self._session
        if session is None:
            parts, last = self._parts, self._fast.last
            agreed = parts.agreed
            asked = {name.lower() for name, _ in parts.request.options}
            session = self._session = SendSession(
                window=agreed.window,
                last_block=last or None,
                negotiated=bool(agreed.oack),
                size_asked=b"tsize" in asked,
                timer=timer_of(agreed, parts.settings),
            )
            session.numbering = agreed.numbering
            self._fast.timer = session.timer
        return session

    def _bursts(self) -> Burst:
        """Return how much leaves at once, made where that was never asked."""
        if self._burst is None:
            window = self._parts.agreed.window
            self._burst = Burst(window, self._exact().acked // window)
        return self._burst

    def _may_hurry(self) -> bool:
        """Whether whole windows may leave as soon as they are asked for."""
        burst = self._burst
        return self._paced is None and (burst is None or burst.is_whole)

    def hear(self, datagram: bytes) -> None:
        """Take a datagram of the client, in whatever state."""
        self._fast.hear(datagram)

    def take(self, datagram: bytes, now: float) -> None:
        """Take a datagram of the client in the exact state."""
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
                self._burst.went_well()  # one made later counts all that was in time
        else:
            flags = Flag.DUPLICATE
            report.packet(_ACK, len(datagram), run=(block, 1), flags=flags)
            report.duplicate()
        self._transfer.run(commands)

    def _hold(self, session: SendSession, block16: int, octets: int) -> None:
        """Hold an ACK back: it can only be of a part, while the rest is not out."""
        block = session.absolute(block16)
        is_new = session.acked < block <= self._sent(session)
        flags = 0 if is_new else Flag.DUPLICATE
        self._report.packet(_ACK, octets, run=(block, 1), flags=flags)
        if not is_new:
            self._report.duplicate()
        elif self._paced is not None:
            self._paced.hold(block16)

    def is_due_from_client(self, datagram: bytes) -> bool:
        """Whether a stranger's datagram is what the client should send next."""
        block16 = acknowledged(datagram)
        if block16 is None:
            return False
        session = self.look()
        is_sent = session.acked <= session.absolute(block16) <= session.sent_to
        return session.heard and is_sent

    def obey(self, command: Command) -> None:
        """Carry out a command that only a sender can be given."""
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
        """Drop what has not left yet of an older window: it is asked for again."""
        self._waiting.clear()
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if command.attempt > 1 and (self._exact().timeouts or self._is_late):
            self._bursts().timed_out()
        elif command.attempt > 1:
            self._bursts().had_gap()

    def _send_burst(self) -> None:
        """Send as much of what waits as may leave at once, and come back for more."""
        self._alarm = None
        command = self._waiting.popleft()
        count = min(self.at_once, command.count)
        if rest := command.count - count:
            later = SendBlocks(command.first + count, rest, command.attempt)
            self._waiting.appendleft(later)
        self.send_blocks(SendBlocks(command.first, count, command.attempt))
        if self._waiting and self._waiting[0].first > self.sent_to:
            self._waiting.clear()  # the file has ended before the window did
        if self._waiting and not self.is_over and self._warming is None:
            loop = asyncio.get_running_loop()
            self._alarm = loop.call_later(GAP, self._send_burst)

    @property
    def at_once(self) -> int:
        """How many blocks may leave at once."""
        return self._bursts().size

    @property
    def sent_to(self) -> int:
        """The highest block that the session has sent, or would have."""
        return self._exact().sent_to

    def send_blocks(self, command: SendBlocks) -> None:
        """Send blocks now, or once they have been brought from the disk."""
        first, count, size = command.first, command.count, self._parts.agreed.block_size
        staging = self._fast.staging
        try:
            octets = staging.fill(self._source, first, count)
        except ColdError as cold:
            self._wait_for_disk(command, cold)
            return
        except (SourceChangedError, OSError) as error:
            self._waiting.appendleft(command)  # it will never leave
            self._fail(error)
            return
        flags = 0
        if octets < count * size:
            count = octets // size + 1
            self._exact().end_at(first + count - 1)
            flags = Flag.LAST
        packets = staging.packets(count, octets)
        self._transfer.transport.send_run(packets, staging.stride)
        self._report.packet(
            _DATA,
            octets,
            run=(first, count),
            attempt=command.attempt,
            flags=flags,
            note=self._transfer.send_trouble,
        )
        self._hurry()

    def _hurry(self) -> None:
        """Go on in the fast state with the next ACK, if the session awaits just that.

        Where it ends has to be known: a text that is converted stays exact.
        """
        session, fast = self._exact(), self._fast
        if not fast.last or not session.is_plain or not self._may_hurry():
            return
        if self._transfer.transport.send_error is None:
            fast.open(session)

    def all_left(self, waited: float, held: int | None, now: float) -> None:
        """Let the session's time go on, and tell it the ACK that was HELD, if any."""
        transfer = self._transfer
        transfer.resume(waited)
        if held is not None:
            self._report.moved()
            transfer.run(self._exact().receive_ack(held, now))

    def _fail(self, error: Exception) -> None:
        text = error.strerror if isinstance(error, OSError) else str(error)
        self._transfer.fail(ErrorCode.UNDEFINED, text or "the file can't be read")

    def _wait_for_disk(self, command: SendBlocks, cold: ColdError) -> None:
        """Send that once a thread has had it brought from the disk."""
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
        """Return the highest block that has left."""
        sent = left_before(self._waiting, session.sent_to)
        if self._paced is not None:
            sent = min(sent, left_before(self._paced.unsent, session.sent_to))
        return sent

    def fill(self, view: TransferView) -> None:
        """Write into a view how far the file has got; look() comes before."""
        session, size, parts = self._exact(), self._source.size, self._parts
        view.sent_blocks, view.acked_blocks = self._sent(session), session.acked
        repeats = session.repeats
        view.lost, view.gaps = repeats.lost, repeats.gaps
        view.late, view.doubled = repeats.late, repeats.doubled
        octets = session.acked * parts.agreed.block_size
        view.total_size = size
        view.acked_octets = octets if size is None or octets < size else size
        if parts.content is not None and parts.content.version is not None:
            self._report.tell_version(parts.content.version)

    def close(self) -> None:
        """Close the file, and forget the transfer."""
        if self._alarm is not None:
            self._alarm.cancel()
        if self._warming is None:  # else it is closed when the thread has done
            self._source.close()
        self._forget()

    def _forget(self) -> None:
        """Let go of what refers back: each would keep the other alive."""
        self.is_over = True
        self._fast.forget()
        if self._paced is not None:
            self._paced.stop()
            self._paced = None
        del self._transfer
