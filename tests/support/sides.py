"""One side of a transfer in memory: our own session, with bytes instead of a file."""

from abc import ABC, abstractmethod
from collections import Counter

from tftptui.protocol.commands import (
    Close,
    Command,
    Commit,
    End,
    Outcome,
    SendAck,
    SendBlocks,
    SendError,
    SendOack,
    Store,
)
from tftptui.protocol.packets import (
    Ack,
    Data,
    ErrorPacket,
    Oack,
    Options,
    Packet,
    encode_ack,
    encode_data,
    encode_error,
    encode_oack,
    parse,
    wire_block,
)
from tftptui.protocol.receiver import ReceiveSession
from tftptui.protocol.sender import SendSession
from tftptui.protocol.session import Session, State


class Side(ABC):
    """Runs one session; returns the packets to send.

    Args:
        session: not started yet.
        oack: the options of its OACK, on a server.

    Attributes:
        end: how it ended, or None.
        timeouts: number of expired deadlines.
    """

    def __init__(self, session: Session, oack: Options = ()) -> None:
        self.end: End | None = None
        self.timeouts = 0
        self._session, self._oack = session, oack
        self._now = 0.0

    @property
    def outcome(self) -> Outcome | None:
        return self.end.outcome if self.end else None

    @property
    def is_over(self) -> bool:
        return self._session.state is State.DONE

    def deadline(self) -> float | None:
        return self._session.deadline()

    def start(self, now: float) -> list[bytes]:
        self._now = now
        return self._run(self._session.start(now))

    def handle_timer(self, now: float) -> list[bytes]:
        self.timeouts += 1
        self._now = now
        return self._run(self._session.handle_timer(now))

    def repeated(self, now: float) -> list[bytes] | None:
        """Process a repeated request; None: this side gives way."""
        commands = self._session.receive_request(now)
        return None if commands is None else self._run(commands)

    def receive(self, datagram: bytes, now: float) -> list[bytes]:
        """Process one datagram of the other side."""
        if self.is_over:
            return []
        self._now = now
        packet = parse(datagram)
        if isinstance(packet, ErrorPacket):
            return self._run(self._session.receive_error(packet.code, ""))
        return self._run(self._take(packet, now))

    @abstractmethod
    def _take(self, packet: Packet, now: float) -> list[Command]: ...

    @abstractmethod
    def _obey(self, command: Command) -> list[bytes]: ...

    def _run(self, commands: list[Command]) -> list[bytes]:
        sent: list[bytes] = []
        for command in commands:
            match command:
                case SendOack():
                    sent.append(encode_oack(self._oack))
                case SendError(code=code, text=text):
                    sent.append(encode_error(code, text))
                case End():
                    assert self.end is None, "it ended twice"
                    self.end = command
                case Close():
                    assert self.end is not None
                case _:
                    sent += self._obey(command)
        return sent


class Sending(Side):
    """The side that has the file.

    Attributes:
        sent: how often each block was sent.
    """

    def __init__(
        self,
        session: SendSession,
        content: bytes,
        block_size: int,
        oack: Options = (),
    ) -> None:
        super().__init__(session, oack)
        self.sent: Counter[int] = Counter()
        self._sending, self._content, self._size = session, content, block_size

    def _take(self, packet: Packet, now: float) -> list[Command]:
        if isinstance(packet, Ack):
            return self._sending.receive_ack(packet.block16, now)
        assert isinstance(packet, Oack), packet
        return []

    def _obey(self, command: Command) -> list[bytes]:
        assert isinstance(command, SendBlocks), command
        blocks = range(command.first, command.first + command.count)
        self.sent.update(blocks)
        return [self._packet(block) for block in blocks]

    def _packet(self, block: int) -> bytes:
        start = (block - 1) * self._size
        payload = self._content[start : start + self._size]
        return encode_data(wire_block(block), payload)


class Receiving(Side):
    """The side that wants the file."""

    def __init__(self, session: ReceiveSession, oack: Options = ()) -> None:
        super().__init__(session, oack)
        self._content = bytearray()
        self._receiving = session
        self._payload = b""

    @property
    def content(self) -> bytes:
        """The stored content."""
        return bytes(self._content)

    def join(self, datagram: bytes, now: float) -> list[bytes]:
        """Start with DATA 1 instead of start()."""
        self._receiving.join(now)
        return self.receive(datagram, now)

    def _take(self, packet: Packet, now: float) -> list[Command]:
        if isinstance(packet, Oack):
            return self._receiving.receive_oack(now)
        assert isinstance(packet, Data), packet
        self._payload = packet.payload
        return self._receiving.receive_data(packet.block16, len(packet.payload), now)

    def _obey(self, command: Command) -> list[bytes]:
        match command:
            case Store():
                self._content += self._payload
                return []
            case SendAck(block=block):
                return [encode_ack(wire_block(block))]
            case Commit():
                return self._run(self._receiving.committed(self._now))
            case _:
                raise AssertionError(f"a receiving side can't {command}")
