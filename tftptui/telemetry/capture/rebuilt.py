"""Rebuilds datagrams from packet records."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address

from tftptui.telemetry.capture.frames import Complaint, Datagram, Place
from tftptui.telemetry.capture.packet_bytes import (
    DATA_KINDS,
    Known,
    Read,
    blocks_of,
    nothing,
    packet_of,
)
from tftptui.telemetry.icmp import numbers
from tftptui.telemetry.records.ring import NO_TRANSFER, SENT, Flag, Kind, PacketRecord
from tftptui.telemetry.stray_notes import stranger_of, without_stranger
from tftptui.telemetry.views import TransferView

_REMEMBERED = 256
"""Runs per transfer that are searched for the first attempt."""

_NOWHERE = ("0.0.0.0", "::")  # noqa: S104 - used for unknown addresses
_SAYS = ", says "


@dataclass(frozen=True, slots=True)
class Raw:
    """A datagram as captured, for what a record can't hold."""

    data: bytes
    source: Place
    destination: Place


@dataclass(frozen=True, slots=True)
class Logged:
    """A packet record and all that is known about it.

    Attributes:
        note: from the ring.
        transfer: its transfer, if known.
        raw: the datagram itself, if it was kept.
        read: returns content of the file.
    """

    record: PacketRecord
    note: str = ""
    transfer: TransferView | None = None
    raw: Raw | None = None
    read: Read = nothing


@dataclass
class _Past:
    last: Datagram | None = None
    sent: deque[PacketRecord] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))

    def first_time(self, record: PacketRecord) -> float | None:
        """Return when the first attempt of a retransmitted RECORD was sent."""
        for one in reversed(self.sent):
            if one.kind == record.kind and one.block <= record.block < one.block + max(
                1, one.count
            ):
                return one.time
        return None


class Rebuilder:
    """Turns records into datagrams; they must be passed in order."""

    def __init__(self) -> None:
        self._pasts: dict[int, _Past] = {}

    def forget(self, transfer: int) -> None:
        """Drop the state of a finished transfer."""
        self._pasts.pop(transfer, None)

    def packets(self, logged: Logged) -> Iterator[tuple[Datagram | Complaint, str]]:
        """Yield the packets of a record, one per block, with a comment for each.

        Nothing is yielded for lost records, and for an ICMP error only if its sender
        and datagram are known.
        """
        record = logged.record
        past = self._pasts.setdefault(record.transfer, _Past())
        if record.kind == Kind.ICMP and past.last is not None:
            complaint = _complaint(logged, past.last)
            if complaint is not None:
                yield complaint, ""
        elif record.kind not in (Kind.ICMP, Kind.LOST):
            yield from _datagrams(logged, past)


def _datagrams(logged: Logged, past: _Past) -> Iterator[tuple[Datagram, str]]:
    record = logged.record
    words = _words(record, past)
    if record.kind > SENT and record.attempt <= 1:
        past.sent.append(record)
    for number, known in enumerate(_known(logged)):
        parts = list(words)
        if record.count > 1 and number == 0:
            parts = _run_words(record, parts)
        parts.append(_aside(logged, known))
        datagram = _datagram(record, known, _ends(logged))
        if datagram.is_sent:
            past.last = datagram
        yield datagram, "; ".join(filter(None, parts))


def _aside(logged: Logged, known: Known) -> str:
    """Return a comment for what the bytes of a packet do not show."""
    record = logged.record
    if not known.is_exact:
        return f"rebuilt; {record.nbytes} bytes on the wire"
    if record.kind in (Kind.MALFORMED, Kind.STRAY) or _is_trouble(logged):
        return _without_host(logged)[1]
    return ""


def _complaint(logged: Logged, last: Datagram) -> Complaint | None:
    """Return the ICMP error in a note, about the last packet sent."""
    name, _, sender = logged.note.partition(_SAYS)
    version = 6 if ":" in last.source[0] else 4
    found = numbers(version, name)
    try:
        is_same = ip_address(sender).version == version
    except ValueError:
        return None
    if found is None or not is_same:
        return None
    return Complaint(nanoseconds(logged.record.time), sender, *found, last)


def nanoseconds(seconds: float) -> int:
    """Return wall clock nanoseconds, rounded to the microseconds of a float."""
    return round(seconds * 1_000_000) * 1_000


def _datagram(
    record: PacketRecord, known: Known, ends: tuple[Place, Place]
) -> Datagram:
    source, destination = ends
    return Datagram(
        time=nanoseconds(record.time),
        source=source,
        destination=destination,
        payload=known.data,
        nbytes=known.length,
        is_sent=record.kind > SENT,
    )


def _known(logged: Logged) -> list[Known]:
    record = logged.record
    if logged.raw is not None:
        return [Known(logged.raw.data, len(logged.raw.data))]
    if record.kind in DATA_KINDS:
        return blocks_of(record, logged.transfer, logged.read)
    note = _without_host(logged)[1]
    return [packet_of(record, without_stranger(record, note), logged.transfer)]


def _is_trouble(logged: Logged) -> bool:
    """Return whether the note says why the packet was not sent."""
    return logged.record.kind in (*DATA_KINDS, Kind.ACK_SENT) and bool(logged.note)


def _words(record: PacketRecord, past: _Past) -> list[str]:
    if record.attempt > 1:
        words = f"retransmission, attempt {record.attempt}"
        first = past.first_time(record)
        if first is None:
            return [words]
        return [f"{words}, {_seconds(record.time - first)} after the first"]
    if record.flags & Flag.DUPLICATE:
        return ["received again"]
    return []


def _run_words(record: PacketRecord, words: list[str]) -> list[str]:
    return [*words, f"first of {record.count} blocks sent at once"]


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1_000:.0f} ms"


def _ends(logged: Logged) -> tuple[Place, Place]:
    """Return source and destination of a packet."""
    record, view = logged.record, logged.transfer
    if logged.raw is not None:
        return logged.raw.source, logged.raw.destination
    client, server = _hosts(logged)
    ours = (server, record.server_tid)
    theirs = (client, record.client_tid)
    stranger = stranger_of(record, logged.note)
    if view is not None and stranger is not None:
        theirs = stranger
    return (ours, theirs) if record.kind > SENT else (theirs, ours)


def _hosts(logged: Logged) -> tuple[str, str]:
    """Return the addresses of client and server, unspecified if unknown."""
    if logged.transfer is not None:
        return logged.transfer.client, logged.transfer.server
    host = _without_host(logged)[0] or _NOWHERE[0]
    return host, _NOWHERE[":" in host]


def _without_host(logged: Logged) -> tuple[str, str]:
    """Split a note into the leading address, if any, and the rest."""
    if logged.record.transfer != NO_TRANSFER:
        return "", logged.note
    host, _, rest = logged.note.partition(" ")
    try:
        ip_address(host)
    except ValueError:
        return "", logged.note
    return host, rest
