"""Everything known about one packet, as pairs of a name and a text."""

from collections.abc import Callable

from textual.message import Message

from tftptui.telemetry.records.ring import Flag, Kind
from tftptui.ui.formats import clock, count, endpoint
from tftptui.ui.panes.packets.words import (
    Line,
    client_and_note,
    data_bytes,
    kind_word,
    not_kept,
    runs_of_blocks,
    since_text,
)

_PLAIN = (Kind.DATA, Kind.DATA_RECEIVED, Kind.ACK, Kind.ACK_SENT)
"""Kinds without a text of their own: their note is written by the server."""


class PacketOpened(Message):
    """A packet was opened in full.

    Attributes:
        line: the packet.
        step: moves by that many rows in the list, and returns the packet there.
    """

    def __init__(self, line: Line, step: Callable[[int], Line | None]) -> None:
        super().__init__()
        self.line, self.step = line, step


def packet_facts(line: Line, *, is_capture: bool = False) -> list[list[str]]:
    """Return all facts, unshortened; a capture's server is not called ours."""
    record = line.record
    if record.kind == Kind.LOST:
        return [["missing", not_kept(record.block)]]
    client, note = client_and_note(line)
    direction = "sent" if line.is_sent else "received"
    if is_capture:
        direction = f"from the {'server' if line.is_sent else 'client'}, seen"
    rows = [
        ["packet", f"{kind_word(record)}, {direction} at {clock(record.time)}"],
        ["client", endpoint(client, record.client_tid) if client else ""],
        ["server" if is_capture else "ours", f"port {record.server_tid}"],
        ["file", line.transfer.file if line.transfer else ""],
        *runs_of_blocks(line),
        ["data", _size(line)],
        ["text", "" if record.kind in _PLAIN else note],
        ["means", _shown(line, note)],
        ["repeat", _again(line)],
    ]
    return [row for row in rows if row[1]]


def _shown(line: Line, note: str) -> str:
    """Return what a packet implies about others, unless the note is its own text."""
    if line.record.kind in _PLAIN:
        return note
    sides = ((Flag.LOST_TO_CLIENT, "client"), (Flag.LOST_TO_SERVER, "server"))
    return ", ".join(
        f"something was lost between here and the {end}"
        for flag, end in sides
        if line.record.flags & flag
    )


def _size(line: Line) -> str:
    nbytes = data_bytes(line)
    if nbytes is None:
        return ""
    last = ", the last block" if line.record.flags & Flag.LAST else ""
    return f"{count(nbytes)} bytes{last}"


def _again(line: Line) -> str:
    if line.is_again:
        since = since_text(line.since)
        after = f", {since} after the first" if since else ""
        return f"attempt {line.record.attempt}{after}"
    if line.record.flags & Flag.DUPLICATE and line.record.kind != Kind.ACK:
        return "received before"
    if line.record.flags & Flag.DUPLICATE:
        return "received before; a duplicate ACK is never answered (RFC 1123)"
    return ""
