"""A packet in words: no colors, no column widths."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from rich.cells import cell_len

from tftptui.protocol.packets import BLOCK_MODULUS
from tftptui.telemetry.records.ring import NO_TRANSFER, SENT, Flag, Kind, PacketRecord
from tftptui.telemetry.stray_notes import stranger_of, without_stranger
from tftptui.telemetry.views import TransferView
from tftptui.telemetry.words import counted
from tftptui.ui.formats import clock, count
from tftptui.ui.kit.rows import fitted

PORTS = 13
"""Width of ports() in cells."""

BLOCKS, BYTES = 13, 8
"""Widths of the columns of block numbers and of bytes in cells, including the gap."""

_NOTE = 6
"""Minimum cells for a note."""

_ADDRESS_LIKE = re.compile(r"[\[\]0-9a-fA-F.:%]*[.:][\[\]0-9a-fA-F.:%,]*")

_TYPES: Mapping[int, str] = {
    Kind.RRQ: "RRQ",
    Kind.WRQ: "WRQ",
    Kind.DATA_RECEIVED: "DATA",
    Kind.ACK: "ACK",
    Kind.ERROR_RECEIVED: "ERROR",
    Kind.OACK_RECEIVED: "OACK",
    Kind.MALFORMED: "bad",
    Kind.STRAY: "stray",
    Kind.ICMP: "ICMP",
    Kind.DATA: "DATA",
    Kind.ACK_SENT: "ACK",
    Kind.ERROR: "ERROR",
    Kind.OACK: "OACK",
}
_MARKS: Mapping[int, str] = {Kind.MALFORMED: "✗", Kind.STRAY: "W", Kind.ICMP: "!"}
_ERRORS = (*_MARKS, Kind.ERROR, Kind.ERROR_RECEIVED)
_DATA = (Kind.DATA, Kind.DATA_RECEIVED)
BLOCK_KINDS = (*_DATA, Kind.ACK, Kind.ACK_SENT)


@dataclass(frozen=True, slots=True)
class Line:
    """The data of one line.

    Attributes:
        since: seconds since the first attempt, for a retransmission and if known.
        answer: the record that it replies to, if known.
        before: time of the packet in the row above, wall clock.
        requested: time of the transfer's request, wall clock, if known.
        is_part: whether it is one block of a run that is shown as well.
    """

    record: PacketRecord
    note: str = ""
    transfer: TransferView | None = None
    since: float | None = None
    answer: PacketRecord | None = None
    before: float | None = None
    is_part: bool = False
    requested: float | None = None

    @property
    def is_sent(self) -> bool:
        """Whether this server sent it."""
        return self.record.kind > SENT

    @property
    def is_again(self) -> bool:
        """Whether it is a retransmission of this server."""
        return self.record.attempt > 1

    @property
    def slot(self) -> str:
        """The style slot of a notable packet; empty for an ordinary one."""
        if self.is_again:
            return "packet-retransmit"
        if self.record.kind in _ERRORS:
            return "packet-error"
        return "packet-duplicate" if self.record.flags & Flag.DUPLICATE else ""

    @property
    def mark(self) -> str:
        """The same information as the color, as text."""
        if self.is_again:
            return f"R{self.record.attempt}"
        if self.record.flags & Flag.DUPLICATE:
            return "D"
        return _MARKS.get(self.record.kind, "")


def plain(line: Line) -> str:
    """Return one packet as text, unshortened, for the clipboard."""
    client, note = client_and_note(line)
    time, kind = clock(line.record.time), kind_word(line.record)
    direction = "sent" if line.is_sent else "received"
    nbytes = data_bytes(line)
    sized = "" if nbytes is None else f"{count(nbytes)} bytes"
    blocks = [" ".join(pair) for pair in runs_of_blocks(line)]
    last = "last" if line.record.flags & Flag.LAST else ""
    parts = [time, direction, client, ports(line), kind, *blocks, sized, last, note]
    if line.mark:
        parts += [line.mark, since_text(line.since)]
    return " ".join(" ".join(parts).split())


def kind_word(record: PacketRecord) -> str:
    """Return the type of packet in at most five letters."""
    return _TYPES.get(record.kind, "?")


def not_kept(number: int) -> str:
    """Return the text in place of missing records."""
    return f"… {counted(number, 'record')} not kept"


def has_run(record: PacketRecord) -> bool:
    """Return whether a record stands for several packets."""
    return record.kind in _DATA and record.count > 1


def block_of_run(line: Line, number: int) -> Line:
    """Return one block of a run, counted from 1, as its own line."""
    record = line.record
    is_last = number == record.count
    size = line.transfer.block_size if line.transfer else 0
    nbytes = size
    if is_last and (whole := data_bytes(line)) is not None:
        nbytes = whole - (record.count - 1) * size
    flags = record.flags if is_last else record.flags & ~Flag.LAST
    block = record.block + number - 1
    one = replace(record, block=block, count=1, nbytes=nbytes, flags=flags)
    return replace(line, record=one, note="", answer=None, is_part=True)


def answer_text(line: Line) -> str:
    """Return what it replies to and after how long: ``DATA 17–32  12.1 ms``."""
    answer = line.answer
    if answer is None:
        return ""
    run = run_text(replace(line, record=answer)) if answer.kind in BLOCK_KINDS else ""
    after = _after(line.record.time - answer.time)
    return "  ".join(part for part in (f"{kind_word(answer)} {run}".rstrip(), after))


def _after(seconds: float) -> str:
    if seconds < 1:
        return f"{max(0.0, seconds) * 1000:.1f} ms"
    return f"{seconds:.1f} s"


def runs_of_blocks(line: Line) -> list[list[str]]:
    """Return block numbers, and those on the wire if they differ, by name."""
    if line.record.kind not in BLOCK_KINDS:
        return []
    rows = [["block" if line.record.count <= 1 else "blocks", run_text(line)]]
    return [*rows, ["on wire", wire]] if (wire := _wire_run(line)) else rows


def client_and_note(line: Line) -> tuple[str, str]:
    """Return the client's address, if known, and the rest of the note."""
    stranger = stranger_of(line.record, line.note)
    if stranger is not None:
        return stranger[0], without_stranger(line.record, line.note)
    if line.transfer is not None:
        return line.transfer.client, line.note
    if line.record.transfer == NO_TRANSFER:
        # The notes of these kinds begin with the client's address.
        host, _, rest = line.note.partition(" ")
        if _is_address(host):
            return host, rest
    return "", line.note


def short_address(address: str, width: int) -> str:
    """Return an address whole, or its last groups."""
    if len(address) <= width or width <= 0:
        return address if width > 0 else ""
    tail = address[-(width - 1) :]
    return "…" + tail[max(0, tail.find(":")) :]


def ports(line: Line) -> str:
    """Return source and destination port."""
    record = line.record
    _, source = stranger_of(record, line.note) or ("", record.client_tid)
    destination = record.server_tid
    if line.is_sent or record.kind == Kind.ICMP:  # an ICMP error is about a sent packet
        source, destination = destination, source
    return f"{source:>5} → {destination:<5}"


def since_text(seconds: float | None) -> str:
    """Return a time difference: ``+12 ms``, ``+1.0 s``; "" if unknown."""
    if seconds is None:
        return ""
    if seconds < 1:
        return f"+{seconds * 1000:.0f} ms"
    return f"+{seconds:.1f} s" if seconds < 100 else f"+{seconds:.0f} s"  # noqa: PLR2004 - as wide


def what(line: Line, note: str, room: int) -> str:
    """Return blocks and bytes, or else the note, in at most ROOM cells."""
    if line.record.kind not in BLOCK_KINDS:
        return _cut(note, room)
    text = run_text(line).rjust(min(BLOCKS, max(0, room)))
    nbytes = data_bytes(line)
    if room >= BLOCKS + BYTES:
        text += f"{'' if nbytes is None else count(nbytes):>{BYTES}}"
    text = _with_details(text, _details(line), room)
    left = room - cell_len(text.rstrip()) - 2
    if not note or left < 1:
        return _cut(text, room)
    # Numbers are shown in full; the note is cut to the remaining room.
    return f"{text.rstrip()}  {_cut(note, left) if left >= _NOTE else '…'}"


def _with_details(text: str, details: list[str], room: int) -> str:
    """Return TEXT with as many of the details as fit, the first ones first."""
    for kept in (details, details[:1]):
        for gap in ("  ", " "):
            whole = f"{text}{gap}{' '.join(kept)}"
            if kept and cell_len(whole) <= room:
                return whole
    return text


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _cut(text: str, room: int) -> str:
    """Return TEXT cut to ROOM, at a space if an address would be cut."""
    if cell_len(text) <= room:
        return text
    kept = fitted(text, room)
    if text[len(kept) - 1 :].startswith(" "):
        return kept
    words, _, piece = kept.rpartition(" ")
    cut_word = text[len(words) :].split(maxsplit=1)[0]
    if _ADDRESS_LIKE.fullmatch(cut_word) or (words and len(piece) < room // 2):
        return fitted(f"{words} …".lstrip(), room).rstrip()
    return kept


def _details(line: Line) -> list[str]:
    details = ["last"] if line.record.flags & Flag.LAST else []
    wire = _wire_run(line)
    return [*details, f"(wire {wire})"] if wire else details


def _ends(line: Line) -> tuple[int, int]:
    record = line.record
    return record.block, record.block + max(1, record.count) - 1


def run_text(line: Line) -> str:
    """Return the block, or the first and the last block of a run."""
    first, last = _ends(line)
    return f"{count(first)}–{count(last)}" if last > first else count(first)


def _wire_run(line: Line) -> str:
    """Return the block numbers on the wire, if they differ."""
    first, last = _ends(line)
    if last < BLOCK_MODULUS:
        return ""
    wire = [f"{_wire_block(block, line.transfer)}" for block in (first, last)]
    return "–".join(wire) if last > first else wire[0]


def _wire_block(block: int, transfer: TransferView | None) -> int:
    """Return the 16-bit number on the wire for a block."""
    if transfer is not None and ("rollover", "1") in transfer.agreed:
        return (block - 1) % (BLOCK_MODULUS - 1) + 1
    return block % BLOCK_MODULUS


def data_bytes(line: Line) -> int | None:
    """Return the bytes of a run; its record holds them only modulo 65536."""
    record = line.record
    if record.kind not in _DATA:
        return None
    if record.count <= 1:
        return record.nbytes
    if line.transfer is None:
        return None
    full = record.count * line.transfer.block_size
    if record.flags & Flag.LAST:
        full -= line.transfer.block_size
        return full + (record.nbytes - full) % BLOCK_MODULUS
    return full
