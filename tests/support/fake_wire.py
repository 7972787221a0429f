"""The environment of an exchange in memory: our server at the other end, no delays."""

from collections import deque
from dataclasses import dataclass, field

from tests.support.both_ends import Job, Server
from tests.support.clock import FakeClock
from tftptui.net.addresses import Endpoint
from tftptui.net.icmp import IcmpError
from tftptui.protocol.packets import ErrorPacket, Packet, parse


@dataclass
class Ctrl:
    """Ctrl-C, as an exchange sees it."""

    happened: bool = False


@dataclass
class FakeWire:
    """A path to a Server that replies at once; TID 3 is port 40003.

    After each wait() one datagram can be received.

    Attributes:
        lost_here: which datagrams to the client (from 0) are lost.
        lost_there: which datagrams to the server are lost.
        reports: ICMP errors; the next wait() ends with them.
        sent: everything that the client sent, in order.
        left: TIDs that the client has dropped.
        refuse: the reply to the next request, from its own TID.
        interrupt_at: the wait() (from 1) at which Ctrl-C is pressed.
    """

    job: Job
    lost_here: frozenset[int] = frozenset()
    lost_there: frozenset[int] = frozenset()
    reports: list[IcmpError] = field(default_factory=list)
    clock: FakeClock = field(default_factory=FakeClock)
    sent: list[Packet] = field(default_factory=list)
    peer: Endpoint | None = None
    left: list[Endpoint] = field(default_factory=list)
    refuse: bytes | None = None
    ctrl: Ctrl = field(default_factory=Ctrl)
    interrupt_at: int | None = None

    def __post_init__(self) -> None:
        self.server = Endpoint("192.0.2.1", 69)
        self.far = Server(self.job)
        self.waits = 0
        self._queue: deque[tuple[int, bytes]] = deque()
        self._here = self._there = 0
        self._from = 0
        self._is_next = True

    @property
    def errors_sent(self) -> list[tuple[int, str]]:
        """ERRORs that the client sent: code and text."""
        return [
            (packet.code, packet.message.decode())
            for packet in self.sent
            if isinstance(packet, ErrorPacket)
        ]

    def wait(self, seconds: float | None) -> None:
        self.waits += 1
        if self.interrupt_at is not None and self.waits >= self.interrupt_at:
            self.ctrl.happened = True
        if self._queue or self.reports or self.ctrl.happened:
            return
        dues = [] if seconds is None else [self.clock.now() + seconds]
        sides = enumerate(self.far.sides, start=1)
        theirs = [(side.deadline(), tid) for tid, side in sides]
        dues += [due for due, _ in theirs if due is not None]
        assert dues, "it would wait for ever"
        now = min(dues)
        self.clock.advance_to(now)
        for due, tid in theirs:
            if due == now:
                self._answer(tid, self.far.sides[tid - 1].handle_timer(now))

    def ask(self, packet: bytes) -> None:
        if not self._passes(packet):
            return
        if self.refuse is not None:
            self._answer(len(self.far.sides) + 1, [self.refuse])
            self.refuse = None
            return
        self._answer(*self.far.request(packet, self.clock.now()))

    def send(self, packet: bytes | memoryview) -> None:
        assert self.peer is not None
        tid = self.peer.port - 40_000
        if self._passes(bytes(packet)) and tid <= len(self.far.sides):
            side = self.far.sides[tid - 1]
            self._answer(tid, side.receive(bytes(packet), self.clock.now()))

    def receive(self) -> memoryview | None:
        is_next, self._is_next = self._is_next, True
        while self._queue and is_next:
            tid, datagram = self._queue.popleft()
            self._from, self._is_next = tid, False
            if self.peer is None or self.peer.port == 40_000 + tid:
                return memoryview(datagram)
        return None

    def lock(self) -> None:
        self.peer = Endpoint(self.server.host, 40_000 + self._from)

    def unlock(self) -> None:
        if self.peer is not None:
            self.left.append(self.peer)
        self.peer = None

    def errors(self) -> list[IcmpError]:
        reports, self.reports = self.reports, []
        return reports

    def _passes(self, packet: bytes) -> bool:
        self.sent.append(parse(packet))
        self._there += 1
        return self._there - 1 not in self.lost_there

    def _answer(self, tid: int, datagrams: list[bytes]) -> None:
        for datagram in datagrams:
            if self._here not in self.lost_here:
                self._queue.append((tid, datagram))
            self._here += 1
