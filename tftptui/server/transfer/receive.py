"""The receiver of a write request."""

import asyncio
from collections.abc import Callable
from typing import final

from tftptui.files.versions import version_of
from tftptui.protocol.commands import Command, Commit, SendAck, Store
from tftptui.protocol.errors import MisuseError
from tftptui.protocol.packets import HEADER, Opcode, encode_ack
from tftptui.protocol.receiver import ReceiveSession
from tftptui.protocol.session import State
from tftptui.server.fastpath.batched_receive import BatchedReceive, UploadBuffer
from tftptui.server.transfer.bandwidth import Pacer
from tftptui.server.transfer.pacing import PacedAcks
from tftptui.server.transfer.transfer import Transfer, timer_of
from tftptui.server.transfer.uploads import Sink, UploadError
from tftptui.telemetry.records.ring import Flag, Kind
from tftptui.telemetry.views import TransferView

_DATA = Opcode.DATA.to_bytes(2)
_WHOLE = (State.COMMITTING, State.DALLYING)


@final
class Receiver:
    """Receives the file of a WRQ; see Side.

    An upload that does not complete leaves nothing behind.

    Args:
        transfer: its transfer, until close().
        sink: the file to write.
        announced: file size in bytes by the client's tsize, or None.
        pacer: limits when more data is requested; None for no limit.
    """

    __slots__ = (
        "_ahead",
        "_announced",
        "_buffer",
        "_committing",
        "_fast",
        "_is_over",
        "_paced",
        "_parts",
        "_payload",
        "_report",
        "_session",
        "_transfer",
    )

    def __init__(
        self,
        transfer: Transfer,
        sink: Sink,
        announced: int | None,
        pacer: Pacer | None = None,
    ) -> None:
        parts = self._parts = transfer.parts
        agreed = parts.agreed
        self._transfer, self._report = transfer, transfer.report
        transfer.transport.expect(agreed.block_size, agreed.window)
        self._session = ReceiveSession(
            block_size=agreed.block_size,
            window=agreed.window,
            negotiated=bool(agreed.oack),
            timer=timer_of(agreed, parts.settings),
        )
        self._session.numbering = agreed.numbering
        self._announced = announced
        self._buffer = UploadBuffer(agreed, sink, announced, transfer.clock.now)
        self._fast = BatchedReceive(transfer, self._buffer)
        self._paced = None if pacer is None else PacedAcks(pacer, transfer.clock, self)
        self._payload = memoryview(b"")
        self._ahead: float | None = None
        self._committing: asyncio.Task[None] | None = None
        self._is_over = False

    @property
    def readable(self) -> Callable[[], None]:
        """Callback for a readable socket."""
        return self._fast.readable

    @property
    def is_proven(self) -> bool:
        """True if the client has replied."""
        return self.look().heard

    @property
    def is_waiting(self) -> bool:
        """True if our own packets are delayed, so the client is not late."""
        return self.is_paced

    @property
    def is_paced(self) -> bool:
        """True if the next ACK waits for bandwidth."""
        return self._paced is not None and self._paced.unsent is not None

    def start(self, now: float) -> None:
        """Send the first packet."""
        self._transfer.run(self._session.start(now))

    def settle(self) -> ReceiveSession:
        """Return the session, up to date, to change it; leaves the fast state."""
        session = self.look()
        self._fast.close()
        return session

    def look(self) -> ReceiveSession:
        """Return the session, up to date, to read it; the fast state may go on."""
        if self._fast.is_open:
            self._fast.catch_up(self._session)
        return self._session

    def count(self) -> None:
        """Bring the counters up to date."""
        self.look()

    def is_quick(self, _now: float) -> bool:
        """Return False: ask the session for its deadline."""
        return False

    def hear(self, datagram: bytes) -> None:
        """Handle a datagram of the client in any state."""
        self._transfer.take(datagram)

    def take(self, datagram: bytes, now: float) -> None:
        """Handle a datagram of the client in the session."""
        if datagram[:2] != _DATA or len(datagram) < HEADER:
            self._transfer.take_other(datagram)
            return
        session, report = self.settle(), self._report
        block16 = datagram[2] << 8 | datagram[3]
        nbytes = len(datagram) - HEADER
        block, before = session.absolute(block16), session.received
        if self.is_paced:  # our ACK is not sent yet, so this can only be a repetition
            again, run = Flag.DUPLICATE, (block, 1)
            report.packet(Kind.DATA_RECEIVED, nbytes, run=run, flags=again)
            report.duplicate()
            return
        self._payload = memoryview(datagram)[HEADER:]
        commands = session.receive_data(block16, nbytes, now)
        is_new = session.received > before
        flags = 0 if is_new else Flag.DUPLICATE
        if is_new and nbytes < self._parts.agreed.block_size:
            flags = Flag.LAST
        report.packet(Kind.DATA_RECEIVED, nbytes, run=(block, 1), flags=flags)
        self._note_order(now, block - before)
        if is_new:
            report.moved()
        else:
            report.duplicate()
        self._transfer.run(commands)
        self._hurry()

    def _hurry(self) -> None:
        """Enter the fast state if the session expects just the next block.

        That requires that writes may be buffered and ACKs may be sent at once. Blocks
        out of order are counted by the session only.
        """
        may_hurry = self._paced is None and not self._buffer.sink.is_limited
        is_in_order = self._session.is_plain and self._ahead is None
        if may_hurry and is_in_order and not self._is_over:
            self._fast.open(self._session)

    def is_due_from_client(self, datagram: bytes) -> bool:
        """Return whether a stranger's datagram is what the client should send next."""
        if datagram[:2] != _DATA or len(datagram) < HEADER:
            return False
        session = self.look()
        block = session.absolute(datagram[2] << 8 | datagram[3])
        return session.heard and block in (session.received, session.received + 1)

    def _note_order(self, now: float, step: int) -> None:
        """Count a block after a later one, if too soon for a retransmission."""
        ahead, self._ahead = self._ahead, now if step > 1 else None
        least = self._session.timer.least
        if step == 1 and ahead is not None and least is not None:
            self._report.view.reordered += now - ahead < least / 2

    def obey(self, command: Command) -> None:
        """Carry out a command for receivers."""
        match command:
            case Store():
                self._store()
            case SendAck(block, attempt):
                if self._paced is not None and block > 0 and attempt == 1:
                    self._paced.add(command)
                else:
                    self.acknowledge(command)
            case Commit():
                loop = asyncio.get_running_loop()
                self._committing = loop.create_task(self._commit())
            case _:
                raise MisuseError(f"a write can't {command}")

    def _store(self) -> None:
        if self._paced is not None:
            self._paced.spend(len(self._payload) + HEADER)
        try:
            self._buffer.store(self._payload)
        except UploadError as error:
            self._transfer.fail(error.code, error.text)

    def acknowledge(self, command: SendAck, waited: float | None = None) -> None:
        """Send an ACK; resume the session's time if it WAITED (seconds)."""
        transfer = self._transfer
        packet = encode_ack(self._parts.agreed.numbering.wire(command.block))
        transfer.transport.send(packet)
        self._report.packet(
            Kind.ACK_SENT,
            len(packet),
            run=(command.block, 1),
            attempt=command.attempt,
            note=transfer.send_trouble,
        )
        if waited is not None:
            transfer.resume(waited)

    async def _commit(self) -> None:
        """Sync the file to disk in a thread, then acknowledge the last block."""
        sink = self._buffer.sink
        try:
            await asyncio.to_thread(sink.flush)
            if self._is_over:
                return
            sink.publish()
            if (status := sink.status) is not None:
                self._report.tell_version(version_of(status))
        except UploadError as error:
            if not self._is_over:
                self._transfer.fail(error.code, error.text)
            return
        finally:
            if self._is_over:
                sink.discard()
        self._transfer.run(self._session.committed(self._transfer.clock.now()))

    def fill(self, view: TransferView) -> None:
        """Write the file's progress into a view; call look() first."""
        session, buffer = self._session, self._buffer
        view.sent_blocks, view.acked_blocks = session.received, session.acked
        landed = buffer.landed * self._parts.agreed.block_size
        view.acked_bytes = buffer.sink.nbytes + landed
        is_whole = view.phase == "completed" or session.state in _WHOLE
        view.total_size = buffer.sink.nbytes if is_whole else self._announced

    def close(self) -> None:
        """Discard an unpublished upload and forget the transfer."""
        self._is_over = True
        # If a thread is still flushing, _commit() discards it later.
        if self._committing is None or self._committing.done():
            self._buffer.sink.discard()
        self._fast.forget()
        if self._paced is not None:
            self._paced.stop()
            self._paced = None
        del self._transfer
