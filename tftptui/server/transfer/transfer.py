"""One transfer: it owns the sockets of a TID, the report and the clock.

A Sender or a Receiver handles what differs between reads and writes. Each has two
states. In the exact state the session is up to date and decides on each datagram. In
the fast state nearly every datagram is the expected one: it is handled without session
and commands, and the session is updated later. Only settle() leads from the fast to the
exact state.
"""

from collections.abc import Callable
from typing import Protocol, final

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
from tftptui.protocol.options import Agreed
from tftptui.protocol.packets import ErrorPacket, encode_error, parse
from tftptui.protocol.session import Session, State
from tftptui.protocol.timing import RetransmitTimer
from tftptui.server.listener import Arrival
from tftptui.server.recorder import Recorder, error_note, oack_of, request_note
from tftptui.server.requests import requested
from tftptui.server.transfer.icmp_reports import ClosedPort
from tftptui.server.transfer.report import About, Report
from tftptui.server.transfer.shared_transport import SharedTransport
from tftptui.server.transfer.sockets import LONGEST
from tftptui.server.transfer.time_limits import Fate, lifespan_by
from tftptui.server.transfer.transport import Transport
from tftptui.settings import Settings
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.records.ring import Kind
from tftptui.telemetry.stray_notes import SAID, answer_note
from tftptui.telemetry.views import TransferPhase, TransferView

LOOK = 0.5
"""Seconds between checks of the time limits of each transfer."""

PATIENCE = 60.0
"""Seconds without progress, at least, before a proven client is given up."""

_WAITS = 6
"""The same as a multiple of the timeout that the client requested."""

_STRAY_ANSWERS = 10
"""Strangers replied to per transfer; more would make us an amplifier."""

# Looking up an Enum member is slow, and each transfer needs these often.
_WAITING = (State.NEW, State.NEGOTIATING)
_COMMITTING, _GOES_ON = State.COMMITTING, Fate.GOES_ON
_COMPLETED, _PROBED = Outcome.COMPLETED, Outcome.PROBED

_ENDED: dict[Outcome, TransferPhase] = {
    outcome: msgspec.convert(outcome.value, TransferPhase) for outcome in Outcome
}

AnyTransport = Transport | SharedTransport
"""A TID of its own, or a share of the listener's port."""


class Parts(About, frozen=True, kw_only=True):
    """The components of every transfer; it closes the transport at the end.

    Attributes:
        arrival: the request's datagram and addresses.
        settings: as of the request; a transfer keeps them.
        content: the file as bytes on disk, or None if it is converted.
    """

    number: int
    arrival: Arrival
    transport: AnyTransport
    recorder: Recorder
    settings: Settings
    content: Content | None = None


def timer_of(agreed: Agreed, settings: Settings) -> RetransmitTimer:
    """Return the timer of a transfer; the client's timeout option wins (RFC 2349)."""
    wished = settings.timeout if agreed.timeout is None else agreed.timeout
    patience = max(PATIENCE, _WAITS * (agreed.timeout or 0.0))
    return RetransmitTimer(wished, settings.retries, patience)


class Side(Protocol):
    """The reading or writing half of a Transfer: a Sender or Receiver with the file."""

    @property
    def readable(self) -> Callable[[], None]:
        """Callback for a readable socket; in the fast state not the same as take()."""

    @property
    def is_proven(self) -> bool:
        """True if the client has replied."""

    @property
    def is_waiting(self) -> bool:
        """True if our own packets are delayed, so the client is not late."""

    @property
    def is_paced(self) -> bool:
        """True if the next packets wait for bandwidth."""

    def start(self, now: float) -> None:
        """Send the first packet."""

    def settle(self) -> Session:
        """Return the session, up to date, to change it; leaves the fast state."""

    def look(self) -> Session:
        """Return the session, up to date, to read it; the fast state may go on."""

    def count(self) -> None:
        """Bring the counters up to date."""

    def is_quick(self, now: float) -> bool:
        """Return whether packets left too recently for any timeout."""

    def hear(self, datagram: bytes) -> None:
        """Handle a datagram of the client in any state."""

    def take(self, datagram: bytes, now: float) -> None:
        """Handle a datagram of the client in the session."""

    def obey(self, command: Command) -> None:
        """Carry out a command for this side."""

    def is_due_from_client(self, datagram: bytes) -> bool:
        """Return whether a stranger's datagram is what the client should send next."""

    def fill(self, view: TransferView) -> None:
        """Write the file's progress into a view; call look() first."""

    def close(self) -> None:
        """Close the file and forget the transfer."""


@final
class Transfer:
    """An active transfer. The event loop calls readable(), strayed() and tick().

    Args:
        parts: its components.
        make_side: creates its Sender or Receiver.
        closed: called once at the end, before the sockets are closed.

    Attributes:
        readable: callback for a readable socket.
        is_reported: whether its start was reported by an event. Short transfers without
            problems are only counted, unless somebody wants every event.
        side: its Sender or Receiver.
    """

    # Slots, here and in its parts: that many attributes are slow in a dict.
    __slots__ = (
        "_closed",
        "_closed_port",
        "_look_at",
        "_resumed",
        "client",
        "clock",
        "is_closed",
        "is_reported",
        "number",
        "outcome",
        "parts",
        "readable",
        "report",
        "request",
        "server",
        "side",
        "transport",
    )

    def __init__(
        self,
        parts: Parts,
        make_side: Callable[["Transfer"], Side],
        closed: Callable[["Transfer"], None],
    ) -> None:
        self.parts = parts
        self.number = parts.number
        self.request = parts.request
        client = self.client = parts.arrival.client
        transport = self.transport = parts.transport
        server = self.server = transport.local
        self.outcome: Outcome | None = None
        self.is_closed = self.is_reported = False
        self._resumed = self._look_at = 0.0
        self.clock = parts.recorder.clock
        self.report = Report(self.number, (client, server), parts, parts.recorder)
        self._closed = closed
        self._closed_port: ClosedPort | None = None
        side = self.side = make_side(self)
        self.readable: Callable[[], None] = side.readable

    def go_on_from(self, started: float, begun: float | None, ended_at: float) -> None:
        """Continue a one-block read; see there for the times.

        Its side is already in that state.
        """
        report = self.report
        report.started = report.progressed = started
        if begun is not None:
            self._look_at = begun + LOOK
            report.version += 1
        if ended_at:
            self.outcome, self.is_closed = _COMPLETED, True
            report.progressed = report.ended_at = ended_at
            self.readable = _nothing

    def whole(self) -> "Transfer":
        """Return self; see OneBlockRead."""
        return self

    @property
    def content(self) -> Content | None:
        """The file as bytes on disk; None if it is converted."""
        return self.parts.content

    @property
    def version(self) -> int:
        """A number that increases with every event."""
        self.side.count()
        return self.report.version

    @property
    def started(self) -> float:
        """Wall clock of its request."""
        return self.report.started

    @property
    def asked(self) -> bytes:
        """Its request datagram."""
        return self.parts.arrival.datagram

    @property
    def is_proven(self) -> bool:
        """True if the client has replied, so its address is not forged."""
        return self.side.is_proven or self.outcome is _PROBED

    @property
    def is_stalled(self) -> bool:
        """True if it is active and stalled; cheaper than its view."""
        return self.outcome is None and self.side.look().stalled

    @property
    def is_overdue(self) -> bool:
        """True if a proven client has been silent for more than the retries."""
        if not self.is_stalled:
            return False
        return self.side.look().timeouts > self.parts.settings.retries

    @property
    def due(self) -> float | None:
        """When it retransmits if nothing arrives, or None."""
        return None if self.outcome else self.side.look().deadline()

    def start(self, now: float) -> None:
        """Send the first packet."""
        self._look_at = now + LOOK
        self.parts.recorder.counters.started += 1
        if self.parts.recorder.tells_all:
            self.tell()
        self.side.start(now)

    def tell(self) -> None:
        """Emit the events for its request and start, unless already done."""
        if not self.is_reported:
            self.is_reported = True
            event = requested(
                self.parts.arrival, self.request, self.report.started, self.number
            )
            self.parts.recorder.emit(event)
            self.view()
            self.report.began()

    def listen(self) -> None:
        """Read what the client may have sent."""
        self.readable()

    def strayed(self) -> None:
        """Reply to a stranger on this TID with ERROR 5 (RFC 1350 §4).

        Until the client has a socket of its own, its datagrams arrive here, too.
        """
        if self.transport.to is not None:
            self.readable()
            return
        try:
            datagram, sender = self.transport.recvfrom(LONGEST)
        except OSError:
            return
        self.take_from(datagram, sender)

    def take_from(self, datagram: bytes, sender: SocketAddress) -> None:
        """Handle a datagram of the client, or reply to a stranger."""
        if self.transport.is_from_client(sender):
            self.side.hear(datagram)
        else:
            self.answer_stray(datagram, endpoint_of(sender))

    def take(self, datagram: bytes) -> None:
        """Handle a datagram of the client in the session."""
        self.side.take(datagram, self.clock.now())

    def tick(self, now: float) -> None:
        """Let the session check its deadline, and end it if a limit is exceeded."""
        if now >= self._look_at:
            self._look_at = now + LOOK
            if self._expire():
                return
        elif self.side.is_quick(now):
            return
        if self.side.is_waiting:
            return
        if self._is_due(now):
            self.readable()  # a reply may be waiting in the socket buffer
            if not self.is_closed and self._is_due(now):
                self.run(self.side.settle().handle_timer(now))

    def _is_due(self, now: float) -> bool:
        deadline = self.side.look().deadline()
        return deadline is not None and deadline <= now

    def take_request(self, arrival: Arrival, now: float) -> bool:
        """Handle the same request again; False if this transfer has to make way."""
        session = self.side.settle()
        if self.side.is_paced and not session.is_left(now):
            self._note_repeated(arrival)  # the reply to it already waits for bandwidth
            return True
        commands = session.receive_request(now)
        if commands is None:
            return False
        self._note_repeated(arrival)
        self.run(commands)
        return True

    def _note_repeated(self, again: Arrival) -> None:
        note = request_note(self.request)
        self.report.repeated_request(again.datagram, again.server, note)

    def replace(self, text: str) -> None:
        """End silently: the client has started something else, or restarted."""
        self.report.view.superseded = True
        self.run([Close() if self.outcome else End(Outcome.ABANDONED, text)])

    def evict(self) -> None:
        """End silently to free a slot for another transfer."""
        text = "dropped before the first ACK, to free a slot for other requests"
        self.parts.recorder.counters.evicted += 1
        self.report.view.evicted = True
        self.run([Close() if self.outcome else End(Outcome.ABANDONED, text)])

    def abort(self, text: str) -> None:
        """End with an ERROR to the client."""
        self.run([Close()] if self.outcome else self.side.settle().abort(text))

    def fail(self, code: ErrorCode, text: str) -> None:
        """End because the file can't be read or written; send an ERROR."""
        self.run(self.side.settle().fail(SendError(code, text)))

    def complete(self) -> None:
        """End a successful transfer without an event."""
        self.outcome = _COMPLETED
        self.report.over(_COMPLETED)
        self._close()

    def resume(self, waited: float) -> None:
        """Resume the session's time after WAITED seconds.

        Our packets were waiting for the disk or for bandwidth.
        """
        self._resumed = self.clock.wall()
        self.side.settle().postpone(max(0.0, waited))

    def view(self) -> TransferView:
        """Return the view, up to date."""
        view, state = self.report.view, self.side.look()
        timer = state.timer
        view.round_trip, view.least_round_trip = timer.smoothed, timer.least
        view.timeouts = state.timeouts
        view.heard = state.heard
        view.unsent = self.transport.unsent
        view.phase = self._phase(state)
        if self.outcome is None:
            error = self.transport.send_error
            view.error = self.send_trouble
            if error is not None or not state.timeouts:
                view.send_errno = (error.errno or 0) if error else 0
        self.side.fill(view)
        return view

    def _phase(self, session: Session) -> TransferPhase:
        if self.outcome is not None:
            return _ENDED[self.outcome]
        if session.stalled:
            return "stalled"
        return "negotiating" if session.state in _WAITING else "sending"

    @property
    def send_trouble(self) -> str:
        """Why the last packet was not sent, or ""."""
        error = self.transport.send_error
        return f"this host cannot send to the client: {error.strerror}" if error else ""

    def _expire(self) -> bool:
        """End the transfer if it exceeds a time limit; return whether it did."""
        session, report = self.side.look(), self.report
        if self.outcome is not None or session.state is _COMMITTING:
            return False
        wall, span = self.clock.wall(), lifespan_by(self.parts.settings)
        waited = wall - max(report.progressed, self._resumed)
        still = 0.0 if self.side.is_waiting else waited
        fate = span.judge(wall - report.started, still, is_proven=session.heard)
        if fate is _GOES_ON:
            return False
        report.expired()
        self.run(span.farewell(fate, self.side.settle()))
        return True

    def take_other(self, datagram: bytes) -> None:
        """Handle a datagram that is neither DATA nor ACK."""
        try:
            packet = parse(datagram)
        except PeerError as error:
            self.report.malformed(len(datagram), error.text)
            self._raw(datagram)
            return
        if not isinstance(packet, ErrorPacket):
            name = type(packet).__name__
            self.report.malformed(len(datagram), f"unexpected {name}")
            self._raw(datagram)
            return
        note = error_note(packet)
        self.report.view.peer_error = packet.code
        self.report.packet(Kind.ERROR_RECEIVED, len(datagram), note=note)
        self._raw(datagram)
        said = visible(packet.message)
        self.run(self.side.settle().receive_error(packet.code, said))

    def _raw(self, datagram: bytes, *, is_sent: bool = False) -> None:
        self.report.raw(datagram, is_sent=is_sent, other=self.client)

    def take_errors(self) -> None:
        """Read and handle pending ICMP errors."""
        for error in self.transport.errors():
            self.take_error(error)
            if self.is_closed:
                return

    def take_error(self, error: IcmpError) -> None:
        """Handle an ICMP error for a packet sent to the client."""
        self.tell()
        view = self.report.view
        self.report.icmp(error)
        if not error.is_port_closed or error.sender != self.client.host:
            return
        if self._closed_port is None:
            self._closed_port = ClosedPort()
        is_sure = self._closed_port.is_sure(view.retransmits, view.moved)
        if is_sure and self.outcome is None:
            text = f"the client closed its port {self.client.port}"
            self.run(self.side.settle().lose_peer(text))

    def answer_stray(self, datagram: bytes, stranger: Endpoint) -> None:
        """Reply to a stranger on this TID with ERROR 5 (RFC 1350 §4)."""
        strays = self.report.stray(len(datagram), stranger)
        if self.side.is_due_from_client(datagram):
            self.report.moved_to(stranger)
        self.report.raw(datagram, is_sent=False, other=stranger)
        is_error = datagram[:2] == b"\0\5"  # no reply to an ERROR (RFC 1350 §7)
        if is_error or strays > _STRAY_ANSWERS:
            return
        packet = encode_error(ErrorCode.UNKNOWN_TID, SAID)
        self.transport.answer_stray(packet, stranger)
        note = answer_note(str(stranger))
        self.report.packet(Kind.ERROR, len(packet), note=note)
        self.report.raw(packet, is_sent=True, other=stranger)

    def run(self, commands: list[Command]) -> None:
        """Carry out the commands of a session."""
        for command in commands:
            match command:
                case SendOack():
                    self.send_oack(command.attempt)
                case SendError():
                    self._send_error(command)
                case End():
                    self._end(command)
                case Close():
                    self.view()
                    self._close()
                case _:
                    self.side.obey(command)
            if self.is_closed:
                return

    def send_oack(self, attempt: int) -> bool:
        """Send the OACK; return whether it was sent."""
        packet, note = oack_of(self.parts.agreed.oack)
        is_out = self.transport.send(packet)
        self.report.packet(Kind.OACK, len(packet), attempt=attempt, note=note)
        self._raw(packet, is_sent=True)
        return is_out

    def _send_error(self, command: SendError) -> None:
        self.report.view.our_error = int(command.code)
        packet = encode_error(command.code, command.text)
        self.transport.send(packet)
        note = f"{command.code.value} {command.text}"
        self.report.packet(Kind.ERROR, len(packet), note=note)
        self._raw(packet, is_sent=True)

    def _end(self, end: End) -> None:
        self.outcome = end.outcome
        if self.is_reported or not self.view().is_calm:
            self.tell()
            self.view()
            self.report.ended(end)
        else:
            self.report.over(end.outcome)
        if not end.lingers:
            self._close()

    def _close(self) -> None:
        self.is_closed = True
        self._closed(self)
        self.transport.close()
        self.side.close()
        self.readable = _nothing


def _nothing() -> None:
    """Replacement for readable() after the end."""
