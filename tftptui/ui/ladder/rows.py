"""Draws the rows of a ladder: two lifelines, and the arrows between them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tftptui.telemetry.records.ring import Kind
from tftptui.ui.kit.fitting import whole_clauses
from tftptui.ui.kit.rows import fitted
from tftptui.ui.ladder.items import Fold, Pause
from tftptui.ui.ladder.words import (
    fold_text,
    label_forms,
    length_text,
    pause_text,
)
from tftptui.ui.panes.packets.words import Line, client_and_note

TIME, PORT, LATE = 11, 7, 8
"""Cells left of the first lifeline, and right of the second one."""

_SCROLLBAR = 1
_LATE_FROM = 60
"""Minimum width for the column of the time since the first attempt."""

_BESIDE = (Kind.STRAY, Kind.ICMP)

Cell = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Frame:
    """Widths in cells: between the lifelines, and of the column for lateness."""

    between: int
    late: int


def frame(width: int) -> Frame:
    """Return the widths that fit into WIDTH."""
    late = LATE if width >= _LATE_FROM else 0
    return Frame(max(8, width - TIME - PORT - late - 2 - _SCROLLBAR), late)


def draw(cells: Sequence[Cell], slots: Mapping[str, Style]) -> list[Segment]:
    """Return cells as segments without a background."""
    return [Segment(text, slots.get(slot)) for text, slot in cells if text]


def arrow_cells(
    line: Line,
    begin: float,
    wide: Frame,
    *,
    unanswered: bool = False,
    is_halfway: bool = False,
) -> list[Cell]:
    """Return one packet as an arrow from lifeline to lifeline.

    IS_HALFWAY: it was captured between the two ends, so a broken arrow breaks after
    that.
    """
    record = line.record
    slot = "packet-error" if unanswered and not line.is_again else line.slot
    dashes = ("─╌" if is_halfway else "╌╌") if unanswered else "──"
    arrow = _arrow(line, wide.between, dashes)
    elsewhere = "" if record.server_tid == _our_tid(line) else f" {record.server_tid}"
    late = f"+{length_text(line.since)}" if line.is_again and line.since else ""
    return [
        (_time(record.time - begin), "muted"),
        (arrow[0], "muted"),
        (arrow[1], slot or ("transfer-active" if line.is_sent else "")),
        (arrow[2], "muted"),
        (fitted(elsewhere, PORT), "muted"),
        (fitted(late, wide.late, right=True), line.slot),
    ]


def _time(seconds: float) -> str:
    return f"{max(0.0, seconds):>{TIME - 1}.3f} "


def _our_tid(line: Line) -> int:
    return line.transfer.server_tid if line.transfer else line.record.server_tid


def _arrow(line: Line, room: int, dashes: str) -> tuple[str, str, str]:
    """Return left lifeline, arrow, right lifeline; DASHES: one per half."""
    _, note = client_and_note(line)
    if line.record.kind in _BESIDE:
        return "│", _from_beside(line, note, room), "│"
    label = _label(line, note, room - 6)
    is_broken = dashes[1] == "╌"
    if not line.is_sent:
        head = " ►✗" if is_broken else "►"
        return "├", _shaft(label, room - len(head), dashes) + head, "│"
    head = "✗◄ " if is_broken else "◄"
    return "│", head + _shaft(label, room - len(head), dashes[::-1]), "┤"


def _label(line: Line, note: str, room: int) -> str:
    forms = label_forms(line, note)
    for form in forms:
        if cell_len(form) <= room:
            return form
    return fitted(forms[0], max(1, room)).rstrip()


def _shaft(label: str, room: int, dashes: str) -> str:
    """Return the label in the middle of a line of dashes, one kind for each half."""
    rest = room - cell_len(label) - 2
    left = max(0, rest // 2)
    shaft = f"{dashes[0] * left} {label} {dashes[1] * max(0, rest - left)}"
    return fitted(shaft, room)


def _from_beside(line: Line, note: str, room: int) -> str:
    """Return an arrow that begins at neither end."""
    blank = room // 8
    label = _label(line, note, room - blank - 6)
    return " " * blank + f"{line.mark}" + _shaft(label, room - blank - 2, "──") + "►"


def pause_cells(pause: Pause, part: int, wide: Frame) -> list[Cell]:
    """Return one row of a pause; the first one shows its length."""
    text = pause_text(pause).center(wide.between) if not part else " " * wide.between
    slot = "transfer-stalled" if pause.unheard else "muted"
    return [
        (" " * TIME, ""),
        ("⋮", "muted"),
        (fitted(text, wide.between), slot),
        ("⋮", "muted"),
    ]


def fold_cells(fold: Fold, begin: float, wide: Frame) -> list[Cell]:
    """Return a fold as one row."""
    text = fitted(fold_text(fold).center(wide.between), wide.between)
    return [
        (_time(fold.started - begin), "muted"),
        ("┊", "muted"),
        (text, ""),
        ("┊", "muted"),
    ]


def words_cells(words: str, slot: str, wide: Frame) -> list[Cell]:
    """Return a row of words between the lifelines."""
    shown = whole_clauses(words, wide.between)
    text = fitted(shown.center(wide.between), wide.between)
    return [(" " * TIME, ""), ("│", "muted"), (text, slot), ("│", "muted")]
