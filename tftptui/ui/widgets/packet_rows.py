"""One packet as one line: which columns there are, and what stands in them."""

from collections.abc import Mapping
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style

from tftptui.telemetry.packets import NO_TRANSFER, Kind, PacketRecord
from tftptui.ui.formats import clock
from tftptui.ui.widgets.packet_words import (
    PORTS,
    Line,
    client_and_note,
    kind_word,
    not_kept,
    ports,
    short_address,
    since_text,
    what,
)
from tftptui.ui.widgets.rows import fitted

GUTTER = "▐"
GAP = 2
_ARROW, _TYPE, _SINCE, _MARK = 1 + GAP, 5 + GAP, GAP + 7, GAP + 3
_HOURS, _MINUTES = 12, 9
_IPV4, _LONGER = 15, 24
_CLIENT_FROM, _HOURS_FROM, _SINCE_FROM, _PORTS_FROM, _TIME_FROM = 90, 72, 60, 48, 32
_LONGER_FROM = 124
"""Widths from which a column is there, or is wider."""

Cell = tuple[str, str]
"""A text and the slot it is drawn in; an empty slot is plain."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Widths in cells, gaps included; 0 for a column that has no room."""

    time: int
    client: int
    ports: int
    since: int
    what: int

    @property
    def marks(self) -> int:
        """Width of the time since the first attempt, the mark, and the gutter."""
        return self.since + _MARK + len(GUTTER)


def columns(width: int, *, with_client: bool) -> Columns:
    """Return what fits into WIDTH; the client is left out where a title names it."""
    client = _IPV4 if width < _LONGER_FROM else _LONGER
    client = client + GAP if with_client and width >= _CLIENT_FROM else 0
    time = _HOURS if width >= _HOURS_FROM else _MINUTES
    time = time + GAP if width >= _TIME_FROM else 0
    ports_wide = PORTS + GAP if width >= _PORTS_FROM else 0
    since = _SINCE if width >= _SINCE_FROM else 0
    fixed = time + client + _ARROW + ports_wide + _TYPE + since + _MARK + len(GUTTER)
    return Columns(time, client, ports_wide, since, max(0, width - fixed))


def draw(line: Line, width: Columns, slots: Mapping[str, Style]) -> list[Segment]:
    """Return one packet as segments without a ground."""
    return [Segment(text, slots.get(slot)) for text, slot in cells(line, width) if text]


def cells(line: Line, width: Columns) -> list[Cell]:
    """Return one packet as texts and slots, in order."""
    record = line.record
    if record.kind == Kind.LOST:
        return [(not_kept(record.block), "packet-error")]
    client, note = client_and_note(line)
    if not width.client and client and record.transfer == NO_TRANSFER:
        note = f"{note} · {client}" if note else client
    arrow, slot = ("→", "transfer-active") if line.is_sent else ("←", "")
    marks = _marks(line, width)
    room = width.what + width.marks - sum(len(text) for text, _ in marks)
    return [
        (_time(record, width.time), "muted"),
        (fitted(arrow, _ARROW), slot),
        (fitted(short_address(client, width.client - GAP), width.client), ""),
        (fitted(ports(line), width.ports), "muted"),
        (fitted(kind_word(record), _TYPE), line.slot or _kind_slot(record)),
        (fitted(what(line, note, room), room), line.slot),
        *marks,
    ]


def _time(record: PacketRecord, width: int) -> str:
    if width <= GAP:
        return ""
    return fitted(clock(record.time)[GAP - width :], width)


def _kind_slot(record: PacketRecord) -> str:
    return "muted" if record.kind in (Kind.ACK, Kind.ACK_SENT) else ""


def _marks(line: Line, width: Columns) -> list[Cell]:
    """Return the cells at the right; what is not needed is left to the words."""
    if not line.mark:
        return []
    marks = [
        (fitted(" " * GAP + line.mark, _MARK), line.slot),
        (GUTTER if line.is_again else " ", line.slot),
    ]
    if line.is_again:
        marks.insert(
            0, (fitted(since_text(line.since), width.since, right=True), line.slot)
        )
    return marks
