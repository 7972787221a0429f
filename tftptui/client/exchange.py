"""One transfer in the client: request, data, timer."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Protocol

from tftptui.client.transfer_order import Counts, Order, Progress
from tftptui.net.addresses import Endpoint
from tftptui.net.icmp import IcmpError
from tftptui.protocol.commands import (
    Close,
    Command,
    End,
    SendError,
    SendOack,
    SendRequest,
)
from tftptui.protocol.errors import MisuseError, PeerError
from tftptui.protocol.offer import Offer, Terms
from tftptui.protocol.packets import (
    ErrorPacket,
    Oack,
    ReadRequest,
    WriteRequest,
    encode_error,
    encode_request,
    parse,
)
from tftptui.protocol.requester import Begin, RequestCommand, RequestSession
from tftptui.protocol.session import Session, State
from tftptui.protocol.timing import RetransmitTimer
from tftptui.telemetry.escapes import visible

INTERRUPTED = "interrupted"

_BATCH = 64
"""Datagrams read in a row before the timer is checked."""

_REPORTS = 2
"""ICMP is easily forged, but hardly two errors for two packets."""

_SHOW_EVERY = 0.1


class Wire(Protocol):
    """The methods of a channel that an exchange uses."""

    server: Endpoint
    peer: Endpoint | None

    def wait(self, seconds: float | None) -> None:
        """Wait until something is readable, or for SECONDS."""

    def lock(self) -> None:
        """Use the source of the last datagram as the server's TID."""

    def unlock(self) -> None:
        """Prepare for a new request."""

    def ask(self, packet: bytes) -> None:
        """Send to the server's listening port, or raise OSError."""

    def send(self, packet: bytes | memoryview) -> None:
        """Send to the server's TID."""

    def receive(self) -> memoryview | None:
        """Return a datagram of the server, valid until the next call, or None."""

    def errors(self) -> list[IcmpError]:
        """Return the ICMP errors for packets we sent."""


class Flag(Protocol):
    """A request to stop."""

    @property
    def happened(self) -> bool:
        """True if the exchange should stop."""


class Exchange(ABC):
    """Runs the request, then the data session, until both are over.

    Args:
        order: the file and the server.
        offer: options to request.
        wire: the channel.
        flag: checked after each wait.
        clock: monotonic seconds.

    Attributes:
        counts: counters; complete once run() has returned.
        terms: the negotiated values, or None before that.
        offer: options to request.
        options_failed: whether the server refused the options (ERROR 8; the request is
            then sent without), or its OACK was invalid.
        is_refused: whether an ICMP error said that nobody listens on the port.
        last_report: the last ICMP error in words; empty before.
        last_reporter: source address of that error.
        farewell: ERROR text for the server when the flag stops it.
        progress: callback, called up to ten times a second.
    """

    def __init__(
        self,
        order: Order,
        offer: Offer,
        wire: Wire,
        flag: Flag,
        clock: Callable[[], float],
    ) -> None:
        self.counts = Counts()
        self.terms: Terms | None = None
        self.offer = offer
        self.options_failed = self.is_refused = False
        self.farewell = INTERRUPTED
        self.last_report = ""
        self.last_reporter: str | None = None
        self.progress: Progress | None = None
        self._order, self._wire, self._flag, self._clock = order, wire, flag, clock
        self._timer = self._new_timer(order.timeout)
        self._asking: RequestSession | None = RequestSession(
            offer, is_write=order.is_write, timer=self._timer
        )
        self._session: Session | None = None
        self._end: End | None = None
        self._is_closed = False
        self._began = self._shown = 0.0
        self._reports = 0

    def run(self) -> End:
        """Run the whole transfer; return how it ended."""
        self._began = self._clock()
        if self._asking is not None:
            self._request(self._asking.start(self._began), memoryview(b""))
        while not self._is_over:
            self._step()
        if self._end is None:
            raise MisuseError("over without an end")
        return self._end

    @abstractmethod
    def _open(self, terms: Terms, timer: RetransmitTimer) -> Session:
        """Return the data session, not started yet."""

    @abstractmethod
    def _join(self, datagram: memoryview, now: float) -> None:
        """Start the data session with DATA 1 instead of start()."""

    @abstractmethod
    def _take(self, datagram: memoryview, now: float) -> None:
        """Handle a datagram from the server's TID."""

    @abstractmethod
    def _take_oack(self, now: float) -> list[Command]:
        """Handle a repeated OACK."""

    @abstractmethod
    def _obey(self, command: Command) -> None:
        """Carry out a command for this kind of transfer."""

    @abstractmethod
    def _passed(self) -> tuple[int, int | None]:
        """Return the bytes transferred, and the total if known."""

    @property
    def _is_over(self) -> bool:
        if self._end is None:
            return False
        session = self._session
        return session is None or self._is_closed or session.state is State.DONE

    def _step(self) -> None:
        """Wait for the next event, and handle it."""
        running = self._session or self._asking
        due = None if running is None else running.deadline()
        self._wire.wait(None if due is None else due - self._clock())
        now = self._clock()
        if self._flag.happened:
            self._interrupt()
            return
        for _ in range(_BATCH):
            datagram = self._wire.receive()
            if datagram is None:
                break
            self._deliver(datagram, now)
            if self._is_over:
                return
        for error in self._wire.errors():
            self._take_error(error)
        self._tick(self._clock())
        self._show(now)

    def _deliver(self, datagram: memoryview, now: float) -> None:
        if self._session is not None:
            self._take(datagram, now)
        elif self._asking is not None:
            try:
                packet = parse(bytes(datagram))
            except PeerError:
                return
            commands = self._asking.receive(packet, now)
            if commands:
                self._wire.lock()
                self._request(commands, datagram)

    def _tick(self, now: float) -> None:
        if self._is_over:
            return
        if self._session is not None:
            due = self._session.deadline()
            if due is not None and due <= now:
                self._run(self._session.handle_timer(now))
        elif self._asking is not None:
            self._request(self._asking.handle_timer(now), memoryview(b""))

    def _interrupt(self) -> None:
        if self._end is not None and self._session is not None:  # it is just dallying
            self._run([Close()])
        elif self._session is not None:
            self._run(self._session.abort(self.farewell))
        elif self._asking is not None:
            self._request(self._asking.abort(INTERRUPTED), memoryview(b""))

    def _request(self, commands: list[RequestCommand], datagram: memoryview) -> None:
        for command in commands:
            match command:
                case SendRequest():
                    self._ask(command)
                case SendError():
                    self.options_failed = True
                    self._send_error(command)
                case Begin():
                    self._begin(command, datagram)
                case End():
                    self._finish(command)

    def _ask(self, command: SendRequest) -> None:
        self.counts.requests += 1
        if self.counts.requests > 1 and command.attempt == 1:
            self.options_failed = True
            self._wire.unlock()
        kind = WriteRequest if self._order.is_write else ReadRequest
        request = kind(self._order.file, self._order.mode, command.options)
        try:
            self._wire.ask(encode_request(request))
        except OSError as error:
            if self._asking is not None:
                text = f"cannot send to {self._wire.server}: {error.strerror}"
                self._request(self._asking.lose_server(text), memoryview(b""))

    def _begin(self, begin: Begin, datagram: memoryview) -> None:
        self.terms = begin.terms
        agreed = begin.terms.timeout
        timer = self._timer if agreed is None else self._new_timer(agreed)
        self._session = self._open(begin.terms, timer)
        if begin.has_data:
            self._join(datagram, self._clock())
        else:
            self._run(self._session.start(self._clock()))

    def _take_other(self, datagram: memoryview, now: float) -> None:
        """Handle a packet other than DATA and ACK."""
        if self._session is None:
            return
        try:
            packet = parse(bytes(datagram))
        except PeerError:
            return
        if isinstance(packet, ErrorPacket):
            said = visible(packet.message)
            self._run(self._session.receive_error(packet.code, said))
        elif isinstance(packet, Oack):
            self.counts.duplicates += 1
            self._run(self._take_oack(now))

    def _run(self, commands: list[Command]) -> None:
        for command in commands:
            match command:
                case SendError():
                    self._send_error(command)
                case End():
                    self._finish(command)
                case Close():
                    self._is_closed = True
                case SendOack():
                    raise MisuseError("a client sends no OACK")
                case _:
                    self._obey(command)
            if self._is_over:
                return

    def _send_error(self, command: SendError) -> None:
        self._wire.send(encode_error(command.code, command.text))

    def _finish(self, end: End) -> None:
        if self._end is None:
            self._end = end
            self.counts.seconds = self._clock() - self._began

    def _take_error(self, error: IcmpError) -> None:
        """Handle an ICMP error, unless it is about a reply to a stranger."""
        if self._end is not None:
            return
        target = self._wire.peer or self._wire.server
        if error.target is not None and error.target != target:
            return
        self._reports += 1
        is_closed = error.is_port_closed and error.sender == target.host
        self.last_report = by = f"ICMP {error.name}, from {error.sender}"
        self.last_reporter = error.sender
        if self._session is None and self._asking is not None:
            if is_closed or self._reports >= _REPORTS:
                self.is_refused = is_closed
                what = (
                    f"no program listens on UDP port {target.port}" if is_closed else ""
                )
                text = f"{what} ({by})" if what else f"the request was rejected: {by}"
                self._request(self._asking.lose_server(text), memoryview(b""))
        elif self._session is not None and is_closed and self._reports >= _REPORTS:
            text = f"the server closed its port {target.port} ({by})"
            self._run(self._session.lose_peer(text))

    def _show(self, now: float) -> None:
        if self.progress is not None and now - self._shown >= _SHOW_EVERY:
            self._shown = now
            self.progress(*self._passed())

    def _new_timer(self, fixed: int | None) -> RetransmitTimer:
        seconds = None if fixed is None else float(fixed)
        return RetransmitTimer(seconds, self._order.retries)
