"""A read request in the client."""

from collections.abc import Callable

from tftptui.client.download_target import Target
from tftptui.client.error_words import writing_trouble
from tftptui.client.exchange import Exchange, Flag, Wire
from tftptui.client.transfer_order import Order
from tftptui.protocol.commands import Close, Command, Commit, SendAck, Store
from tftptui.protocol.errors import MisuseError
from tftptui.protocol.offer import Offer, Terms
from tftptui.protocol.packets import HEADER, Opcode, encode_ack, wire_block
from tftptui.protocol.receiver import ReceiveSession
from tftptui.protocol.timing import RetransmitTimer

_DATA = Opcode.DATA.to_bytes(2)


class Getting(Exchange):
    """Fetches one file into a target, which it commits but does not discard."""

    def __init__(
        self,
        order: Order,
        offer: Offer,
        target: Target,
        wire: Wire,
        flag: Flag,
        clock: Callable[[], float],
    ) -> None:
        super().__init__(order, offer, wire, flag, clock)
        self._target = target
        self._payload = memoryview(b"")
        self._receiving = ReceiveSession(block_size=0)

    def _open(self, terms: Terms, timer: RetransmitTimer) -> ReceiveSession:
        self._receiving = ReceiveSession(
            block_size=terms.block_size,
            window=terms.window,
            timer=timer,
            peer="server",
        )
        return self._receiving

    def _join(self, datagram: memoryview, now: float) -> None:
        self._receiving.join(now)
        self._take(datagram, now)

    def _take(self, datagram: memoryview, now: float) -> None:
        if datagram[:2] != _DATA or len(datagram) < HEADER:
            self._take_other(datagram, now)
            return
        session, before = self._receiving, self._receiving.received
        self._payload = datagram[HEADER:]
        block16 = datagram[2] << 8 | datagram[3]
        commands = session.receive_data(block16, len(self._payload), now)
        if session.received == before:
            self.counts.duplicates += 1
        self.counts.blocks = session.received
        self._run(commands)

    def _take_oack(self, now: float) -> list[Command]:
        return self._receiving.receive_oack(now)

    def _obey(self, command: Command) -> None:
        match command:
            case Store():
                self._store()
            case SendAck():
                self.counts.retransmits += command.attempt > 1
                self._wire.send(encode_ack(wire_block(command.block)))
            case Commit():
                self._commit()
            case _:
                raise MisuseError(f"a read can't {command}")

    def _store(self) -> None:
        try:
            self._target.write(self._payload)
        except OSError as error:
            self._run(self._receiving.fail(writing_trouble(error)))
        self.counts.nbytes = self._target.nbytes

    def _commit(self) -> None:
        """Commit the file, then acknowledge the last block.

        If nothing was lost on the path, skip dallying: the server hardly needs it, and
        people wait for their prompt (RFC 1350 §6 allows that).
        """
        try:
            self._target.commit()
        except OSError as error:
            self._run(self._receiving.fail(writing_trouble(error)))
            return
        self.counts.nbytes = self._target.nbytes
        self._run(self._receiving.committed(self._clock()))
        if not (self.counts.duplicates or self.counts.retransmits):
            self._run([Close()])

    def _passed(self) -> tuple[int, int | None]:
        total = None if self.terms is None else self.terms.total_size
        return self._target.nbytes, total
