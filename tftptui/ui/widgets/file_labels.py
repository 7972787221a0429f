"""One row of the pane of files as texts in columns."""

from rich.cells import cell_len

from tftptui.ui.formats import age, octets
from tftptui.ui.widgets.file_model import Change, FileModel
from tftptui.ui.widgets.file_rows import AskedRow, EntryRow, NoteRow, Row, Served
from tftptui.ui.widgets.packet_words import short_address
from tftptui.ui.widgets.rows import fitted

GLOW = 10.0
"""Seconds for which what is new or changed stands out."""

ROOMY = 56
WIDEST = 96
"""Widths from which words are spelt out, and beyond which columns stay together."""

SHORTEST_NAME = 6
_INDENT, _ICON, _GAP, _SIZE, _TIMES = 2, 2, 2, 6, 5
_NOTE, _LONG_NOTE, _AGE, _CLIENT = 8, 24, 10, 15

Cell = tuple[str, str]
"""A text and its slot; the slots ``folder`` and ``fresh`` are the pane's own."""


def cells(row: Row, model: FileModel, now: float, width: int) -> list[Cell]:
    """Return one row as texts and slots."""
    width = min(width, WIDEST)
    if isinstance(row, NoteRow):
        return [(fitted(_start(row.depth) + row.text, width), "muted")]
    if isinstance(row, AskedRow):
        return _asked_cells(row, now, width)
    if row.entry.kind == "other":
        return _other_cells(row, width)
    return _entry_cells(row, model, now, width)


def foot(row: Row | None, now: float) -> str:
    """Return what may have no column of its own, about the row with the cursor."""
    if isinstance(row, AskedRow) and row.name:
        return f"last by {row.client} · {age(now - row.time)}"
    return ""


def _start(depth: int, icon: str = "") -> str:
    return " " * (_INDENT * depth) + fitted(icon, _ICON)


def _entry_cells(row: EntryRow, model: FileModel, now: float, width: int) -> list[Cell]:
    is_folder, is_roomy = row.entry.kind == "folder", width >= ROOMY
    start = _start(row.depth, ("▾" if row.is_open else "▸") if is_folder else "")
    change = model.changes.get(row.path)
    is_fresh = change is not None and now - change.time < GLOW
    if is_roomy:
        note = _long_note(row, model.served, change, now)
    else:
        note = _short_note(row, model.served, change, now)
    note_room = _LONG_NOTE if is_roomy else _NOTE
    size = "" if is_folder else octets(row.entry.size)
    room = width - len(start) - 1 - _SIZE - _GAP - note_room
    if is_folder and not note:
        room = width - len(start)
    slot = "folder" if is_folder else ""
    is_served = bool(model.served.running[row.name])
    note_slot = "transfer-active" if is_served else "fresh" if is_fresh else "muted"
    return [
        (start, "muted"),
        (fitted(_name(row), max(SHORTEST_NAME, room)), "fresh" if is_fresh else slot),
        (" " + fitted(size, _SIZE, right=True), "muted"),
        (" " * _GAP + note, note_slot),
    ]


def _name(row: EntryRow) -> str:
    slash = "/" if row.entry.kind == "folder" else ""
    return row.entry.text + slash + (" →" if row.entry.link else "")


def _other_cells(row: EntryRow, width: int) -> list[Cell]:
    start, name = _start(row.depth), _name(row)
    name = fitted(name, min(cell_len(name), max(SHORTEST_NAME, width // 2)))
    return [(fitted(f"{start}{name}  {row.entry.why}", width), "muted")]


def _asked_cells(row: AskedRow, now: float, width: int) -> list[Cell]:
    if not row.name:
        return [(fitted("✗ asked for, not here", width), "transfer-failed")]
    start = _start(1)
    times = fitted(f"×{row.count}", _TIMES, right=True)
    if width < ROOMY:
        name = fitted(row.name, max(SHORTEST_NAME, width - len(start) - _TIMES))
        return [(start + name, ""), (times, "muted")]
    client = fitted(short_address(row.client, _CLIENT), _CLIENT)
    when = fitted(age(now - row.time), _AGE)
    rest = f"{times}  {client}  {when}"
    name = fitted(row.name, width - len(start) - cell_len(rest))
    return [(start + name, ""), (rest, "muted")]


def _served_now(row: EntryRow, served: Served) -> str:
    number = served.running[row.name]
    return "" if not number else "↑ now" if number == 1 else f"↑{number} now"


def _long_note(row: EntryRow, served: Served, change: Change | None, now: float) -> str:
    parts = [_served_now(row, served)]
    if change is not None:
        word, since = "new" if change.is_new else "changed", now - change.time
        parts.append(word if since < 1 else f"{word} {age(since)}")
    times = served.completed[row.name]
    if times and sum(map(bool, parts)) <= 1:  # three do not fit
        parts.append(f"↑{times}")
    return " · ".join(part for part in parts if part)


def _short_note(
    row: EntryRow, served: Served, change: Change | None, now: float
) -> str:
    if running := _served_now(row, served):
        return running
    if change is not None:
        word, since = "new" if change.is_new else "changed", now - change.time
        return word if since < GLOW else age(since)
    times = served.completed[row.name]
    return f"↑{times}" if times else ""
