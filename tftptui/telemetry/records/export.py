"""Saves selected packets as pcapng, CSV, JSON lines, Markdown or text."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Literal

import msgspec

from tftptui.telemetry.capture.packet_bytes import numbering_of
from tftptui.telemetry.capture.rebuilt import Logged
from tftptui.telemetry.capture.writer import CaptureWriter
from tftptui.telemetry.escapes import markdown, visible
from tftptui.telemetry.records.ring import NO_TRANSFER, SENT, Flag, Kind, PacketRecord
from tftptui.telemetry.stray_notes import stranger_of
from tftptui.telemetry.views import TransferView

SaveFormat = Literal["pcapng", "csv", "jsonl", "md", "txt"]
"""A format's name is also its file name extension."""

Noted = tuple[PacketRecord, str]
"""A record and its note."""

Transfers = Mapping[int, TransferView]

TYPES: Mapping[int, str] = {
    Kind.RRQ: "RRQ",
    Kind.WRQ: "WRQ",
    Kind.DATA_RECEIVED: "DATA",
    Kind.ACK: "ACK",
    Kind.ERROR_RECEIVED: "ERROR",
    Kind.OACK_RECEIVED: "OACK",
    Kind.MALFORMED: "malformed",
    Kind.STRAY: "stray",
    Kind.ICMP: "ICMP",
    Kind.LOST: "not kept",
    Kind.DATA: "DATA",
    Kind.ACK_SENT: "ACK",
    Kind.ERROR: "ERROR",
    Kind.OACK: "OACK",
}
_MARKS: Mapping[int, str] = {
    Kind.MALFORMED: "malformed",
    Kind.STRAY: "stray",
    Kind.ICMP: "icmp",
}


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One record in tables and JSON lines; the fields are the columns.

    Attributes:
        t: RFC 3339, UTC, microseconds.
        seconds: since the first record of the selection.
        transfer: its number; None without a transfer.
        direction: "in" to the server, "out" from it.
        client, client_tid, server, server_tid: the endpoints, as far as known.
        type: RRQ, WRQ, DATA, ACK, ERROR, OACK, malformed, stray, ICMP or not kept.
        block: absolute; wire_block: as sent; blocks: in a run.
        octets: bytes of the record; for a run modulo 65536.
        attempt: 1 for the first transmission.
        mark: retransmission, duplicate, malformed, stray, icmp or empty.
        note: names, options, error texts.
    """

    t: str
    seconds: float
    transfer: int | None
    direction: str
    client: str
    client_tid: int
    server: str
    server_tid: int
    type: str
    block: int | None
    wire_block: int | None
    blocks: int
    octets: int
    attempt: int
    mark: str
    note: str


def save_packets(
    path: Path,
    format: SaveFormat,  # noqa: A002 - what it is
    records: Iterable[Noted],
    transfers: Transfers,
    *,
    overwrite: bool = False,
) -> int:
    """Write RECORDS, in order, to PATH; return their number.

    TRANSFERS are the transfers of these records, by number; without one, addresses and
    names are missing. DATA payload is not in the ring and is truncated in pcapng:
    lengths are right, bytes are missing.

    Raises:
        FileExistsError: PATH exists, and OVERWRITE is not set.
        OSError: writing failed.
    """
    with path.open("wb" if overwrite else "xb") as file:
        return _WRITERS[format](file, records, transfers)


def rows(records: Iterable[Noted], transfers: Transfers) -> Iterator[Row]:
    """Yield RECORDS as rows."""
    begin: float | None = None
    for record, note in records:
        begin = record.time if begin is None else begin
        yield _row(record, note, transfers.get(record.transfer), begin)


def _row(
    record: PacketRecord, note: str, view: TransferView | None, begin: float
) -> Row:
    has_block = record.block > 0 or record.kind in (Kind.ACK, Kind.ACK_SENT)
    has_block = has_block and record.kind != Kind.LOST
    client, client_tid = (view.client if view else "", record.client_tid)
    client, client_tid = stranger_of(record, note) or (client, client_tid)
    moment = datetime.fromtimestamp(record.time, UTC)
    return Row(
        t=moment.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        seconds=round(record.time - begin, 6),
        transfer=None if record.transfer == NO_TRANSFER else record.transfer,
        direction="out" if record.kind > SENT else "in",
        client=client,
        client_tid=client_tid,
        server=view.server if view else "",
        server_tid=record.server_tid,
        type=TYPES.get(record.kind, "?"),
        block=record.block if has_block else None,
        wire_block=numbering_of(view).wire(record.block) if has_block else None,
        blocks=record.block if record.kind == Kind.LOST else record.count,
        octets=record.nbytes,
        attempt=record.attempt,
        mark=_mark(record),
        note=visible(note),
    )


def _mark(record: PacketRecord) -> str:
    if record.attempt > 1:
        return "retransmission"
    if record.flags & Flag.DUPLICATE:
        return "duplicate"
    return _MARKS.get(record.kind, "")


def _write_pcapng(
    file: BinaryIO, records: Iterable[Noted], transfers: Transfers
) -> int:
    writer = CaptureWriter(file.write)
    count = 0
    for record, note in records:
        writer.add(Logged(record, note, transfers.get(record.transfer)))
        count += 1
    writer.finish()
    return count


def _write_csv(file: BinaryIO, records: Iterable[Noted], transfers: Transfers) -> int:
    text = io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
    table = csv.writer(text)
    table.writerow(Row.__struct_fields__)
    count = 0
    for row in rows(records, transfers):
        table.writerow(map(unlike_formula, msgspec.structs.astuple(row)))
        count += 1
    text.detach()
    return count


def unlike_formula(value: object) -> object:
    """Return a value that spreadsheets do not interpret as a formula."""
    is_formula = isinstance(value, str) and value[:1] in "=+-@" and value != ""
    return f"'{value}" if is_formula else value


def _write_jsonl(file: BinaryIO, records: Iterable[Noted], transfers: Transfers) -> int:
    count = 0
    for row in rows(records, transfers):
        file.write(msgspec.json.encode(row) + b"\n")
        count += 1
    return count


_COLUMNS = {
    "time": ">",
    "transfer": ">",
    "way": "<",
    "ports": "<",
    "type": "<",
    "block": ">",
    "octets": ">",
    "mark": "<",
    "note": "<",
}
"""Columns of a Markdown table, with their alignment."""


def _write_markdown(
    file: BinaryIO, records: Iterable[Noted], transfers: Transfers
) -> int:
    seen: set[int] = set()
    lines: list[str] = []
    count = 0
    for row in rows(records, transfers):
        lines.append(_line(_cells(row)))
        count += 1
        if row.transfer is not None:
            seen.add(row.transfer)
    written = [
        _transfer(transfers[number]) for number in sorted(seen & transfers.keys())
    ]
    rules = ["--:" if way == ">" else ":--" for way in _COLUMNS.values()]
    head = [*written, "", _line(_COLUMNS), _line(rules)] if written else [
        _line(_COLUMNS), _line(rules)]  # fmt: skip
    file.write("".join(f"{line}\n" for line in [*head, *lines]).encode())
    return count


def _write_text(file: BinaryIO, records: Iterable[Noted], transfers: Transfers) -> int:
    count = 0
    for row in rows(records, transfers):
        client = f"{row.client or '?'} {row.client_tid}"
        server = f"{row.server or '?'} {row.server_tid}"
        way = "<-" if row.direction == "out" else "->"
        mark = f"R{row.attempt}" if row.attempt > 1 else row.mark
        ends = f"{client:<21} {way} {server:<21}"
        line = f"{row.type:<5} {_blocks(row):>13} {row.octets:>6}  {mark:<9} {row.note}"
        file.write(f"{row.t}  {ends}  {line}".rstrip().encode() + b"\n")
        count += 1
    return count


def _transfer(view: TransferView) -> str:
    trouble = f": {markdown(view.error)}" if view.error else ""
    return (
        f"- Transfer {view.number}: {markdown(view.file)}, {view.client} port "
        f"{view.client_tid} ⇄ {view.server} port {view.server_tid}, "
        f"{view.phase}{trouble}"
    )


def _cells(row: Row) -> list[str]:
    mark = f"R{row.attempt}" if row.attempt > 1 else row.mark
    ends = [row.client_tid, row.server_tid]
    source, destination = reversed(ends) if row.direction == "out" else ends
    return [
        f"{row.seconds:.6f}",
        "" if row.transfer is None else str(row.transfer),
        row.direction,
        f"{source} → {destination}",
        row.type,
        _blocks(row),
        str(row.octets),
        mark,
        markdown(row.note),
    ]


def _blocks(row: Row) -> str:
    if row.block is None:
        return ""
    last = f"–{row.block + row.blocks - 1}" if row.blocks > 1 else ""
    return f"{row.block}{last}"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


_WRITERS: Mapping[SaveFormat, Callable[[BinaryIO, Iterable[Noted], Transfers], int]] = {
    "pcapng": _write_pcapng,
    "csv": _write_csv,
    "jsonl": _write_jsonl,
    "md": _write_markdown,
    "txt": _write_text,
}
