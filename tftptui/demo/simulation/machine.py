"""A simulated client without sockets: a kind's behavior around protocol sessions."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tftptui.demo.simulation.client_kinds import ClientKind
from tftptui.net.addresses import Endpoint
from tftptui.protocol.commands import (
    Close,
    Command,
    Commit,
    End,
    Outcome,
    SendAck,
    SendBlocks,
    SendError,
    SendRequest,
    Store,
)
from tftptui.protocol.errors import ErrorCode, MisuseError, PeerError
from tftptui.protocol.offer import Offer, Terms
from tftptui.protocol.packets import (
    Ack,
    Data,
    ErrorPacket,
    Mode,
    Oack,
    Options,
    Packet,
    ReadRequest,
    WriteRequest,
    encode_ack,
    encode_data,
    encode_error,
    encode_request,
    parse,
    wire_block,
)
from tftptui.protocol.receiver import ReceiveSession
from tftptui.protocol.requester import Begin, RequestCommand, RequestSession
from tftptui.protocol.sender import SendSession
from tftptui.protocol.timing import RetransmitTimer

_HIGHEST_PORT = 65_535


class Schedule(RetransmitTimer):
    """A fixed sequence of timeouts."""

    def __init__(self, waits: tuple[float, ...]) -> None:
        super().__init__(retries=len(waits) - 1)
        self._waits, self._place = waits, 0

    @property
    def timeout(self) -> float:
        """Seconds until the next retransmission is due."""
        return self._waits[self._place]

    def measure(self, round_trip: float) -> None:
        """Restart the sequence: there was a reply."""
        super().measure(round_trip)
        self._place = 0

    def back_off(self) -> None:
        """Go on to the next timeout."""
        self._place = min(self._place + 1, len(self._waits) - 1)


@dataclass(frozen=True, slots=True)
class Errand:
    """The task of a client.

    Attributes:
        content: bytes to upload; None for a read.
        port: the first one it uses.
        options: requested instead of those of its kind, or None.
    """

    file: bytes
    server: Endpoint
    port: int
    content: bytes | None = None
    options: tuple[str, ...] | None = None


@dataclass(slots=True)
class Tally:
    """A client's exact counters.

    Attributes:
        requests: sent.
        ports: their source ports, in order.
        answered_by: the server's ports that it accepted as a TID.
        began, ended: seconds, or None before.
        error: why it did not get the file.
    """

    requests: int = 0
    ports: list[int] = field(default_factory=list)
    answered_by: list[int] = field(default_factory=list)
    blocks: int = 0
    duplicates: int = 0
    repeated: int = 0
    began: float = 0.0
    ended: float | None = None
    outcome: Outcome | None = None
    error: str = ""


SendFrom = Callable[[int, Endpoint, bytes], None]
"""Sends bytes from a port of the client to an endpoint."""


class ClientMachine:
    """One task of one client. Times are seconds of one clock.

    Call start(), then receive() and, at deadline(), handle_timer().

    Attributes:
        port: the one it uses now, and receives on.
        content: received so far, in order.
        tally: its counters.
    """

    def __init__(self, kind: ClientKind, errand: Errand, send: SendFrom) -> None:
        self.kind, self.errand = kind, errand
        self.port = errand.port
        self.content = bytearray()
        self.tally = Tally()
        self._send_from = send
        self._stage = 0
        self._asking: RequestSession | None = None
        self._session: ReceiveSession | SendSession | None = None
        self._peer: Endpoint | None = None
        self._payload = b""
        self._now = 0.0
        self._block_size = 0
        self._oacks = 0

    @property
    def is_over(self) -> bool:
        """Whether it has finished; it may still repeat its last ACK."""
        return self.tally.outcome is not None

    def deadline(self) -> float | None:
        """Return when handle_timer() is due, or None."""
        running = self._session or self._asking
        return None if running is None else running.deadline()

    def share(self, total: int | None) -> float | None:
        """Return the transferred share of the file, 0 to 1; TOTAL is for a read."""
        content = self.errand.content
        done = len(self.content)
        if content is not None:
            total, done = len(content), self.tally.blocks * self._block_size
        return None if not total else min(1.0, done / total)

    def start(self, now: float) -> None:
        """Request the file."""
        self.tally.began = now
        self._ask_again(now)

    def stop(self) -> None:
        """Lose power: nothing more is sent or received."""
        self._asking = self._session = None

    def receive(self, port: int, source: Endpoint, data: bytes, now: float) -> str:
        """Process a datagram to one of the client's ports.

        Return why the client ignores it, or "". All clients ignore such silently.
        """
        if port != self.port:
            return ""
        if source.host != (asked := self.errand.server.host):
            return f"{self.kind.title} asked {asked}: {source.host} is a stranger to it"
        if self._peer is not None and source != self._peer:
            return (
                f"a second TID, {source.port}: the transfer is with {self._peer.port}"
            )
        self._take(source, data, now)
        return ""

    def _take(self, source: Endpoint, data: bytes, now: float) -> None:
        try:
            packet = parse(data)
        except PeerError:
            return
        self._now = now
        if self._session is not None:
            self._run(self._deliver(packet, now))
        elif self._asking is not None and not self._is_deaf_to(packet):
            commands = self._asking.receive(packet, now)
            if commands:
                self._peer = source
                self.tally.answered_by.append(source.port)
                self._request(commands, packet)

    def handle_timer(self, now: float) -> None:
        """Process expired timers."""
        self._now = now
        if self._session is not None:
            before = self._session.timeouts
            commands = self._session.handle_timer(now)
            self.tally.repeated += self._session.timeouts > before
            self._run(commands)
        elif self._asking is not None:
            self._request(self._asking.handle_timer(now), None)

    @property
    def _is_write(self) -> bool:
        return self.errand.content is not None

    def _wanted(self) -> tuple[str, ...]:
        stage, wished = self.kind.stages[self._stage], self.errand.options
        return stage.options if wished is None else wished

    def _ask_again(self, now: float) -> None:
        stage = self.kind.stages[self._stage]
        self._now, self._peer, self._session = now, None, None
        self._asking = RequestSession(
            self._offer(), is_write=self._is_write, timer=Schedule(stage.waits)
        )
        self._request(self._asking.start(now), None)

    def _offer(self) -> Offer:
        values = dict(option.partition("=")[::2] for option in self._wanted())
        total = len(self.errand.content or b"")

        def number(name: str) -> int | None:
            return int(values[name]) if values.get(name) else None

        return Offer(
            total_size=total if "tsize" in values else None,
            block_size=number("blksize"),
            window=number("windowsize"),
            timeout=number("timeout"),
        )

    def _ordered(self, options: Options) -> Options:
        """Return options in this kind's order."""
        order = [option.partition("=")[0].encode() for option in self._wanted()]
        return tuple(sorted(options, key=lambda option: order.index(option[0])))

    def _is_deaf_to(self, packet: Packet) -> bool:
        return self.kind.needs_oack and isinstance(packet, Data)

    def _request(self, commands: list[RequestCommand], packet: Packet | None) -> None:
        for command in commands:
            match command:
                case SendRequest():
                    self._ask(command)
                case SendError():
                    self._say(encode_error(command.code, command.text))
                case Begin():
                    self._begin(command, packet)
                case End():
                    self._end_request(command)

    def _ask(self, command: SendRequest) -> None:
        if command.attempt > 1:
            self._move_port(self.kind.retry_step)
        self._peer = None
        slash = b"/" if self.kind.leading_slash else b""
        name = slash + self.errand.file.lstrip(b"/") if slash else self.errand.file
        kind = WriteRequest if self._is_write else ReadRequest
        data = encode_request(kind(name, Mode.OCTET, self._ordered(command.options)))
        self.tally.requests += 1
        self.tally.ports.append(self.port)
        self._send_from(self.port, self.errand.server, data)

    def _move_port(self, step: int) -> None:
        self.port = self.port + step if self.port + step <= _HIGHEST_PORT else 1_024

    def _end_request(self, end: End) -> None:
        stage = self.kind.stages[self._stage]
        if end.outcome is Outcome.ABANDONED and stage.goes_on:
            self._next_stage()
        else:
            self._finish(end)

    def _begin(self, begin: Begin, packet: Packet | None) -> None:
        stage = self.kind.stages[self._stage]
        if stage.leaves and not begin.has_data and not self._is_write:
            text = "User aborted the transfer"
            self._say(encode_error(ErrorCode.OPTION_REFUSED, text))
            self._next_stage()
            return
        self._asking = None
        session = self._open(begin.terms)
        self._session = session
        if begin.has_data and isinstance(session, ReceiveSession):
            session.join(self._now)
            if packet is not None:
                self._run(self._deliver(packet, self._now))
            return
        self._run(session.start(self._now))

    def _next_stage(self) -> None:
        self._stage += 1
        self._move_port(self.kind.stage_step)
        self._ask_again(self._now)

    def _open(self, terms: Terms) -> ReceiveSession | SendSession:
        timer, size = Schedule(self.kind.data_waits), terms.block_size
        self._block_size = size
        if self.errand.content is None:
            return ReceiveSession(
                block_size=size, window=terms.window, timer=timer, peer="server"
            )
        last = len(self.errand.content) // size + 1
        return SendSession(
            window=terms.window, last_block=last, timer=timer, peer="server"
        )

    def _deliver(self, packet: Packet, now: float) -> list[Command]:
        session = self._session
        match packet, session:
            case ErrorPacket(code=code, message=message), _ if session is not None:
                return session.receive_error(code, message.decode("utf-8", "replace"))
            case Data(block16=number, payload=payload), ReceiveSession():
                self._payload, before = payload, session.received
                commands = session.receive_data(number, len(payload), now)
                self.tally.duplicates += session.received == before
                self.tally.blocks = session.received
                return commands
            case Oack(), ReceiveSession():
                return self._take_oack_again(session, now)
            case Ack(block16=number), SendSession():
                commands = session.receive_ack(number, now)
                self.tally.blocks = session.acked
                return commands
            case _:
                return []

    def _take_oack_again(self, session: ReceiveSession, now: float) -> list[Command]:
        self.tally.duplicates += 1
        if self.kind.rejects_second_oack:
            error = SendError(ErrorCode.UNDEFINED, "unexpected OACK")
            return session.fail(error)
        return session.receive_oack(now)

    def _run(self, commands: list[Command]) -> None:
        for command in commands:
            match command:
                case Store():
                    self.content += self._payload
                case Commit() if isinstance(self._session, ReceiveSession):
                    self._run(self._session.committed(self._now))
                case End():
                    self._finish(command)
                case Close():
                    self._session = None
                case _:
                    self._send(command)

    def _send(self, command: Command) -> None:
        match command:
            case SendAck():
                self._say(encode_ack(wire_block(command.block)))
            case SendBlocks():
                self._send_blocks(command)
            case SendError():
                self._say(encode_error(command.code, command.text))
            case _:
                raise MisuseError(f"a client can't {command}")

    def _send_blocks(self, command: SendBlocks) -> None:
        content, size = self.errand.content or b"", self._block_size
        for block in range(command.first, command.first + command.count):
            payload = content[(block - 1) * size : block * size]
            self._say(encode_data(wire_block(block), payload))

    def _say(self, data: bytes) -> None:
        if self._peer is not None:
            self._send_from(self.port, self._peer, data)

    def _finish(self, end: End) -> None:
        tally = self.tally
        if tally.outcome is None:
            tally.outcome, tally.error, tally.ended = end.outcome, end.text, self._now
        if not end.lingers:
            self._asking = self._session = None
