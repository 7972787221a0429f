"""A wire in memory between a SendSession and a ModelClient, with scripted faults."""

import heapq
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.support.clock import FakeClock
from tests.support.model_client import ModelClient
from tftptui.protocol.commands import (
    Command,
    End,
    Outcome,
    SendBlocks,
    SendError,
    SendOack,
)
from tftptui.protocol.packets import (
    BLOCK_MODULUS,
    Ack,
    ErrorPacket,
    encode_data,
    encode_error,
    encode_oack,
    parse,
)
from tftptui.protocol.sender import SendSession
from tftptui.protocol.session import State

Fate = tuple[float, ...]
"""The fate of a datagram: the extra delay of each copy that arrives."""

LOST: Fate = ()
ON_TIME: Fate = (0.0,)
TWICE: Fate = (0.0, 0.0)

OPTIONS = ((b"blksize", b"8"),)


@dataclass(frozen=True)
class Direction:
    """The fate of the n-th datagram (from 0) in one direction."""

    fates: Mapping[int, Fate] = field(default_factory=dict)
    rest: Fate = ON_TIME

    def fate(self, number: int) -> Fate:
        return self.fates.get(number, self.rest)


@dataclass(frozen=True)
class Path:
    """The faults of both directions; ``delay`` is seconds one way."""

    to_client: Direction = Direction()
    to_server: Direction = Direction()
    delay: float = 0.01


class Wire:
    """Runs a session against a client until both are over.

    Args:
        session: not started yet.
        client: the other end.
        content: the file.
        path: the faults.

    Attributes:
        end: how the session ended.
        sent: how often each block was sent.
        oacks: OACKs sent.
        heard: ACKs that reached the running session.
        timeouts: how often the session's timer expired.
    """

    def __init__(
        self,
        session: SendSession,
        client: ModelClient,
        content: bytes,
        path: Path | None = None,
    ) -> None:
        self.clock = FakeClock()
        self.end: End | None = None
        self.sent: Counter[int] = Counter()
        self.oacks = self.heard = self.timeouts = 0
        self._session, self._client = session, client
        self._content, self._path = content, path or Path()
        self._sent_to_client = self._sent_to_server = self._order = 0
        self._flying: list[tuple[float, int, bool, bytes]] = []

    @property
    def outcome(self) -> Outcome:
        assert self.end is not None, "the session did not end"
        return self.end.outcome

    @property
    def data_sent(self) -> int:
        """The total of DATA packets."""
        return self.sent.total()

    def run(self, most_steps: int = 20_000) -> None:
        """Run until nothing is due or in flight.

        Raises:
            AssertionError: there are too many steps, such as packets that cause
                packets.
        """
        self._execute(self._session.start(self.clock.now()))
        for _ in range(most_steps):
            if not self._step():
                return
        raise AssertionError(f"not over after {most_steps} steps: a packet storm")

    def _step(self) -> bool:
        """Process the next event; datagrams go before timers."""
        arrival = self._flying[0][0] if self._flying else None
        dues = (arrival, self._session.deadline(), self._client.deadline())
        due = min((moment for moment in dues if moment is not None), default=None)
        if due is None:
            return False
        self.clock.advance_to(due)
        if due == arrival:
            self._deliver()
        elif due == self._session.deadline():
            self.timeouts += 1
            self._execute(self._session.handle_timer(due))
        else:
            self._answer(self._client.handle_timer(due))
        return True

    def _deliver(self) -> None:
        _, _, is_for_client, datagram = heapq.heappop(self._flying)
        now = self.clock.now()
        if is_for_client:
            self._answer(self._client.receive(datagram, now))
        elif self._session.state is not State.DONE:
            self._receive(datagram, now)

    def _receive(self, datagram: bytes, now: float) -> None:
        match parse(datagram):
            case Ack(block16=block16):
                self.heard += 1
                self._execute(self._session.receive_ack(block16, now))
            case ErrorPacket(code=code):
                self._execute(self._session.receive_error(code, ""))
            case packet:
                raise AssertionError(f"the model client sent {packet}")

    def _execute(self, commands: list[Command]) -> None:
        for command in commands:
            match command:
                case SendOack():
                    self.oacks += 1
                    self._to_the_client(encode_oack(OPTIONS))
                case SendBlocks():
                    self._send_blocks(command)
                case SendError(code=code, text=text):
                    self._to_the_client(encode_error(code, text))
                case End():
                    self.end = command
                case _:
                    raise AssertionError(f"a sending session can't {command}")

    def _send_blocks(self, command: SendBlocks) -> None:
        size = self._client.block_size
        for block in range(command.first, command.first + command.count):
            payload = self._content[(block - 1) * size : block * size]
            self.sent[block] += 1
            self._to_the_client(encode_data(block % BLOCK_MODULUS, payload))
            if len(payload) < size:
                self._session.end_at(block)
                return

    def _to_the_client(self, datagram: bytes) -> None:
        fate = self._path.to_client.fate(self._sent_to_client)
        self._sent_to_client += 1
        self._fly(datagram, fate, is_for_client=True)

    def _answer(self, datagrams: list[bytes]) -> None:
        for datagram in datagrams:
            fate = self._path.to_server.fate(self._sent_to_server)
            self._sent_to_server += 1
            self._fly(datagram, fate, is_for_client=False)

    def _fly(self, datagram: bytes, fate: Fate, *, is_for_client: bool) -> None:
        for extra in fate:
            self._order += 1
            arrival = self.clock.now() + self._path.delay + extra
            item = (arrival, self._order, is_for_client, datagram)
            heapq.heappush(self._flying, item)
