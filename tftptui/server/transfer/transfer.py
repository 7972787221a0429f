"""One transfer, alive: what reading and writing have in common.

A session says what to do, the sockets of a TID carry it, and a report writes it
down.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable

import msgspec

from tftptui.files.file_content import Content
from tftptui.net.addresses import Endpoint, SocketAddress, endpoint_of
from tftptui.net.icmp import IcmpError
from tftptui.protocol.commands import (
    Close,
    Command,
    End,
    Outcome,
    SendError,
    SendOack,
)
from tftptui.protocol.errors import ErrorCode, PeerError
from tftptui.protocol.packets import ErrorPacket, encode_error, parse
from tftptui.protocol.session import Session, State
from tftptui.server.listener import Arrival
from tftptui.server.recorder import error_note, oack_of, request_note
from tftptui.server.requests import requested
from tftptui.server.transfer.closed_port import ClosedPort
from tftptui.server.transfer.report import Report
from tftptui.server.transfer.sockets import LONGEST
from tftptui.server.transfer.spec import Parts
from tftptui.server.transfer.time_limits import Fate, lifespan_by
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.records.ring import Kind
from tftptui.telemetry.stray_notes import SAID, answer_note
from tftptui.telemetry.views import TransferPhase, TransferView

LOOK = 0.5
"""Seconds between looks at what is counted in whole seconds, for each transfer."""

_STRAY_ANSWERS = 10
"""Strangers answered for each transfer; more would make us an amplifier."""

# An Enum is slow to look in, and these are asked for by each transfer, often.
_WAITING = (State.NEW, State.NEGOTIATING)
_COMMITTING, _GOES_ON, _PROBED = State.COMMITTING, Fate.GOES_ON, Outcome.PROBED

_ENDED: dict[Outcome, TransferPhase] = {
    outcome: msgspec.convert(outcome.value, TransferPhase) for outcome in Outcome
}


class Transfer(ABC):
    """A transfer in progress. The event loop calls readable(), strayed() and tick().

    Args:
        parts: what it is made of.
        closed: called once when it is over, before its sockets are closed.

    Attributes:
        is_told: whether events have told of it. One that goes well and is over in a
            moment is only counted, unless somebody wants to hear of every one.
    """

    # Slots, here and below: a plain object of so many attributes is a slow one.
    __slots__ = (
        "_agreed",
        "_clock",
        "_closed",
        "_closed_port",
        "_look_at",
        "_parts",
        "_report",
        "_woken",
        "client",
        "is_closed",
        "is_told",
        "number",
        "outcome",
        "request",
        "server",
        "transport",
    )

    def __init__(self, parts: Parts, closed: Callable[["Transfer"], None]) -> None:
        self._parts = parts
        self.number = parts.number
        self.request = parts.request
        client = self.client = parts.arrival.client
        transport = self.transport = parts.transport
        server = self.server = transport.local
        self.outcome: Outcome | None = None
        self.is_closed = self.is_told = False
        self._agreed = parts.agreed
        self._woken = self._look_at = 0.0
        self._clock = parts.recorder.clock
        self._report = Report(self.number, (client, server), parts, parts.recorder)
        self._closed = closed
        self._closed_port: ClosedPort | None = None

    @property
    def content(self) -> Content | None:
        """The octets as they are on the disk; None where they are converted."""
        return self._parts.content

    @property
    def version(self) -> int:
        """A number that grows with everything that happens."""
        return self._report.version

    @property
    @abstractmethod
    def _session(self) -> Session:
        """The protocol state, up to date, for what may change it."""

    @property
    @abstractmethod
    def _state(self) -> Session:
        """The same to look at."""

    def whole(self) -> "Transfer":
        """Return itself; see OneBlockRead."""
        return self

    def start(self, now: float) -> None:
        """Send the first packet."""
        self._begin(now)
        self._run(self._session.start(now))

    def _begin(self, now: float) -> None:
        self._look_at = now + LOOK
        self._parts.recorder.counters.started += 1
        if self._parts.recorder.tells_all:
            self.tell()

    def tell(self) -> None:
        """Tell by events that it has begun, if that is still to be done."""
        if not self.is_told:
            self.is_told = True
            asked = requested(
                self._parts.arrival, self.request, self._report.started, self.number
            )
            self._parts.recorder.emit(asked)
            self.view()
            self._report.began()

    @property
    def started(self) -> float:
        """Wall clock of its request."""
        return self._report.started

    @property
    def asked(self) -> bytes:
        """Its request, as it came."""
        return self._parts.arrival.datagram

    @abstractmethod
    def readable(self) -> None:
        """Take what the client sent; the event loop found something."""

    def listen(self) -> None:
        """Take what the client may have sent."""
        (self.strayed if self.transport.is_alone else self.readable)()

    def strayed(self) -> None:
        """Answer a stranger on this TID with ERROR 5 (RFC 1350 §4); go on.

        The client comes here, too, until it has a socket of its own.
        """
        try:
            datagram, sender = self.transport.recvfrom(LONGEST)
        except OSError:
            if self.transport.to:  # woken for nothing: the error queue
                self.take_errors()
            return
        self.take_from(datagram, sender)

    def take_from(self, datagram: bytes, sender: SocketAddress) -> None:
        """Take a datagram of the client, or answer that of a stranger."""
        to = self.transport.to
        if sender == to or self.transport.is_from_client(sender):
            self._hear(datagram)
        else:
            self._answer_stray(datagram, endpoint_of(sender))

    def _hear(self, datagram: bytes) -> None:
        self._take(datagram, self._clock.now())

    @property
    def is_proven(self) -> bool:
        """Whether the client has answered, so that its address is its own."""
        return self._state.heard or self.outcome is _PROBED

    def tick(self, now: float) -> None:
        """Let the session look at its deadline, and end what takes too long."""
        if now >= self._look_at:
            self._look_at = now + LOOK
            if self._expire():
                return
        if self._is_waiting():
            return
        if self._is_due(now):
            self.listen()  # what was answered in time may still wait to be read
            if not self.is_closed and self._is_due(now):
                self._run(self._session.handle_timer(now))

    def _is_due(self, now: float) -> bool:
        deadline = self._state.deadline()
        return deadline is not None and deadline <= now

    @property
    def due(self) -> float | None:
        """When it sends again if nothing comes, or None."""
        return None if self.outcome else self._state.deadline()

    def take_request(self, arrival: Arrival, now: float) -> bool:
        """Take the same request again; False when this transfer must make way."""
        commands = self._session.receive_request(now)
        if commands is None:
            return False
        self._note_repeated(arrival)
        self._run(commands)
        return True

    def _note_repeated(self, again: Arrival) -> None:
        note = request_note(self.request)
        self._report.asked_again(again.datagram, again.server, note)

    def replace(self, text: str) -> None:
        """End silently: the client has begun something else, or anew."""
        self._report.view.superseded = True
        self._run([Close() if self.outcome else End(Outcome.ABANDONED, text)])

    def evict(self) -> None:
        """End silently, because another transfer needs the place."""
        text = "ended without a reply of the client, to make room for other requests"
        self._parts.recorder.counters.evicted += 1
        self._report.view.evicted = True
        self._run([Close() if self.outcome else End(Outcome.ABANDONED, text)])

    def abort(self, text: str) -> None:
        """End it and tell the client why."""
        self._run([Close()] if self.outcome else self._session.abort(text))

    def view(self) -> TransferView:
        """Return the transfer as it stands."""
        view, state = self._report.view, self._state
        timer = state.timer
        view.round_trip, view.least_round_trip = timer.smoothed, timer.least
        view.timeouts = state.timeouts
        view.heard = state.heard
        view.phase = self._phase()
        if self.outcome is None:
            error = self.transport.send_error
            view.error = self._send_trouble()
            view.send_errno = (error.errno or 0) if error else 0
        self._fill(view)
        return view

    @abstractmethod
    def _fill(self, view: TransferView) -> None:
        """Write into a view how far the file has got."""

    @abstractmethod
    def _take(self, datagram: bytes, now: float) -> None:
        """Take a datagram of the client."""

    @abstractmethod
    def _obey(self, command: Command) -> None:
        """Do what only this kind of transfer can be told."""

    @abstractmethod
    def _is_due_from_client(self, datagram: bytes) -> bool:
        """Whether a stranger's datagram is what the client should send next."""

    @abstractmethod
    def _let_go(self) -> None:
        """Close the file."""

    def _is_waiting(self) -> bool:
        """Whether something has still to leave, so that the client isn't waited for."""
        return False

    def _expire(self) -> bool:
        """End the transfer if it takes too long or stands still; return whether."""
        session, report = self._state, self._report
        if self.outcome is not None or session.state is _COMMITTING:
            return False
        wall, span = self._clock.wall(), lifespan_by(self._parts.settings)
        waited = wall - max(report.progressed, self._woken)
        still = 0.0 if self._is_waiting() else waited
        fate = span.judge(wall - report.started, still, is_proven=session.heard)
        if fate is _GOES_ON:
            return False
        report.expired()
        self._run(span.farewell(fate, self._session))
        return True

    @property
    def is_stalled(self) -> bool:
        """Whether it runs and stands still; cheaper than to ask its view."""
        return self.outcome is None and self._state.stalled

    @property
    def is_overdue(self) -> bool:
        """Whether its client, who had answered, is silent for more than the retries."""
        if not self.is_stalled:
            return False
        return self._state.timeouts > self._parts.settings.retries

    def _phase(self) -> TransferPhase:
        if self.outcome is not None:
            return _ENDED[self.outcome]
        if self.is_stalled:
            return "stalled"
        return "negotiating" if self._state.state in _WAITING else "sending"

    def _send_trouble(self) -> str:
        error = self.transport.send_error
        return f"this host can't send to the client: {error.strerror}" if error else ""

    def _take_other(self, datagram: bytes) -> None:
        """Take what is neither DATA nor ACK."""
        try:
            packet = parse(datagram)
        except PeerError as error:
            self._report.malformed(len(datagram), error.text)
            self._raw(datagram)
            return
        if not isinstance(packet, ErrorPacket):
            name = type(packet).__name__
            self._report.malformed(len(datagram), f"{name} makes no sense here")
            self._raw(datagram)
            return
        note = error_note(packet)
        self._report.view.peer_error = packet.code
        self._report.packet(Kind.ERROR_RECEIVED, len(datagram), note=note)
        self._raw(datagram)
        said = visible(packet.message)
        self._run(self._session.receive_error(packet.code, said))

    def _raw(self, datagram: bytes, *, is_sent: bool = False) -> None:
        self._report.raw(datagram, is_sent=is_sent, other=self.client)

    def take_errors(self) -> None:
        """Take the ICMP errors that wait at the socket."""
        for error in self.transport.errors():
            self.take_error(error)
            if self.is_closed:
                return

    def take_error(self, error: IcmpError) -> None:
        """Take an ICMP error for what was sent to the client."""
        self.tell()
        view = self._report.view
        self._report.icmp(error)
        if not error.is_port_closed or error.sender != self.client.host:
            return
        if self._closed_port is None:
            self._closed_port = ClosedPort()
        is_sure = self._closed_port.is_sure(view.retransmits, view.moved)
        if is_sure and self.outcome is None:
            text = f"the client has closed its port {self.client.port}"
            self._run(self._session.lose_peer(text))

    def _answer_stray(self, datagram: bytes, stranger: Endpoint) -> None:
        strays = self._report.stray(len(datagram), stranger)
        if self._is_due_from_client(datagram):
            self._report.moved_to(stranger)
        self._report.raw(datagram, is_sent=False, other=stranger)
        is_error = datagram[:2] == b"\0\5"  # never answered (RFC 1350 §7)
        if is_error or strays > _STRAY_ANSWERS:
            return
        packet = encode_error(ErrorCode.UNKNOWN_TID, SAID)
        self.transport.answer_stray(packet, stranger)
        note = answer_note(str(stranger))
        self._report.packet(Kind.ERROR, len(packet), note=note)
        self._report.raw(packet, is_sent=True, other=stranger)

    def _run(self, commands: list[Command]) -> None:
        for command in commands:
            match command:
                case SendOack():
                    self._send_oack(command)
                case SendError():
                    self._send_error(command)
                case End():
                    self._end(command)
                case Close():
                    self.view()
                    self._close()
                case _:
                    self._obey(command)
            if self.is_closed:
                return

    def _send_oack(self, command: SendOack) -> None:
        packet, note = oack_of(self._agreed.oack)
        self.transport.send(packet)
        self._report.packet(Kind.OACK, len(packet), attempt=command.attempt, note=note)
        self._raw(packet, is_sent=True)

    def _send_error(self, command: SendError) -> None:
        self._report.view.our_error = int(command.code)
        packet = encode_error(command.code, command.text)
        self.transport.send(packet)
        note = f"{command.code.value} {command.text}"
        self._report.packet(Kind.ERROR, len(packet), note=note)
        self._raw(packet, is_sent=True)

    def _end(self, end: End) -> None:
        self.outcome = end.outcome
        if self.is_told or not self.view().is_calm:
            self.tell()
            self.view()
            self._report.ended(end)
        else:
            self._report.over(end.outcome)
        if not end.lingers:
            self._close()

    def _close(self) -> None:
        self.is_closed = True
        self._closed(self)
        self.transport.close()
        self._let_go()
