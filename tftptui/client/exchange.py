"""One transfer from the client's end: asks, carries the data, keeps the time."""

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
"""Datagrams read in a row before the timer has its turn."""

_REPORTS = 2
"""ICMP is easily forged: one report may be, two in answer to two packets hardly."""

_SHOW_EVERY = 0.1


class Wire(Protocol):
    """What an exchange needs of a channel."""

    server: Endpoint
    peer: Endpoint | None

    def wait(self, seconds: float | None) -> None:
        """Return when there is something to look at, or when SECONDS have passed."""

    def lock(self) -> None:
        """Take the sender of the last datagram for the server's TID."""

    def unlock(self) -> None:
        """Send a new request."""

    def ask(self, packet: bytes) -> None:
        """Send to the server's listener, or raise OSError."""

    def send(self, packet: bytes | memoryview) -> None:
        """Send to the server's TID."""

    def receive(self) -> memoryview | None:
        """Return a datagram of the server, good until the next call, or None."""

    def errors(self) -> list[IcmpError]:
        """Return the ICMP errors that came for what we sent."""


class Flag(Protocol):
    """Whether somebody wants it to stop."""

    @property
    def happened(self) -> bool:
        """Whether it is so."""


class Exchange(ABC):
    """Runs the request, then the data session, until both are over.

    Args:
        order: what to do.
        offer: what to ask for.
        wire: where packets go.
        flag: looked at after each wait.
        clock: monotonic seconds.

    Attributes:
        counts: what was counted; complete once run() has returned.
        terms: what was agreed, or None before that.
        offer: what is asked for.
        options_failed: whether the server refused the options (ERROR 8; it is asked
            without then), or agreed to what was not asked for.
        is_refused: whether ICMP said that nobody listens where we asked.
        last_report: the last ICMP error in words; empty before.
        last_reporter: address of who sent it.
        farewell: the text for the server when the flag ends it.
        progress: told of it up to ten times a second.
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
        """Do it all; return how it ended."""
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
        """Begin with DATA 1 instead of starting the data session."""

    @abstractmethod
    def _take(self, datagram: memoryview, now: float) -> None:
        """Take a datagram of the server's TID."""

    @abstractmethod
    def _take_oack(self, now: float) -> list[Command]:
        """Take the OACK once more."""

    @abstractmethod
    def _obey(self, command: Command) -> None:
        """Do what only this kind of transfer can be told."""

    @abstractmethod
    def _passed(self) -> tuple[int, int | None]:
        """Return the bytes that have passed, and how many there are if known."""

    @property
    def _is_over(self) -> bool:
        if self._end is None:
            return False
        session = self._session
        return session is None or self._is_closed or session.state is State.DONE

    def _step(self) -> None:
        """Wait for what is next, and do it."""
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
        if self._end is not None and self._session is not None:  # it only dallies
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
        """Take what is no part of the data."""
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
        """Take an ICMP error; one for an answer to a stranger is none of ours."""
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
