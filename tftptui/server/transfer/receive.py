"""A write: a file comes in."""

import asyncio
from collections.abc import Callable

from tftptui.files.versions import version_of
from tftptui.protocol.commands import (
    Command,
    Commit,
    Outcome,
    SendAck,
    SendError,
    Store,
)
from tftptui.protocol.errors import MisuseError
from tftptui.protocol.packets import HEADER, Opcode, encode_ack
from tftptui.protocol.receiver import ReceiveSession
from tftptui.protocol.session import State
from tftptui.server.fastpath.batched_receive import GatheringWrite
from tftptui.server.transfer.spec import Parts
from tftptui.server.transfer.transfer import Transfer
from tftptui.server.transfer.uploads import Sink, UploadError
from tftptui.telemetry.records.ring import Flag, Kind
from tftptui.telemetry.views import TransferView

_DATA = Opcode.DATA.to_bytes(2)
_COMPLETED = Outcome.COMPLETED


class WriteTransfer(GatheringWrite):
    """A WRQ in progress; what is not published in the end leaves nothing behind.

    Args:
        parts: what it is made of.
        session: its protocol state.
        sink: where the octets go.
        announced: octets that the client said the file has, or None.
        closed: called once when it is over, before its sockets are closed.
    """

    __slots__ = ("_ahead", "_announced", "_committing", "_payload")

    def __init__(
        self,
        parts: Parts,
        session: ReceiveSession,
        sink: Sink,
        announced: int | None,
        closed: Callable[[Transfer], None],
    ) -> None:
        super().__init__(parts, session, sink, announced, closed)
        self._announced = announced
        self._payload = memoryview(b"")
        self._ahead: float | None = None
        self._committing: asyncio.Task[None] | None = None

    def _fill(self, view: TransferView) -> None:
        session = self._receiving
        view.sent_blocks, view.acked_blocks = session.received, session.acked
        landed = self._landed * self._agreed.block_size
        view.acked_octets = self._sink.octets + landed
        is_stored = self.outcome is _COMPLETED  # its state may be any by then
        is_whole = is_stored or session.state in (State.COMMITTING, State.DALLYING)
        view.total_size = self._sink.octets if is_whole else self._announced

    def _take(self, datagram: bytes, now: float) -> None:
        if datagram[:2] != _DATA or len(datagram) < HEADER:
            self._take_other(datagram)
            return
        session = self._session
        block16 = datagram[2] << 8 | datagram[3]
        octets = len(datagram) - HEADER
        block, before = session.absolute(block16), session.received
        self._payload = memoryview(datagram)[HEADER:]
        commands = session.receive_data(block16, octets, now)
        is_new = session.received > before
        flags = 0 if is_new else Flag.DUPLICATE
        if is_new and octets < self._agreed.block_size:
            flags = Flag.LAST
        self._report.packet(Kind.DATA_RECEIVED, octets, run=(block, 1), flags=flags)
        self._note_order(now, block - before)
        if is_new:
            self._report.moved()
        else:
            self._report.duplicate()
        self._run(commands)
        self._open_short_way()

    def _is_due_from_client(self, datagram: bytes) -> bool:
        if datagram[:2] != _DATA or len(datagram) < HEADER:
            return False
        session = self._state
        block = session.absolute(datagram[2] << 8 | datagram[3])
        return session.heard and block in (session.received, session.received + 1)

    def _note_order(self, now: float, step: int) -> None:
        """Count a block that came after a later one, too soon to be sent again."""
        ahead, self._ahead = self._ahead, now if step > 1 else None
        least = self._session.timer.least
        if step == 1 and ahead is not None and least is not None:
            self._report.view.reordered += now - ahead < least / 2

    def _obey(self, command: Command) -> None:
        match command:
            case Store():
                self._store(self._payload)
            case SendAck():
                self._acknowledge(command)
            case Commit():
                loop = asyncio.get_running_loop()
                self._committing = loop.create_task(self._commit())
            case _:
                raise MisuseError(f"a write can't {command}")

    def _acknowledge(self, command: SendAck) -> None:
        packet = encode_ack(self._agreed.numbering.wire(command.block))
        self.transport.send(packet)
        self._report.packet(
            Kind.ACK_SENT,
            len(packet),
            run=(command.block, 1),
            attempt=command.attempt,
            note=self._send_trouble(),
        )

    async def _commit(self) -> None:
        """Make the file safe off the loop, then acknowledge the last block."""
        try:
            await asyncio.to_thread(self._sink.flush)
            if self.is_closed:
                return
            self._sink.publish()
            if (status := self._sink.status) is not None:
                self._report.tell_version(version_of(status))
        except UploadError as error:
            if not self.is_closed:
                self._run(self._session.fail(SendError(error.code, error.text)))
            return
        finally:
            if self.is_closed:
                self._sink.discard()
        self._run(self._receiving.committed(self._clock.now()))

    def _let_go(self) -> None:
        # While a thread still flushes, its task discards afterwards.
        if self._committing is None or self._committing.done():
            self._sink.discard()
