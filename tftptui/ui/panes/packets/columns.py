"""A packet as one line: its columns and their texts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tftptui.telemetry.records.ring import NO_TRANSFER, Kind
from tftptui.telemetry.stray_notes import stranger_of
from tftptui.ui.formats import clock
from tftptui.ui.kit.rows import fitted
from tftptui.ui.panes.packets.words import (
    BLOCK_KINDS,
    BLOCKS,
    BYTES,
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
_SINCE, _MARK = GAP + 7, GAP + 3
_ANSWER = 26 + GAP
_SINCE_FROM, _ANSWER_FROM = 61, 112
"""Cells of the columns right of the words, and the widths from which they are shown."""

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
class Column:
    """One column left of the words.

    Attributes:
        title: returns its name in the heading for the mode of the times and its cells.
        widths: pairs of pane width and cells of the column from that width on, gap
            included, widest first; no column below the last one.
        cell: returns text and slot of one packet; the text is cut and padded.
        is_client: left out where the pane shows one transfer, whose title names it.
    """

    title: Callable[[TimeMode, int], str]
    widths: tuple[tuple[int, int], ...]
    cell: Callable[[Line, "Look", int], Cell]
    is_client: bool = False

    def cells_at(self, width: int, *, with_client: bool) -> int:
        """Return the cells of this column in a pane WIDTH cells wide; 0 for none."""
        if self.is_client and not with_client:
            return 0
        return next((cells for at_least, cells in self.widths if width >= at_least), 0)


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns at one width, with their cells, gaps included.

    Attributes:
        left: the columns before the words that are shown, and their cells.
        words: cells of what the packet says; its answer and its marks follow.
        answer, since: cells of these columns; 0 where there is no room.
    """

    left: tuple[tuple[Column, int], ...]
    words: int
    answer: int
    since: int

    @property
    def marks(self) -> int:
        """Cells of the time since the first attempt, the mark, and the gutter."""
        return self.since + _MARK + len(GUTTER)

    @property
    def has_client(self) -> bool:
        """Return whether a column shows the client."""
        return any(column.is_client for column, _ in self.left)


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
    sized = ((one, one.cells_at(width, with_client=with_client)) for one in COLUMNS)
    left = tuple((one, cells) for one, cells in sized if cells)
    since = _SINCE if width >= _SINCE_FROM else 0
    answer = _ANSWER if width >= _ANSWER_FROM else 0
    right = answer + since + _MARK + len(GUTTER)
    words = max(0, width - sum(cells for _, cells in left) - right)
    return Columns(left, words, answer, since)


def heading(width: Columns, mode: TimeMode) -> str:
    """Return the column titles."""
    text = "".join(
        fitted(column.title(mode, cells), cells) for column, cells in width.left
    )
    at = len(text)
    if width.words >= BLOCKS:
        text += "block".rjust(BLOCKS)
    if width.words >= BLOCKS + BYTES:
        text += "bytes".rjust(BYTES)
    text = fitted(text, at + width.words)
    text += fitted("reply to", width.answer)
    return text + fitted("resent".rjust(width.since), width.since)


def draw(line: Line, look: Look, slots: Mapping[str, Style]) -> list[Segment]:
    """Return one packet as segments without a background."""
    return [Segment(text, slots.get(slot)) for text, slot in cells(line, look) if text]


def cells(line: Line, look: Look) -> list[Cell]:
    """Return one packet as texts and style slots, in order."""
    record, width = line.record, look.width
    if record.kind == Kind.LOST:
        return [(look.lead, ""), (not_kept(record.block), "packet-error")]
    client, note = client_and_note(line)
    marks, room, free = _beside(line, width, note)
    if not width.has_client:
        note = _with_client(line, client, note, free)
    return [
        *(column.cell(line, look, cells) for column, cells in width.left),
        (fitted(what(line, note, free), room), line.slot),
        *marks,
    ]


def _beside(line: Line, width: Columns, note: str) -> tuple[list[Cell], int, int]:
    """Return the cells at the right, the cells left of them, and how many to fill.

    The text of a packet has priority over what it replies to.
    """
    whole = width.words + width.marks + width.answer
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


def _time(line: Line, look: Look, width: int) -> Cell:
    return fitted(_time_text(line, look, width - GAP), width), "muted"


def _time_text(line: Line, look: Look, width: int) -> str:
    time, zero = line.record.time, look.zero
    if look.mode == TimeMode.CLOCK:
        return clock(time)[-width:]
    if look.mode == TimeMode.REQUEST:
        zero = line.requested
    elif look.mode == TimeMode.BEFORE:
        zero = line.before
    return ("–" if zero is None else seconds_text(time - zero)).rjust(width)


def seconds_text(seconds: float) -> str:
    """Return seconds, padded so that the decimal points line up."""
    if abs(seconds) < _FINE_BELOW:
        return f"{seconds:.{_FINE}f}"
    return f"{seconds:.{_COARSE}f}".ljust(len(f"{seconds:.0f}") + 1 + _FINE)


def _lead(_line: Line, look: Look, width: int) -> Cell:
    return fitted(look.lead, width), "transfer-active"


def _arrow(line: Line, _look: Look, width: int) -> Cell:
    arrow, slot = ("→", "transfer-active") if line.is_sent else ("←", "")
    return fitted("└" if line.is_part else arrow, width), slot


def _client(line: Line, _look: Look, width: int) -> Cell:
    client, _ = client_and_note(line)
    return fitted(short_address(client, width - GAP), width), ""


def _ports(line: Line, _look: Look, width: int) -> Cell:
    return fitted(ports(line), width), "muted"


def _type(line: Line, _look: Look, width: int) -> Cell:
    kind = line.record.kind
    slot = line.slot or ("muted" if kind in (Kind.ACK, Kind.ACK_SENT) else "")
    return fitted(kind_word(line.record), width), slot


def _times_title(mode: TimeMode, width: int) -> str:
    title: str = mode.value
    return title if mode == TimeMode.CLOCK else title.rjust(width - GAP)


def _named(title: str) -> Callable[[TimeMode, int], str]:
    return lambda _mode, _width: title


COLUMNS = (
    Column(_named(" "), ((0, 1),), _lead),
    Column(_times_title, ((73, 12 + GAP), (33, 9 + GAP)), _time),
    Column(_named(""), ((0, 1 + GAP),), _arrow),
    Column(
        _named("client"), ((134, 24 + GAP), (91, 15 + GAP)), _client, is_client=True
    ),
    Column(_named(" from → to"), ((49, PORTS + GAP),), _ports),
    Column(_named("type"), ((0, 5 + GAP),), _type),
)
"""The columns left of the words, in order: a new column is one more entry."""


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
