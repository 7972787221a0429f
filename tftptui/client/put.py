"""A write request in the client."""

from collections.abc import Callable

from tftptui.client.error_words import reading_trouble
from tftptui.client.exchange import Exchange, Flag, Wire
from tftptui.client.transfer_order import Order
from tftptui.files.source import Source, SourceChangedError
from tftptui.files.staging import Staging
from tftptui.protocol.commands import Command, SendBlocks
from tftptui.protocol.errors import MisuseError
from tftptui.protocol.offer import Offer, Terms
from tftptui.protocol.packets import acknowledged
from tftptui.protocol.sender import SendSession
from tftptui.protocol.timing import RetransmitTimer


class Putting(Exchange):
    """Sends one source; the caller closes it."""

    def __init__(
        self,
        order: Order,
        offer: Offer,
        source: Source,
        wire: Wire,
        flag: Flag,
        clock: Callable[[], float],
    ) -> None:
        super().__init__(order, offer, wire, flag, clock)
        self._source = source
        self._sending = SendSession()
        self._block_size = 0
        self._total = source.size
        self._staging: Staging | None = None

    def _open(self, terms: Terms, timer: RetransmitTimer) -> SendSession:
        size, self._block_size = self._source.size, terms.block_size
        self._staging = Staging(terms.block_size, terms.window)
        self._sending = SendSession(
            window=terms.window,
            last_block=None if size is None else size // terms.block_size + 1,
            timer=timer,
            peer="server",
        )
        return self._sending

    def _join(self, datagram: memoryview, now: float) -> None:
        del datagram, now
        raise MisuseError("a write can't begin with DATA")

    def _take(self, datagram: memoryview, now: float) -> None:
        block16 = acknowledged(bytes(datagram))
        if block16 is None:
            self._take_other(datagram, now)
            return
        session, before = self._sending, self._sending.acked
        commands = session.receive_ack(block16, now)
        if session.acked == before:
            self.counts.duplicates += 1
        self.counts.blocks = session.acked
        self.counts.nbytes = self._passed()[0]
        self._run(commands)

    def _take_oack(self, now: float) -> list[Command]:
        """Do nothing: the timer resends DATA 1, and once is enough."""
        del now
        return []

    def _obey(self, command: Command) -> None:
        match command:
            case SendBlocks():
                self._send_blocks(command)
            case _:
                raise MisuseError(f"a write can't {command}")

    def _send_blocks(self, command: SendBlocks) -> None:
        if self._staging is None:
            raise MisuseError("blocks before terms")
        first, count, size = command.first, command.count, self._block_size
        try:
            nbytes = self._staging.fill(self._source, first, count)
        except (SourceChangedError, OSError) as error:
            self._run(self._sending.fail(reading_trouble(error)))
            return
        if nbytes < count * size:
            count = nbytes // size + 1
            self._total = (first - 1) * size + nbytes
            self._sending.end_at(first + count - 1)
        if command.attempt > 1:
            self.counts.retransmits += count
        for index in range(count):
            payload = min(size, nbytes - index * size)
            self._wire.send(self._staging.packet(index, payload))

    def _passed(self) -> tuple[int, int | None]:
        nbytes, total = self._sending.acked * self._block_size, self._total
        return nbytes if total is None else min(nbytes, total), total
