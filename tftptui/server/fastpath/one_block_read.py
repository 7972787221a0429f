"""A read of one block, which is mostly over before anybody looks at it.

A booting rack requests thousands of small files per second. Such a read needs little
more than a socket. Anything but the one expected ACK, or anybody who needs details,
makes it a full Transfer.
"""

from collections.abc import Callable
from typing import Protocol, final

from tftptui.protocol.commands import Outcome
from tftptui.protocol.packets import HEADER, Request, encode_ack
from tftptui.server.listener import Arrival
from tftptui.server.ports import PortPool
from tftptui.server.recorder import Recorder
from tftptui.server.root.open_file_cache import SharedFile
from tftptui.server.transfer.sockets import LONGEST
from tftptui.server.transfer.transfer import Transfer
from tftptui.server.transfer.transport import Transport
from tftptui.settings import Settings
from tftptui.telemetry.records.ring import Flag, Kind
from tftptui.telemetry.views import SLOW

_ACK_1 = encode_ack(1)

# Looking up an Enum member is slow.
_DATA, _ACK, _LAST = int(Kind.DATA), int(Kind.ACK), int(Flag.LAST)
_COMPLETED = Outcome.COMPLETED


class Replacer(Protocol):
    """Creates the Transfer that replaces a one-block read."""

    pool: PortPool
    settings: Settings

    def replace(self, read: "OneBlockRead") -> Transfer:
        """Return a Transfer in the same state as READ.

        While READ is active, the Transfer also replaces it in every table.
        """


@final
class OneBlockRead:
    """A read of one block without options, from a file already in memory.

    It has the attributes and methods that callers use of a Transfer. For everything
    else, call whole().

    Args:
        number: of the transfer.
        asked: the request, its arrival, and the file it names.
        transport: a TID with one socket, not connected.
        replacer: creates the Transfer if anything but the ACK happens.
        closed: see Transfer.

    Attributes:
        arrival: the request's datagram and addresses.
        file: the file that it sends.
        settings, leased_from: as of the request; see Parts.
        started: wall clock of the request, in seconds.
        sent_at, ended_at: wall clock of the block and of its ACK; 0.0 before.
        begun: when the block was sent, on the monotonic clock; None before.
    """

    __slots__ = (
        "_recorder",
        "_replacer",
        "_whole",
        "arrival",
        "begun",
        "client",
        "closed",
        "ended_at",
        "file",
        "is_closed",
        "leased_from",
        "number",
        "outcome",
        "request",
        "sent_at",
        "server",
        "settings",
        "started",
        "transport",
    )

    is_reported = False
    """Whether a transfer-started event was emitted: never, that takes a Transfer."""

    def __init__(
        self,
        number: int,
        opened: tuple[Request, Arrival, SharedFile],
        transport: Transport,
        replacer: Replacer,
        recorder: Recorder,
        closed: Callable[["AnyTransfer"], None],
    ) -> None:
        self.number = number
        self.request, self.arrival, self.file = opened
        self.transport = transport
        self.client, self.server = self.arrival.client, transport.local
        self.outcome: Outcome | None = None
        self.is_closed = False
        self.settings, self.leased_from = replacer.settings, replacer.pool.choice
        self.closed, self._replacer, self._recorder = closed, replacer, recorder
        self.started = recorder.clock.wall()
        self.begun: float | None = None
        self.sent_at = self.ended_at = 0.0
        self._whole: Transfer | None = None

    def whole(self) -> Transfer:
        """Return the Transfer that replaces this one from now on."""
        if self._whole is None:
            self._whole = self._replacer.replace(self)
        return self._whole

    @property
    def asked(self) -> bytes:
        """The request datagram."""
        return self.arrival.datagram

    @property
    def is_proven(self) -> bool:
        """True if the client has replied, so its address is not forged."""
        return self.outcome is not None

    def start(self, now: float) -> None:
        """Send the block."""
        transport, packet = self.transport, self.file.packet
        if packet is None or not transport.to:
            self.whole().start(now)
            return
        try:
            transport.main.sendto(packet, transport.to)
        except OSError:  # nothing was sent
            self.whole().start(now)
            return
        self.begun = now
        recorder, nbytes = self._recorder, len(packet) - HEADER
        wall = self.sent_at = now + recorder.offset
        counters = recorder.counters
        counters.started += 1
        counters.packets_sent += 1
        counters.bytes_sent += nbytes
        ends = (self.client.port, self.server.port)
        recorder.ring.put((wall, self.number, 1, 1, *ends, nbytes, _DATA, 1, _LAST), "")

    def readable(self) -> None:
        """Handle the ACK, the only packet expected."""
        try:
            datagram, sender = self.transport.recvfrom(LONGEST)
        except OSError:
            self.whole().take_errors()
            return
        is_ack = datagram == _ACK_1 and sender == self.transport.to
        if not is_ack or not self._complete():
            self.whole().take_from(datagram, sender)

    strayed = listen = readable

    def tick(self, now: float) -> None:
        """Replace a read that is not over by a Transfer, and tick that."""
        self.whole().tick(now)

    def _complete(self) -> bool:
        """End with the ACK; False if it was so slow that it needs an event."""
        recorder = self._recorder
        wall = recorder.clock.now() + recorder.offset
        if wall - self.sent_at >= SLOW:
            return False
        counters = recorder.counters
        counters.packets_received += 1
        counters.completed += 1
        ends = (self.client.port, self.server.port)
        recorder.ring.put((wall, self.number, 1, 1, *ends, HEADER, _ACK, 1, 0), "")
        self.ended_at = wall
        self.outcome, self.is_closed = _COMPLETED, True
        self.closed(self)
        self.transport.close()
        self.file.close()
        return True


AnyTransfer = Transfer | OneBlockRead
"""A transfer, active or finished; whole() returns a Transfer for either."""
