"""A read of one block: over before anybody looks, most times.

A rack of machines that boots asks for thousands of small files in a second. Such a
read needs little more than a socket: all else that a transfer is made of is made for
it when somebody looks, or when anything happens but the one ACK.
"""

from collections.abc import Callable
from typing import Protocol

from tftptui.files.source import Source
from tftptui.files.staging import Staging
from tftptui.protocol.commands import Outcome
from tftptui.protocol.packets import HEADER, Request, encode_ack
from tftptui.server.listener import Arrival
from tftptui.server.ports import PortPool
from tftptui.server.recorder import Recorder
from tftptui.server.root.open_file_cache import SharedFile
from tftptui.server.transfer.send import ReadTransfer
from tftptui.server.transfer.sockets import LONGEST
from tftptui.server.transfer.spec import Parts
from tftptui.server.transfer.transfer import LOOK, Transfer
from tftptui.server.transfer.transport import Transport
from tftptui.settings import Settings
from tftptui.telemetry.records.ring import Flag, Kind
from tftptui.telemetry.views import SLOW

_ACK_1 = encode_ack(1)

# An Enum is slow to look in.
_DATA, _ACK, _LAST = int(Kind.DATA), int(Kind.ACK), int(Flag.LAST)
_COMPLETED = Outcome.COMPLETED


class Maker(Protocol):
    """Makes what a read is made of, from ports of a pool."""

    pool: PortPool
    settings: Settings

    def whole(self, read: "BriefRead") -> tuple[Parts, Source, Staging]:
        """Return all that it would have been given if it were not a brief one."""


class BriefRead(ReadTransfer):
    """A read of one block without options, from a file that is read already.

    Args:
        number: of the transfer.
        asked: the request, how it came, and the file that it names.
        transport: a TID, with one socket.
        maker: of all else.
        closed: see Transfer.

    Attributes:
        arrival: how its request came; asked_at: when, by the wall clock.
        file: that it sends.
        settings, leased_from: as they were when it began; see Parts.
    """

    __slots__ = (
        "_ended",
        "_is_whole",
        "_maker",
        "_recorder",
        "_sent_at",
        "_start",
        "arrival",
        "asked_at",
        "file",
        "leased_from",
        "settings",
    )

    def __init__(
        self,
        number: int,
        asked: tuple[Request, Arrival, SharedFile],
        transport: Transport,
        maker: Maker,
        recorder: Recorder,
        closed: Callable[[Transfer], None],
    ) -> None:
        # Not that of ReadTransfer, which comes when it is needed: __getattr__().
        self._is_whole = False
        self.number = number
        self.request, self.arrival, self.file = asked
        self.transport = transport
        self.client, self.server = self.arrival.client, transport.local
        self.outcome = None
        self.is_closed = self.is_told = False
        self.settings, self.leased_from = maker.settings, maker.pool.choice
        self._closed, self._maker, self._recorder = closed, maker, recorder
        self.asked_at = recorder.clock.wall()
        self._start = self._sent_at = self._ended = 0.0

    def __getattr__(self, name: str) -> object:
        """Return what a whole read has, and be one from now on."""
        if self._is_whole:
            raise AttributeError(name)
        self._become_whole()
        return getattr(self, name)

    def _become_whole(self) -> None:
        self._is_whole = True
        so_far = self.outcome, self.is_closed, self.is_told
        super().__init__(*self._maker.whole(self), self._closed)
        self.outcome, self.is_closed, self.is_told = so_far
        report = self._report
        report.started = report.progressed = self.asked_at
        if not self._sent_at:
            return
        self._begun, self._look_at = self._start, self._start + LOOK
        self._awaited = self._sent_to = self._caught = 1
        self._left = self._sent_at
        report.version += 1
        if self.outcome is not None:
            self._heard, self._acked = True, 1
            self._left_before, self._left = self._sent_at, self._ended
            report.progressed = report.ended_at = self._ended
            self._forget_staging()

    def start(self, now: float) -> None:
        """Send the block."""
        transport, packet = self.transport, self.file.packet
        if packet is None or not transport.to:
            super().start(now)
            return
        try:
            transport.main.sendto(packet, transport.to)
        except OSError:  # nothing has left
            super().start(now)
            return
        self._start = now
        recorder, octets = self._recorder, len(packet) - HEADER
        wall = self._sent_at = now + recorder.offset
        counters = recorder.counters
        counters.started += 1
        counters.packets_sent += 1
        counters.octets_sent += octets
        ends = (self.client.port, self.server.port)
        recorder.ring.put((wall, self.number, 1, 1, *ends, octets, _DATA, 1, _LAST), "")

    def strayed(self) -> None:
        """Take the ACK, which is all that has to come."""
        if self._is_whole:
            super().strayed()
            return
        try:
            datagram, sender = self.transport.recvfrom(LONGEST)
        except OSError:
            self._take_errors()
            return
        if datagram == _ACK_1 and sender == self.transport.to:
            self._take_ack()
        else:
            self._sort(datagram, sender)

    def _take_ack(self) -> None:
        recorder = self._recorder
        wall = recorder.clock.now() + recorder.offset
        if wall - self._sent_at >= SLOW:
            self._hear(_ACK_1)
            return
        counters = recorder.counters
        counters.packets_received += 1
        counters.completed += 1
        ends = (self.client.port, self.server.port)
        recorder.ring.put((wall, self.number, 1, 1, *ends, HEADER, _ACK, 1, 0), "")
        self._ended = wall
        self.outcome, self.is_closed = _COMPLETED, True
        self._closed(self)
        self.transport.close()
        self.file.close()

    @property
    def started(self) -> float:
        """Wall clock of its request."""
        return self.asked_at

    @property
    def asked(self) -> bytes:
        """Its request, as it came."""
        return self.arrival.datagram

    @property
    def is_stalled(self) -> bool:
        """Whether it stands still; that it was sent again made it whole."""
        return self._is_whole and super().is_stalled

    @property
    def is_proven(self) -> bool:
        """Whether the client has answered, so that its address is its own."""
        return super().is_proven if self._is_whole else bool(self._ended)
