"""Whole transfers in memory, our client against our server, over a faulty path."""

import heapq
import itertools
from dataclasses import dataclass

from tests.support.clock import FakeClock
from tests.support.sides import Receiving, Sending, Side
from tests.support.wire import Path
from tftptui.protocol.commands import End, SendError, SendRequest
from tftptui.protocol.offer import Offer
from tftptui.protocol.options import Agreed, Limits, negotiate
from tftptui.protocol.packets import (
    Mode,
    ReadRequest,
    WriteRequest,
    encode_error,
    encode_request,
    parse,
)
from tftptui.protocol.receiver import ReceiveSession
from tftptui.protocol.requester import Begin, RequestCommand, RequestSession
from tftptui.protocol.sender import SendSession
from tftptui.protocol.timing import RetransmitTimer

NOTHING, GENEROUS = Offer(), Limits()

LISTENER = 0
"""The server's request port; TIDs count up from 1."""


@dataclass(frozen=True)
class Job:
    """The client's request, and the options the server would grant."""

    content: bytes
    offer: Offer = NOTHING
    is_write: bool = False
    limits: Limits = GENEROUS


class Server:
    """Opens a TID for each request that no running transfer replies to.

    Attributes:
        sides: one for each TID, in order.
        requests: how many have arrived.
    """

    def __init__(self, job: Job) -> None:
        self.sides: list[Side] = []
        self.requests = 0
        self._job = job

    @property
    def content(self) -> bytes:
        """The content stored by the last transfer."""
        side = self.sides[-1]
        assert isinstance(side, Receiving)
        return side.content

    def request(self, datagram: bytes, now: float) -> tuple[int, list[bytes]]:
        """Process a request; return the TID that replies, and the replies."""
        self.requests += 1
        packet = parse(datagram)
        assert isinstance(packet, ReadRequest | WriteRequest)
        if self.sides and not self.sides[-1].is_over:
            answers = self.sides[-1].repeated(now)
            if answers is not None:
                return len(self.sides), answers
        agreed = negotiate(packet.options, self._job.limits, len(self._job.content))
        self.sides.append(self._side(agreed))
        return len(self.sides), self.sides[-1].start(now)

    def _side(self, agreed: Agreed) -> Side:
        negotiated = bool(agreed.oack)
        if self._job.is_write:
            session = ReceiveSession(
                block_size=agreed.block_size,
                window=agreed.window,
                negotiated=negotiated,
            )
            return Receiving(session, agreed.oack)
        content, size = self._job.content, agreed.block_size
        sender = SendSession(
            window=agreed.window,
            last_block=len(content) // size + 1,
            negotiated=negotiated,
        )
        return Sending(sender, content, size, agreed.oack)


class Client:
    """Sends a request, then continues with the first server TID that replies.

    Attributes:
        tid: the server's, once it is known.
        side: the data session, once it has started.
        end: how the request ended without a data session.
    """

    def __init__(self, job: Job) -> None:
        self.tid: int | None = None
        self.side: Side | None = None
        self.end: End | None = None
        self._job = job
        self._timer = RetransmitTimer()
        self._asking = RequestSession(
            job.offer, is_write=job.is_write, timer=self._timer
        )

    @property
    def is_over(self) -> bool:
        return self.end is not None or (self.side is not None and self.side.is_over)

    def deadline(self) -> float | None:
        return (self.side or self._asking).deadline()

    def start(self, now: float) -> list[bytes]:
        return self._run(self._asking.start(now), b"", now)

    def handle_timer(self, now: float) -> list[bytes]:
        if self.side:
            return self.side.handle_timer(now)
        return self._run(self._asking.handle_timer(now), b"", now)

    def receive(self, tid: int, datagram: bytes, now: float) -> list[bytes]:
        if self.is_over or self.tid not in (None, tid):
            return []
        if self.side:
            return self.side.receive(datagram, now)
        self.tid = tid
        return self._run(self._asking.receive(parse(datagram), now), datagram, now)

    def _run(
        self, commands: list[RequestCommand], datagram: bytes, now: float
    ) -> list[bytes]:
        sent: list[bytes] = []
        for command in commands:
            match command:
                case SendRequest(options=options):
                    kind = WriteRequest if self._job.is_write else ReadRequest
                    sent.append(encode_request(kind(b"f", Mode.OCTET, options)))
                case SendError(code=code, text=text):
                    sent.append(encode_error(code, text))
                case Begin():
                    sent += self._begin(command, datagram, now)
                case End():
                    self.end = command
        return sent

    def _begin(self, begin: Begin, datagram: bytes, now: float) -> list[bytes]:
        size, window = begin.terms.block_size, begin.terms.window
        if self._job.is_write:
            content = self._job.content
            sender = SendSession(
                window=window,
                last_block=len(content) // size + 1,
                timer=self._timer,
                peer="server",
            )
            self.side = Sending(sender, content, size)
            return self.side.start(now)
        session = ReceiveSession(
            block_size=size, window=window, timer=self._timer, peer="server"
        )
        self.side = receiving = Receiving(session)
        if begin.has_data:
            return receiving.join(datagram, now)
        return receiving.start(now)


class BothEnds:
    """A client and a server, and the path between them."""

    def __init__(self, job: Job, path: Path | None = None) -> None:
        self.clock = FakeClock()
        self.client, self.server = Client(job), Server(job)
        self._path = path or Path()
        self._order = itertools.count()
        self._to_client, self._to_server = itertools.count(), itertools.count()
        self._flying: list[tuple[float, int, bool, int, bytes]] = []

    def run(self, most_steps: int = 20_000) -> None:
        """Run until nothing is due or in flight.

        Raises:
            AssertionError: there are too many steps, such as packets that cause
                packets.
        """
        self._send(LISTENER, self.client.start(self.clock.now()))
        for _ in range(most_steps):
            if not self._step():
                return
        raise AssertionError(f"not over after {most_steps} steps: a packet storm")

    def _step(self) -> bool:
        """Process the next event; datagrams go before timers."""
        dues: list[tuple[float, int]] = []
        if self._flying:
            dues.append((self._flying[0][0], -1))
        ends: list[Client | Side] = [self.client, *self.server.sides]
        deadlines = [(end.deadline(), index) for index, end in enumerate(ends)]
        dues += [(due, index) for due, index in deadlines if due is not None]
        if not dues:
            return False
        due, index = min(dues)
        self.clock.advance_to(due)
        if index < 0:
            self._deliver()
        elif index == 0:
            self._from_client(self.client.handle_timer(due))
        else:
            self._answer(index, self.server.sides[index - 1].handle_timer(due))
        return True

    def _deliver(self) -> None:
        _, _, is_for_client, tid, datagram = heapq.heappop(self._flying)
        now = self.clock.now()
        if is_for_client:
            self._from_client(self.client.receive(tid, datagram, now))
        elif tid == LISTENER:
            self._answer(*self.server.request(datagram, now))
        else:
            self._answer(tid, self.server.sides[tid - 1].receive(datagram, now))

    def _from_client(self, datagrams: list[bytes]) -> None:
        self._send(LISTENER if self.client.tid is None else self.client.tid, datagrams)

    def _send(self, tid: int, datagrams: list[bytes]) -> None:
        for datagram in datagrams:
            fate = self._path.to_server.fate(next(self._to_server))
            self._fly(fate, (False, tid, datagram))

    def _answer(self, tid: int, datagrams: list[bytes]) -> None:
        for datagram in datagrams:
            fate = self._path.to_client.fate(next(self._to_client))
            self._fly(fate, (True, tid, datagram))

    def _fly(self, fate: tuple[float, ...], what: tuple[bool, int, bytes]) -> None:
        for extra in fate:
            arrival = self.clock.now() + self._path.delay + extra
            heapq.heappush(self._flying, (arrival, next(self._order), *what))
