"""One transfer, alive: a session, the sockets of its TID and the file it sends."""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from tftptui.protocol.commands import (
    Command,
    End,
    Outcome,
    SendBlocks,
    SendError,
    SendOack,
)
from tftptui.protocol.errors import ErrorCode, PeerError
from tftptui.protocol.options import Agreed
from tftptui.protocol.packets import (
    ErrorPacket,
    ReadRequest,
    acknowledged,
    encode_error,
    encode_oack,
    parse,
)
from tftptui.protocol.sender import SendSession, State
from tftptui.server.addresses import Endpoint
from tftptui.server.icmp import IcmpError
from tftptui.server.recorder import Recorder, error_note, request_note
from tftptui.server.report import Report
from tftptui.server.sources import Source, SourceChangedError
from tftptui.server.transport import Staging, Transport
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.packets import Flag, Kind
from tftptui.telemetry.views import TransferPhase, TransferView

_BATCH = 64
"""Datagrams read in a row before others have their turn."""

_CLOSED_PORT_REPORTS = 2
"""ICMP is easily forged: one report may be, two in answer to two packets hardly."""

_STRAY_ANSWERS = 10
"""Strangers answered for each transfer; more would make us an amplifier."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a transfer is made of; the transfer closes transport and source."""

    number: int
    request: ReadRequest
    client: Endpoint
    transport: Transport
    source: Source
    agreed: Agreed
    session: SendSession


class Transfer:
    """A read in progress. The event loop calls readable(), strayed() and tick().

    Args:
        parts: what it is made of.
        recorder: where everything it does is written down.
        ended: called once when it is over, before its sockets are closed.
    """

    def __init__(
        self, parts: Parts, recorder: Recorder, ended: Callable[["Transfer"], None]
    ) -> None:
        self.number = parts.number
        self.request = parts.request
        self.client = parts.client
        self.server = parts.transport.local
        self.transport = parts.transport
        self.outcome: Outcome | None = None
        self._agreed = parts.agreed
        self._session = parts.session
        self._source = parts.source
        self._staging = Staging(parts.agreed.block_size, parts.agreed.window)
        self._clock = recorder.clock
        self._report = Report(
            parts.number,
            parts.request,
            parts.agreed,
            (parts.client, self.server),
            recorder,
        )
        self._ended = ended
        self._closed_reports = 0

    @property
    def version(self) -> int:
        """A number that grows with everything that happens."""
        return self._report.version

    def start(self, now: float) -> None:
        """Send the first packet."""
        self.view()
        self._report.began()
        self._run(self._session.start(now))

    def readable(self) -> None:
        """Take what the client sent; the event loop found something."""
        now = self._clock.now()
        for count in range(_BATCH):
            try:
                datagram = self.transport.receive()
            except OSError:
                self._take_errors()
                datagram = b""
            if datagram is None:
                if count == 0:  # woken for nothing readable: the error queue
                    self._take_errors()
                return
            if datagram:
                self._take(datagram, now)
            if self.outcome is not None:
                return

    def strayed(self) -> None:
        """Answer strangers on this TID with ERROR 5 (RFC 1350 §4); go on."""
        for _ in range(_BATCH):
            received = self.transport.receive_stray()
            if received is None:
                return
            datagram, stranger = received
            if stranger != self.client:
                self._answer_stray(datagram, stranger)
                continue
            # It came before the main socket was connected.
            self._take(datagram, self._clock.now())
            if self.outcome is not None:
                return

    def tick(self, now: float) -> None:
        """Let the session look at its deadline."""
        deadline = self._session.deadline()
        if deadline is not None and deadline <= now:
            self._run(self._session.handle_timer(now))

    def take_request(self, now: float) -> bool:
        """Take the same request again; False when this transfer must make way."""
        note = request_note(self.request)
        self._report.packet(Kind.RRQ, 0, flags=Flag.DUPLICATE, note=note)
        self._report.duplicate()
        commands = self._session.receive_request(now)
        if commands is None:
            return False
        self._run(commands)
        return True

    def replace(self, text: str) -> None:
        """End silently: the client has begun something else on the same port."""
        self._run([End(Outcome.ABANDONED, text)])

    def abort(self, text: str) -> None:
        """End it and tell the client why."""
        self._run(self._session.abort(text))

    def view(self) -> TransferView:
        """Return the transfer as it stands."""
        return self._report.update(
            self._session, self._phase(), self._source.size, self._send_trouble()
        )

    def _phase(self) -> TransferPhase:
        if self.outcome is not None:
            ended: TransferPhase = msgspec.convert(self.outcome.value, TransferPhase)
            return ended
        if self._session.stalled:
            return "stalled"
        is_waiting = self._session.state in (State.NEW, State.NEGOTIATING)
        return "negotiating" if is_waiting else "sending"

    def _send_trouble(self) -> str:
        error = self.transport.send_error
        return f"this host can't send to the client: {error.strerror}" if error else ""

    def _take(self, datagram: bytes, now: float) -> None:
        block16 = acknowledged(datagram)
        if block16 is None:
            self._take_other(datagram)
            return
        session = self._session
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

    def _take_other(self, datagram: bytes) -> None:
        try:
            packet = parse(datagram)
        except PeerError as error:
            self._report.malformed(len(datagram), error.text)
            return
        if not isinstance(packet, ErrorPacket):
            name = type(packet).__name__
            self._report.malformed(len(datagram), f"{name} makes no sense here")
            return
        note = error_note(packet)
        self._report.packet(Kind.ERROR_RECEIVED, len(datagram), note=note)
        said = visible(packet.message)
        self._run(self._session.receive_error(packet.code, said))

    def _take_errors(self) -> None:
        for error in self.transport.errors():
            self._take_error(error)
            if self.outcome is not None:
                return

    def _take_error(self, error: IcmpError) -> None:
        self._report.icmp(error)
        if error.is_port_closed and error.sender == self.client.host:
            self._closed_reports += 1
            if self._closed_reports >= _CLOSED_PORT_REPORTS:
                text = f"the client has closed its port {self.client.port}"
                self._run(self._session.lose_peer(text))

    def _answer_stray(self, datagram: bytes, stranger: Endpoint) -> None:
        strays = self._report.stray(len(datagram), stranger)
        is_error = datagram[:2] == b"\0\5"  # never answered (RFC 1350 §7)
        if is_error or strays > _STRAY_ANSWERS:
            return
        text = "unknown transfer ID"
        packet = encode_error(ErrorCode.UNKNOWN_TID, text)
        self.transport.answer_stray(packet, stranger)
        self._report.packet(Kind.ERROR, len(packet), note=f"5 {text}, to {stranger}")

    def _run(self, commands: list[Command]) -> None:
        for command in commands:
            match command:
                case SendBlocks():
                    self._send_blocks(command)
                case SendOack():
                    self._send_oack(command)
                case SendError():
                    self._send_error(command)
                case End():
                    self._finish(command)
            if self.outcome is not None:
                return

    def _send_oack(self, command: SendOack) -> None:
        packet = encode_oack(self._agreed.oack)
        self.transport.send(packet)
        note = " ".join(f"{name}={value}" for name, value in self._report.view.agreed)
        self._report.packet(Kind.OACK, len(packet), attempt=command.attempt, note=note)

    def _send_blocks(self, command: SendBlocks) -> None:
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
            self._session.end_at(first + count - 1)
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

    def _send_error(self, command: SendError) -> None:
        packet = encode_error(command.code, command.text)
        self.transport.send(packet)
        note = f"{command.code.value} {command.text}"
        self._report.packet(Kind.ERROR, len(packet), note=note)

    def _finish(self, end: End) -> None:
        self.outcome = end.outcome
        self.view()
        self._report.ended(end)
        self._ended(self)
        self.transport.close()
        self._source.close()
