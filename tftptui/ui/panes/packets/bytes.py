"""A packet as bytes: hex and text, each field named on its own lines."""

from collections.abc import Iterator

from tftptui.engine.messages import LookAtFile
from tftptui.telemetry.capture.dissect import Field, dissect
from tftptui.telemetry.capture.packet_bytes import (
    DATA_KINDS,
    Known,
    Read,
    blocks_of,
    nothing,
    packet_of,
)
from tftptui.telemetry.records.ring import Kind
from tftptui.ui.formats import count
from tftptui.ui.kit.rows import fitted
from tftptui.ui.panes.packets.words import Line, client_and_note

Cell = tuple[str, str]
"""A text and its style slot; an empty slot is plain."""

MOST_SHOWN = 8_192
"""Limit of bytes drawn; the largest block has eight times as many."""

FEW, MANY, WIDE = 8, 16, 100
"""Bytes per line, and the width in cells from which on MANY fit."""

_NO_PACKET = (Kind.LOST, Kind.ICMP)


def packet_of_line(line: Line, read: Read = nothing) -> Known:
    """Return the bytes of a packet, as far as its record has them.

    For a run of blocks, the bytes of the first one. READ returns content of the file.
    """
    if line.record.kind in _NO_PACKET:
        return Known(b"", 0)
    if line.record.kind in DATA_KINDS:
        return blocks_of(line.record, line.transfer, read)[0]
    return packet_of(line.record, client_and_note(line)[1], line.transfer)


def content_wanted(line: Line, *, is_capture: bool = False) -> LookAtFile | str:
    """Return the request for a DATA packet's bytes of the file, or why there is none.

    "" if the packet has no such bytes.
    """
    record, view = line.record, line.transfer
    if record.kind not in DATA_KINDS or not record.nbytes:
        return ""
    if is_capture:
        return "the file's bytes are in the capture: open it with Wireshark"
    if view is None or view.version is None or record.block < 1:
        return "the file's bytes are not known (yet)"
    if view.mode != "octet":
        return "netascii: the bytes sent differ from those in the file"
    name = (view.served or view.file).encode()
    offset = (record.block - 1) * view.block_size
    return LookAtFile(name, offset, len_of_data(line))


def len_of_data(line: Line) -> int:
    """Return the payload bytes of a block; for a run, of its first block."""
    known = packet_of_line(line)
    return known.length - len(known.data)


def explained(line: Line, known: Known, why: str = "") -> str:
    """Return how many bytes a packet has, and which of them are not shown.

    WHY is the reason why the file's bytes are missing.
    """
    if line.record.kind in _NO_PACKET:
        return "no packet of TFTP"
    note, missing = f"{count(known.length)} bytes", known.length - len(known.data)
    if not known.is_exact:
        sent = count(line.record.nbytes)
        note = f"put together from its record; {sent} bytes were sent, not these"
    elif not known.data:
        note += ", not kept; p captures packets from now on"
    elif missing and line.record.kind in DATA_KINDS:
        note += f"; {why or 'reading the file …'}"
    elif missing:
        note += f", {count(missing)} of them not kept"
    return note


def byte_lines(data: bytes, width: int) -> Iterator[list[Cell]]:
    """Yield lines of WIDTH cells: offset, hex, text, and the field's name and value."""
    a_line = MANY if width >= WIDE else FEW
    for field in dissect(data[:MOST_SHOWN]):
        yield from _field_lines(field, a_line, width)
    if len(data) > MOST_SHOWN:
        yield [(f"… and {count(len(data) - MOST_SHOWN)} bytes more", "muted")]


def _field_lines(field: Field, a_line: int, width: int) -> Iterator[list[Cell]]:
    hex_room = 3 * a_line
    room = width - 6 - hex_room - 1 - a_line - 2
    for begin in range(0, len(field.data), a_line):
        row = field.data[begin : begin + a_line]
        letters = "".join(chr(one) if 0x20 <= one < 0x7F else "·" for one in row)  # noqa: PLR2004 - printable ASCII
        line: list[Cell] = [
            (f"{field.offset + begin:04x}  ", "muted"),
            (f"{row.hex(' '):{hex_room}} ", ""),
            (f"{letters:{a_line}}  ", "transfer-active"),
        ]
        if not begin:
            value = fitted(field.value, room - len(field.name) - 1).rstrip()
            line += [(f"{field.name} ", "muted"), (value, "")]
        yield line
