"""Turns what the server does into packet records, counters and events."""

from collections.abc import Callable
from functools import lru_cache

from tftptui.net.addresses import Endpoint
from tftptui.protocol.packets import ErrorPacket, Options, Request, encode_oack
from tftptui.server.clock import Clock
from tftptui.telemetry.capture.rebuilt import Raw
from tftptui.telemetry.counters import Counters
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.events import Event
from tftptui.telemetry.records.ring import (
    NO_TRANSFER,
    SENT,
    Fields,
    Kind,
    PacketRecord,
    PacketRing,
    fields_of,
)

LONGEST_NOTE = 400
"""Maximum characters of a request in the packet log, which keeps 100,000s."""

# Looking up an Enum member is slow.
_DATA, _DATA_RECEIVED, _ICMP = Kind.DATA, Kind.DATA_RECEIVED, Kind.ICMP

MOST_RAW = 8 << 20
"""Bytes of datagrams buffered for a capture; a flood is not kept whole."""


class Recorder:
    """Keeps packet records and counters, and emits events; never blocks.

    Attributes:
        is_heard: whether somebody wants an event for every transfer.
        offset: wall clock minus monotonic clock, in seconds.
    """

    def __init__(
        self, clock: Clock, ring: PacketRing, emit: Callable[[Event], None]
    ) -> None:
        self.clock = clock
        self.ring = ring
        self.counters = Counters()
        self.emit = emit
        self.is_heard = True
        self.offset = clock.wall() - clock.now()
        self._raws: dict[int, Raw] | None = None
        self._raw_bytes = 0

    @property
    def tells_all(self) -> bool:
        """Whether events report every transfer, or only those that last.

        Short transfers without problems are otherwise only counted. A capture needs an
        event for each file before the file is closed.
        """
        return self.is_heard or self._raws is not None

    def packet(self, record: PacketRecord, note: str = "") -> None:
        """Add one packet record to the ring and count it."""
        self.put(fields_of(record), note)

    def put(self, fields: Fields, note: str) -> None:
        """Do the same with the fields of a record."""
        self.ring.put(fields, note)
        kind, counters = fields[7], self.counters
        if kind >= SENT:
            count = fields[3]
            counters.packets_sent += count
            if kind == _DATA:
                counters.bytes_sent += fields[6]
            if fields[8] > 1:  # the attempt
                counters.retransmits += count
        elif kind != _ICMP:
            counters.packets_received += fields[3]
            if kind == _DATA_RECEIVED:
                counters.bytes_received += fields[6]

    def keep_raw(self, *, wanted: bool) -> None:
        """Start or stop keeping datagrams for a capture."""
        self._raws, self._raw_bytes = {} if wanted else None, 0

    def raw(
        self, data: bytes | memoryview, source: Endpoint, destination: Endpoint
    ) -> None:
        """Keep the datagram of the last record if a capture is running.

        Only for packets whose record holds just a note; DATA and ACK can be rebuilt.
        """
        if self._raws is None or self._raw_bytes >= MOST_RAW:
            return
        self._raw_bytes += len(data)
        ends = [(end.host, end.port) for end in (source, destination)]
        self._raws[self.ring.next - 1] = Raw(bytes(data), *ends)

    def take_raws(self) -> dict[int, Raw]:
        """Return the datagrams kept since the last call, by record number."""
        raws = self._raws or {}
        if self._raws is not None:
            self._raws, self._raw_bytes = {}, 0
        return raws

    def loose(
        self,
        kind: Kind,
        client: Endpoint,
        server_port: int,
        nbytes: int,
        note: str,
        block: int = 0,
    ) -> None:
        """Record a packet that belongs to no transfer; the note names the client."""
        self.packet(
            PacketRecord(
                time=self.clock.wall(),
                transfer=NO_TRANSFER,
                block=block,
                count=1,
                client_tid=client.port,
                server_tid=server_port,
                nbytes=nbytes,
                kind=kind,
            ),
            f"{client.host} {note}",
        )


def option_texts(options: Options) -> list[tuple[str, str]]:
    """Return options as printable text, in order."""
    return [*_texts(options)] if options else []


@lru_cache(maxsize=256)
def _texts(options: Options) -> tuple[tuple[str, str], ...]:
    return tuple((visible(name), visible(value)) for name, value in options)


@lru_cache(maxsize=256)
def request_note(request: Request) -> str:
    """Return a request in one line: name, mode, options; truncated if long."""
    options = "".join(
        f" {name}={value}" for name, value in option_texts(request.options)
    )
    note = f"{visible(request.filename)} {request.mode.value}{options}"
    return note if len(note) <= LONGEST_NOTE else note[:LONGEST_NOTE] + "…"


@lru_cache(maxsize=256)
def oack_of(options: Options) -> tuple[bytes, str]:
    """Return an OACK packet, and the same in one line of text."""
    note = " ".join(f"{name}={value}" for name, value in option_texts(options))
    return encode_oack(options), note


def error_note(error: ErrorPacket) -> str:
    """Return an ERROR in one line."""
    return f"{error.code} {visible(error.message)}".rstrip()
