"""A read: the file goes out."""

from collections.abc import Callable

from tftptui.files.sources import Source, SourceChangedError
from tftptui.files.staging import Staging
from tftptui.protocol.commands import Command, SendBlocks, SendError
from tftptui.protocol.errors import ErrorCode, MisuseError
from tftptui.protocol.packets import acknowledged
from tftptui.protocol.sender import SendSession
from tftptui.server.transfer import Parts, Transfer
from tftptui.telemetry.packets import Flag, Kind
from tftptui.telemetry.views import TransferView


class ReadTransfer(Transfer):
    """An RRQ in progress; it closes the source in the end."""

    def __init__(
        self,
        parts: Parts,
        session: SendSession,
        source: Source,
        closed: Callable[[Transfer], None],
    ) -> None:
        super().__init__(parts, session, closed)
        self._sending = session
        self._source = source
        self._staging = Staging(parts.agreed.block_size, parts.agreed.window)

    def _fill(self, view: TransferView) -> None:
        view.sent_blocks, view.acked_blocks = self._sending.sent_to, self._sending.acked
        view.total_size = self._source.size
        view.acked_octets = self._sending.acked * self._agreed.block_size
        if view.total_size is not None:
            view.acked_octets = min(view.acked_octets, view.total_size)

    def _take(self, datagram: bytes, now: float) -> None:
        block16 = acknowledged(datagram)
        if block16 is None:
            self._take_other(datagram)
            return
        session = self._sending
        block, before = session.absolute(block16), (session.acked, session.state)
        commands = session.receive_ack(block16, now)
        if (session.acked, session.state) != before:
            self._report.packet(Kind.ACK, len(datagram), run=(block, 1))
            self._report.moved()
        else:
            self._report.packet(
                Kind.ACK, len(datagram), run=(block, 1), flags=Flag.DUPLICATE
            )
            self._report.duplicate()
        self._run(commands)

    def _obey(self, command: Command) -> None:
        if not isinstance(command, SendBlocks):
            raise MisuseError(f"a read can't {command}")
        first, count, size = command.first, command.count, self._agreed.block_size
        try:
            octets = self._staging.fill(self._source, first, count)
        except (SourceChangedError, OSError) as error:
            text = error.strerror if isinstance(error, OSError) else str(error)
            failure = SendError(ErrorCode.UNDEFINED, text or "the file can't be read")
            self._run(self._session.fail(failure))
            return
        flags = 0
        if octets < count * size:
            count = octets // size + 1
            self._sending.end_at(first + count - 1)
            flags = Flag.LAST
        for index in range(count):
            payload = min(size, octets - index * size)
            if not self.transport.send(self._staging.packet(index, payload)):
                break
        self._report.packet(
            Kind.DATA,
            octets,
            run=(first, count),
            attempt=command.attempt,
            flags=flags,
            note=self._send_trouble(),
        )

    def _let_go(self) -> None:
        self._source.close()
