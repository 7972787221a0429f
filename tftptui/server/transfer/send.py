"""A read: the file goes out."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable

from tftptui.files.source import ColdError, Source, SourceChangedError
from tftptui.files.staging import Staging
from tftptui.protocol.commands import Command, SendBlocks, SendError
from tftptui.protocol.errors import ErrorCode, MisuseError
from tftptui.protocol.packets import acknowledged
from tftptui.server.fastpath.ack_fast_path import ShortWay
from tftptui.server.fastpath.gso_bursts import GAP, late_after
from tftptui.server.transfer.spec import Parts
from tftptui.server.transfer.transfer import Transfer
from tftptui.telemetry.records.ring import Flag, Kind
from tftptui.telemetry.views import TransferView

_ACK, _DATA = Kind.ACK, Kind.DATA  # an Enum is slow to look in


class ReadTransfer(ShortWay):
    """An RRQ in progress; it closes the source in the end."""

    __slots__ = ("_alarm", "_is_late", "_waiting", "_warming")

    def __init__(
        self,
        parts: Parts,
        source: Source,
        staging: Staging,
        closed: Callable[[Transfer], None],
    ) -> None:
        super().__init__(parts, source, staging, closed)
        self._waiting: deque[SendBlocks] = deque()
        self._alarm: asyncio.TimerHandle | None = None
        self._is_late = False
        self._warming: asyncio.Task[None] | None = None

    def _fill(self, view: TransferView) -> None:
        acked, size = self._sending.acked, self._source.size
        view.sent_blocks, view.acked_blocks = self._sent(), acked
        repeats = self._sending.repeats
        view.lost, view.gaps = repeats.lost, repeats.gaps
        view.late, view.doubled = repeats.late, repeats.doubled
        octets = acked * self._agreed.block_size
        view.total_size = size
        view.acked_octets = octets if size is None or octets < size else size
        content = self.content
        if content is not None and content.version is not None:
            self._report.tell_version(content.version)

    def _sent(self) -> int:
        """Return the highest block that has left."""
        return left_before(self._waiting, self._sending.sent_to)

    def _take(self, datagram: bytes, now: float) -> None:
        block16 = acknowledged(datagram)
        if block16 is None:
            self._take_other(datagram)
            return
        session = self._session
        block, before = session.absolute(block16), (session.acked, session.state)
        sent_to = session.sent_to
        self._is_late = now - session.sent_at > late_after(session.timer.smoothed)
        commands = session.receive_ack(block16, now)
        if (session.acked, session.state) != before:
            came = self._report.packet(_ACK, len(datagram), run=(block, 1))
            self._report.moved(came)
            if session.acked == sent_to:
                self._burst.went_well()
        else:
            self._report.packet(
                _ACK, len(datagram), run=(block, 1), flags=Flag.DUPLICATE
            )
            self._report.duplicate()
        self._run(commands)

    def _is_due_from_client(self, datagram: bytes) -> bool:
        block16 = acknowledged(datagram)
        session = self._state
        if block16 is None or not session.heard:
            return False
        return session.acked <= session.absolute(block16) <= session.sent_to

    def _obey(self, command: Command) -> None:
        if not isinstance(command, SendBlocks):
            raise MisuseError(f"a read can't {command}")
        if command.first == self._sending.acked + 1:
            self._begin_window(command)
        self._waiting.append(command)
        if self._alarm is None and self._warming is None:
            self._send_burst()

    def _is_waiting(self) -> bool:
        """Whether what is to be sent next has to come from the disk first."""
        return self._warming is not None

    def _begin_window(self, command: SendBlocks) -> None:
        """Drop what has not left yet of an older window: it is asked for anew."""
        self._waiting.clear()
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if command.attempt > 1 and (self._sending.timeouts or self._is_late):
            self._burst.timed_out()
        elif command.attempt > 1:
            self._burst.had_gap()

    def _send_burst(self) -> None:
        """Send as much of what waits as may leave at once, and come back for more."""
        self._alarm = None
        command = self._waiting.popleft()
        count = min(self._burst.size, command.count)
        if rest := command.count - count:
            later = SendBlocks(command.first + count, rest, command.attempt)
            self._waiting.appendleft(later)
        self._send_blocks(SendBlocks(command.first, count, command.attempt))
        if self._waiting and self._waiting[0].first > self._sending.sent_to:
            self._waiting.clear()  # the file has ended before the window did
        if self._waiting and not self.is_closed and self._warming is None:
            loop = asyncio.get_running_loop()
            self._alarm = loop.call_later(GAP, self._send_burst)

    def _send_blocks(self, command: SendBlocks) -> None:
        first, count, size = command.first, command.count, self._agreed.block_size
        try:
            octets = self._staging.fill(self._source, first, count)
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
            self._sending.end_at(first + count - 1)
            flags = Flag.LAST
        packets = self._staging.packets(count, octets)
        self.transport.send_run(packets, self._staging.stride)
        self._report.packet(
            _DATA,
            octets,
            run=(first, count),
            attempt=command.attempt,
            flags=flags,
            note=self._send_trouble(),
        )
        self._open_short_way()

    def _fail(self, error: Exception) -> None:
        text = error.strerror if isinstance(error, OSError) else str(error)
        failure = SendError(ErrorCode.UNDEFINED, text or "the file can't be read")
        self._run(self._session.fail(failure))

    def _wait_for_disk(self, command: SendBlocks, cold: ColdError) -> None:
        """Send that once a thread has had it brought from the disk."""
        if self._warming is not None:
            self._waiting.append(command)
            return
        self._waiting.appendleft(command)
        loop = asyncio.get_running_loop()
        self._warming = loop.create_task(self._warm(cold))

    async def _warm(self, cold: ColdError) -> None:
        began, trouble = self._clock.now(), None
        try:
            await asyncio.to_thread(cold.warm)
        except OSError as error:
            trouble = error
        self._warming = None
        if self.is_closed:
            self._source.close()
            return
        self._woken = self._clock.wall()
        self._session.postpone(self._clock.now() - began)
        if trouble is not None:
            self._fail(trouble)
        elif self._waiting and self._alarm is None:
            self._send_burst()

    def _let_go(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        super()._let_go()
        if self._warming is None:  # else it is closed when the thread has done
            self._source.close()


def left_before(waiting: Iterable[SendBlocks], sent_to: int) -> int:
    """Return the highest block that has left up to SENT_TO, as some are WAITING."""
    fresh = (run.first - 1 for run in waiting if run.attempt == 1)
    return next(fresh, sent_to)
