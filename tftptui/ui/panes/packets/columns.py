"""A packet as one line: its columns and their texts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tftptui.telemetry.records.ring import NO_TRANSFER, Kind, PacketRecord
from tftptui.telemetry.stray_notes import stranger_of
from tftptui.ui.formats import clock
from tftptui.ui.kit.rows import fitted
from tftptui.ui.panes.packets.words import (
    BLOCK_KINDS,
    BLOCKS,
    OCTETS,
    PORTS,
    Line,
    answer_text,
    client_and_note,
    kind_word,
    not_kept,
    ports,
    short_address,
    since_text,
    what,
)

GUTTER = "▐"
GAP = 2
_LEAD, _ARROW, _TYPE, _SINCE, _MARK = 1, 1 + GAP, 5 + GAP, GAP + 7, GAP + 3
_HOURS, _MINUTES = 12, 9
_IPV4, _LONGER = 15, 24
_ANSWER = 26 + GAP
_CLIENT_FROM, _HOURS_FROM, _SINCE_FROM, _PORTS_FROM, _TIME_FROM = 91, 73, 61, 49, 33
_ANSWER_FROM, _LONGER_FROM = 112, 134
"""Minimum widths for the reply's column, and for longer columns."""

_SOME_WORDS = 15
"""Minimum cells for the text that follows an address."""

_FINE, _COARSE = 6, 3
_FINE_BELOW = 100.0
"""Decimals of relative times: _FINE below this many seconds, then _COARSE."""

Cell = tuple[str, str]
"""A text and its style slot; an empty slot is plain."""


class TimeMode(Enum):
    """The reference of the times in the first column."""

    CLOCK = "time"
    REQUEST = "since request"
    BEFORE = "since above"
    MARK = "since mark"


@dataclass(frozen=True, slots=True)
class Columns:
    """Column widths in cells, including gaps; 0 for a column that does not fit."""

    time: int
    client: int
    ports: int
    since: int
    what: int
    answer: int

    @property
    def marks(self) -> int:
        """Width of the time since the first attempt, the mark, and the gutter."""
        return self.since + _MARK + len(GUTTER)


@dataclass(frozen=True, slots=True)
class Look:
    """How lines are drawn.

    Attributes:
        mode: what the times are relative to.
        zero: wall clock of the marked packet, for TimeMode.MARK.
        lead: one character in front of each line that needs it, by its meaning.
    """

    width: Columns
    mode: TimeMode = TimeMode.CLOCK
    zero: float | None = None
    lead: str = " "


def columns(width: int, *, with_client: bool) -> Columns:
    """Return the columns that fit into WIDTH; a client named in the title has none."""
    client = _IPV4 if width < _LONGER_FROM else _LONGER
    client = client + GAP if with_client and width >= _CLIENT_FROM else 0
    time = _HOURS if width >= _HOURS_FROM else _MINUTES
    time = time + GAP if width >= _TIME_FROM else 0
    ports_wide = PORTS + GAP if width >= _PORTS_FROM else 0
    since = _SINCE if width >= _SINCE_FROM else 0
    answer = _ANSWER if width >= _ANSWER_FROM else 0
    fixed = _LEAD + time + client + _ARROW + ports_wide + _TYPE + answer
    fixed += since + _MARK + len(GUTTER)
    return Columns(time, client, ports_wide, since, max(0, width - fixed), answer)


def heading(width: Columns, mode: TimeMode) -> str:
    """Return the column titles."""
    time = mode.value.rjust(width.time - GAP) if mode != TimeMode.CLOCK else mode.value
    names = [
        (" ", _LEAD),
        (time, width.time),
        ("", _ARROW),
        ("client", width.client),
        (" from → to", width.ports),
        ("type", _TYPE),
    ]
    text = "".join(fitted(name, cells) for name, cells in names)
    if width.what >= BLOCKS:
        text += "block".rjust(BLOCKS)
    if width.what >= BLOCKS + OCTETS:
        text += "bytes".rjust(OCTETS)
    text = fitted(text, sum(cells for _, cells in names) + width.what)
    text += fitted("answers", width.answer)
    return text + fitted("late by".rjust(width.since), width.since)


def draw(line: Line, look: Look, slots: Mapping[str, Style]) -> list[Segment]:
    """Return one packet as segments without a background."""
    return [Segment(text, slots.get(slot)) for text, slot in cells(line, look) if text]


def cells(line: Line, look: Look) -> list[Cell]:
    """Return one packet as texts and style slots, in order."""
    record, width = line.record, look.width
    if record.kind == Kind.LOST:
        return [(look.lead, ""), (not_kept(record.block), "packet-error")]
    client, note = client_and_note(line)
    arrow, slot = ("→", "transfer-active") if line.is_sent else ("←", "")
    marks, room, free = _beside(line, width, note)
    if not width.client:
        note = _with_client(line, client, note, free)
    return [
        (look.lead, "transfer-active"),
        (_time(line, look), "muted"),
        (fitted("└" if line.is_part else arrow, _ARROW), slot),
        (fitted(short_address(client, width.client - GAP), width.client), ""),
        (fitted(ports(line), width.ports), "muted"),
        (fitted(kind_word(record), _TYPE), line.slot or _kind_slot(record)),
        (fitted(what(line, note, free), room), line.slot),
        *marks,
    ]


def _beside(line: Line, width: Columns, note: str) -> tuple[list[Cell], int, int]:
    """Return the cells at the right, the cells left of them, and how many to fill.

    The text of a packet has priority over what it replies to.
    """
    whole = width.what + width.marks + width.answer
    answered = width.answer and line.answer
    marks = _marks(line, width)
    room = whole - sum(len(text) for text, _ in marks)
    if answered and line.record.kind not in BLOCK_KINDS and cell_len(note) > room - GAP:
        marks, answered = _marks(replace(line, answer=None), width), None
        room = whole - sum(len(text) for text, _ in marks)
    return marks, room, room - GAP if answered else room


def _with_client(line: Line, client: str, note: str, room: int) -> str:
    """Return the note, with the client if no column or title names it.

    The client has priority over the end of its text. In a line about our reply, the
    note has priority: the row above names the client.
    """
    record = line.record
    is_stranger = record.kind == Kind.STRAY or stranger_of(record, line.note)
    if not client or not (is_stranger or record.transfer == NO_TRANSFER):
        return note
    both, first = f"{note} · {client}" if note else client, f"{client} · {note}"
    if not is_stranger and (cell_len(both) <= room or line.is_sent):
        return both if cell_len(both) <= room else note
    return first if cell_len(client) + _SOME_WORDS <= room else note


def _time(line: Line, look: Look) -> str:
    width, time = look.width.time, line.record.time
    if width <= GAP:
        return ""
    if look.mode == TimeMode.CLOCK:
        return fitted(clock(time)[GAP - width :], width)
    zero = look.zero
    if look.mode == TimeMode.REQUEST:
        zero = line.requested
    elif look.mode == TimeMode.BEFORE:
        zero = line.before
    if zero is None:
        return fitted("–".rjust(width - GAP), width)
    return fitted(seconds_text(time - zero).rjust(width - GAP), width)


def seconds_text(seconds: float) -> str:
    """Return seconds, padded so that the decimal points line up."""
    if abs(seconds) < _FINE_BELOW:
        return f"{seconds:.{_FINE}f}"
    return f"{seconds:.{_COARSE}f}".ljust(len(f"{seconds:.0f}") + 1 + _FINE)


def _kind_slot(record: PacketRecord) -> str:
    return "muted" if record.kind in (Kind.ACK, Kind.ACK_SENT) else ""


def _marks(line: Line, width: Columns) -> list[Cell]:
    """Return the cells at the right; unused cells are left for the text."""
    answer = answer_text(line) if width.answer else ""
    if not line.mark and not answer:
        return []
    marks = [(fitted(answer, width.answer), "muted")] if answer else []
    if not line.mark:
        return [*marks, (" " * width.marks, "")]
    if line.is_again or marks:
        since = since_text(line.since) if line.is_again else ""
        marks.append((fitted(since, width.since, right=True), line.slot))
    return [
        *marks,
        (fitted(" " * GAP + line.mark, _MARK), line.slot),
        (GUTTER if line.is_again else " ", line.slot),
    ]
